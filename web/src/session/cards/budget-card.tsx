import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { BudgetStatus } from '../../../../src/client/budget-api.ts';
import type { StoredEvent } from '../../../../src/domain/events.ts';
import type { WaitingFor } from '../../../../src/domain/run.ts';
import { budgetsQuery } from '../../api/budgets.ts';
import { RaiseDialog } from '../../budgets/raise-dialog.tsx';
import { shownAmount } from '../../budgets/budget-words.ts';
import { Button } from '../../ui/button.tsx';
import { Gauge } from '../../ui/gauge.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Countdown } from './countdown.tsx';
import './cards.css';

export type BudgetWait = StoredEvent & { readonly type: 'budget.warned' | 'budget.waiting' | 'budget.overrun' };

export interface BudgetCardProps {
  readonly wait: WaitingFor;
  /** The latest of the session that tells which budget it is. */
  readonly told: BudgetWait | undefined;
}

/** A call that waits until a budget has room: it resets by itself, or somebody raises it. */
export function BudgetCard({ wait, told }: BudgetCardProps): ReactNode {
  const budgets = useQuery({ ...budgetsQuery, refetchInterval: 5_000 }).data ?? [];
  const [raising, setRaising] = useState(false);
  const budget = told === undefined ? undefined : budgets.find((one) => isTold(one, told.details));
  return (
    <section className="ask-card ask-card-budget" aria-label="A budget has no room">
      <header>
        <Icon name="clock" />
        <h3>The next call waits for a budget</h3>
        {wait.until === undefined ? null : <Countdown until={wait.until} />}
      </header>
      {typeof told?.details['reason'] === 'string' ? <p>{told.details['reason']}</p> : null}
      {budget === undefined ? null : (
        <div className="ask-budget figures">
          <Gauge use={shareOf(budget)} thresholds={{ warn: budget.warnAt, critical: null }} label="Budget" />
          <span>
            {shownAmount(budget.spent + budget.reserved, budget.unit)} of {shownAmount(budget.limit, budget.unit)}
          </span>
        </div>
      )}
      <div className="ask-actions">
        <Button tone="primary" icon="plus" disabled={budget === undefined} onClick={() => setRaising(true)}>
          Raise the budget
        </Button>
      </div>
      {raising && budget !== undefined ? <RaiseDialog budget={budget} onClose={() => setRaising(false)} /> : null}
    </section>
  );
}

function shareOf({ spent, reserved, limit }: BudgetStatus): number {
  return limit <= 0 ? 1 : (spent + reserved) / limit;
}

function isTold(budget: BudgetStatus, details: Readonly<Record<string, unknown>>): boolean {
  const { scope, key, window, unit, timeZone } = details;
  return (
    budget.scope === scope &&
    (budget.key === key || budget.scope === 'all') &&
    budget.window === window &&
    budget.unit === unit &&
    budget.timeZone === timeZone
  );
}
