import { useMemo, type ReactNode } from 'react';
import type { SessionDetails } from '../../../../src/client/api.ts';
import type { SessionMetrics } from '../../../../src/domain/metrics.ts';
import { RunsPanel } from '../../charts/runs-panel.tsx';
import { SpendPanel } from '../../charts/spend-panel.tsx';
import { liveContext, liveTokens } from '../live/figures.ts';
import type { Live } from '../live/live-state.ts';
import { ContextGauge } from './context-gauge.tsx';
import { Figures } from './figures.tsx';
import { MemberTree } from './member-tree.tsx';
import { ModelDetails } from './model-details.tsx';
import { SummaryCard } from './summary-card.tsx';

export interface OverviewTabProps {
  readonly session: SessionDetails;
  readonly metrics: SessionMetrics | undefined;
  readonly live: Live;
  readonly settled: boolean;
}

export function OverviewTab({ session, metrics, live, settled }: OverviewTabProps): ReactNode {
  const warnings = useMemo(() => live.events.filter((event) => event.type === 'threshold.reached'), [live.events]);
  const context = liveContext(session, live);
  return (
    <>
      <ContextGauge session={session} {...context} settled={settled} />
      {metrics === undefined ? null : (
        <Figures metrics={metrics} tokens={liveTokens(metrics, live)} settled={settled} />
      )}
      <RunsPanel sessionId={session.sessionId} warnings={warnings} />
      {metrics === undefined ? null : <SpendPanel session={session} metrics={metrics} />}
      {session.summary === null ? null : <SummaryCard summary={session.summary} />}
      {metrics?.members === undefined ? null : (
        <MemberTree team={session.agent} members={metrics.members} settled={settled} />
      )}
      {metrics === undefined ? null : <ModelDetails details={metrics.details} settled={settled} />}
    </>
  );
}
