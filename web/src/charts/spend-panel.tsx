import { useQueries } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';
import type { BudgetStatus } from '../../../src/client/budget-api.ts';
import { budgetName } from '../../../src/domain/budget-words.ts';
import { inWords, percent } from '../../../src/domain/figures.ts';
import type { SessionMetrics } from '../../../src/domain/metrics.ts';
import { budgetsOf } from '../api/budgets.ts';
import { idOf, projectionNote, projectionOf, projectionWords, shownAmount, useOf } from '../budgets/budget-words.ts';
import { Gauge } from '../ui/gauge.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { useRuns } from './all-runs.ts';
import { SpendChart } from './spend-chart.tsx';
import { spendPoints, type SpendMeasure } from './spend-points.ts';
import { useNow } from './use-now.ts';
import { useWidth } from './use-width.ts';
import './spend-panel.css';

export interface SpendPanelProps {
  readonly session: {
    readonly sessionId: string;
    readonly agent: string;
    readonly user?: string;
    readonly tenant?: string;
  };
  readonly metrics: Pick<SessionMetrics, 'totalTokens' | 'cost'>;
}

/** What a session spends: over time, and of each budget that applies to it, with the projected end of the window. */
export function SpendPanel({ session, metrics }: SpendPanelProps): ReactNode {
  const { sessionId, agent, user, tenant } = session;
  const [measure, setMeasure] = useState<SpendMeasure>('cost');
  const [place, width] = useWidth<HTMLDivElement>();
  const { runs } = useRuns(sessionId, 0);
  const now = useNow(30_000);
  const owners = [
    { scope: 'session', key: sessionId },
    { scope: 'agent', key: agent },
    ...(user === undefined ? [] : [{ scope: 'user', key: user } as const]),
    ...(tenant === undefined ? [] : [{ scope: 'tenant', key: tenant } as const]),
    { scope: 'all' },
  ] as const;
  const budgets = useQueries({
    queries: owners.map((owner) => ({ ...budgetsOf(owner), refetchInterval: 10_000 })),
    combine: (answers) => answers.flatMap(({ data }) => data?.budgets ?? []),
  });
  const total = (measure === 'cost' ? metrics.cost : metrics.totalTokens) ?? 0;
  const points = useMemo(() => spendPoints(runs, total, measure, now), [runs, total, measure, now]);
  const own = budgets.find(({ scope, unit }) => scope === 'session' && unit === measure);
  const projection = own === undefined ? null : projectionOf(own, now);
  if (points.length === 0) return null;
  return (
    <section aria-labelledby="spend-title">
      <div className="panel-header">
        <h2 id="spend-title">Spending</h2>
        <Segmented
          label="Spending in"
          value={measure}
          onChange={setMeasure}
          options={[
            { value: 'cost', label: 'Cost' },
            { value: 'tokens', label: 'Tokens' },
          ]}
        />
      </div>
      <div ref={place}>
        <SpendChart
          points={points}
          measure={measure}
          width={width}
          limit={own?.limit ?? null}
          projected={
            projection === null || own?.resetsAt == null
              ? null
              : { at: Date.parse(own.resetsAt), spent: projection.atEnd }
          }
        />
      </div>
      <ul className="spend-budgets">
        {budgets.map((budget) => (
          <BudgetLine key={idOf(budget)} budget={budget} now={now} />
        ))}
      </ul>
    </section>
  );
}

function BudgetLine({ budget, now }: { readonly budget: BudgetStatus; readonly now: number }): ReactNode {
  const { spent, limit, unit, warnAt, resetsAt } = budget;
  const { use, held } = useOf(budget);
  const projection = projectionOf(budget, now);
  return (
    <li>
      <span className="spend-name">Budget of {budgetName(budget)}</span>
      <span className="figures">
        {shownAmount(spent, unit)} of {shownAmount(limit, unit)}, {percent(use)}
      </span>
      <Gauge
        use={use}
        held={held}
        thresholds={{ warn: warnAt, critical: 1 }}
        size="lg"
        label={`Budget of ${budgetName(budget)}`}
      />
      <small className="figures" title={projection === null ? undefined : projectionNote}>
        {resetsAt === null ? 'Never resets' : `Resets ${inWords(resetsAt, now)}`}
        {projection === null ? '' : ` · ${projectionWords(projection, budget)}`}
      </small>
    </li>
  );
}
