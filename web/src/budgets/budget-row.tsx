import type { ReactNode } from 'react';
import type { BudgetStatus } from '../../../src/client/budget-api.ts';
import { budgetName, instantText } from '../../../src/domain/budget-words.ts';
import { inWords, percent } from '../../../src/domain/figures.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Gauge } from '../ui/gauge.tsx';
import {
  projectionNote,
  projectionOf,
  projectionWords,
  shownAmount,
  unitWords,
  useOf,
  zoneWords,
} from './budget-words.ts';

export interface BudgetRowProps {
  readonly budget: BudgetStatus;
  readonly now: number;
  /** `null`: who asks may not. */
  readonly onRaise: (() => void) | null;
  readonly onSet: (() => void) | null;
}

/** One budget: how full it is, when it resets, where it ends up, and what to do about it. */
export function BudgetRow({ budget, now, onRaise, onSet }: BudgetRowProps): ReactNode {
  const { scope, key, window, unit, spent, reserved, unreserved, limit, warnAt, resetsAt } = budget;
  const { use, held } = useOf(budget);
  const projection = projectionOf(budget, now);
  const zone = zoneWords(budget);
  return (
    <div className="budget">
      <div className="budget-name">
        <strong>{scope === 'all' ? 'Everything' : key}</strong>
        <span className="muted">
          {scope === 'all' ? '' : `${scope} · `}
          {unitWords[unit]} {window === 'lifetime' ? 'for life' : window === 'hour' ? 'an hour' : `a ${window}`}
        </span>
      </div>
      <div className="budget-use">
        <Gauge
          use={use}
          held={held}
          thresholds={{ warn: warnAt, critical: 1 }}
          size="lg"
          label={`Budget of ${budgetName(budget)}`}
        />
        <div className="budget-figures figures">
          <span>
            <b>{shownAmount(spent, unit)}</b> of {shownAmount(limit, unit)}
          </span>
          <span>{percent(use)}</span>
          {reserved > 0 ? <span className="budget-held">{shownAmount(reserved, unit)} in flight</span> : null}
          {unreserved > 0 ? (
            <Badge tone="warn" title="Told after the fact: no budget was asked before">
              {shownAmount(unreserved, unit)} unreserved
            </Badge>
          ) : null}
        </div>
      </div>
      <div className="budget-end">
        {resetsAt === null ? (
          'Never resets'
        ) : (
          <time dateTime={resetsAt}>
            Resets {inWords(resetsAt, now)}
            <small>
              {instantText(resetsAt)}
              {zone === '' ? '' : ` · midnight in ${zone}`}
            </small>
          </time>
        )}
        {projection === null ? null : (
          <small
            className={projection.limitAt === null ? 'budget-projection' : 'budget-projection budget-over'}
            title={projectionNote}
          >
            {projectionWords(projection, budget)}
          </small>
        )}
      </div>
      <div className="budget-actions">
        {onRaise === null ? null : (
          <Button icon="plus" onClick={onRaise} aria-label={`Raise the budget of ${budgetName(budget)}`}>
            Raise
          </Button>
        )}
        {onSet === null ? null : (
          <Button tone="quiet" onClick={onSet} aria-label={`Set limit of ${budgetName(budget)}`}>
            Set limit
          </Button>
        )}
      </div>
    </div>
  );
}
