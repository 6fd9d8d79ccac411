import { memo, type CSSProperties, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { SessionListItem } from '../../../src/client/api.ts';
import type { Thresholds } from '../../../src/domain/agent.ts';
import { percent } from '../../../src/domain/figures.ts';
import { sessionLink } from '../shell/links.ts';
import { Ago } from '../ui/ago.tsx';
import { Gauge } from '../ui/gauge.tsx';
import { Num } from '../ui/num.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import { activityOf } from './activity.ts';

export interface SessionRowProps {
  readonly session: SessionListItem;
  readonly index: number;
  readonly place: CSSProperties;
  readonly marks: Thresholds['context'];
  readonly onFocus: () => void;
}

export const SessionRow = memo(function SessionRow({
  session,
  index,
  place,
  marks,
  onFocus,
}: SessionRowProps): ReactNode {
  const { sessionId, agent, user, updatedAt, metrics } = session;
  const activity = activityOf(session);
  const settled = activity !== 'running';
  return (
    <div
      className="session-row"
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      style={place}
      onFocus={onFocus}
    >
      <span role="cell" className="cell-session">
        <StatusDot activity={activity} />
        <Link href={sessionLink(sessionId)} title={sessionId}>
          {sessionId}
        </Link>
      </span>
      <span role="cell" className="cell-agent">
        {agent}
      </span>
      <span role="cell" className="cell-user">
        {user ?? '–'}
      </span>
      <span role="cell" className="cell-context">
        <Gauge use={metrics.contextUse} thresholds={marks} size="sm" label={`Context of ${sessionId}`} />
        <span className="num">{percent(metrics.contextUse)}</span>
      </span>
      <span role="cell" className="cell-tokens">
        <Num value={metrics.totalTokens} settled={settled} />
      </span>
      <span role="cell" className="cell-cost">
        <Num value={metrics.cost} kind="usd" settled={settled} />
      </span>
      <span role="cell" className="cell-runs">
        <Num value={metrics.runs} />
      </span>
      <span role="cell" className="cell-updated">
        <Ago at={updatedAt} />
      </span>
    </div>
  );
});
