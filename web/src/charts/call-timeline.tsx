import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { RunView } from '../../../src/client/inspect-api.ts';
import { duration } from '../../../src/domain/figures.ts';
import { callsQuery } from '../api/inspect.ts';
import { messageOf } from '../api/problem.ts';
import { RequestDrawer } from '../inspect/request-view.tsx';
import { Badge } from '../ui/badge.tsx';
import { Icon } from '../ui/icon.tsx';
import { useRuns } from './all-runs.ts';
import { TimelineLine, type Hovered } from './timeline-line.tsx';
import { TimelineTip } from './timeline-tip.tsx';
import { timelineOf } from './timeline-rows.ts';
import { phaseWords, timeTicks } from './timeline-words.ts';
import { useNow } from './use-now.ts';
import './call-timeline.css';

const shownRuns = 8;

/** The latest runs of a session, each with its calls as a timeline. */
export function CallTimeline({ sessionId }: { readonly sessionId: string }): ReactNode {
  const { runs, error } = useRuns(sessionId, 0);
  const [many, setMany] = useState(shownRuns);
  const latest = runs.toReversed().slice(0, many);
  return (
    <section aria-labelledby="timeline-title">
      <div className="panel-header">
        <h2 id="timeline-title">Calls</h2>
        <ul className="chart-legend">
          {(['waiting', 'first-token', 'streaming', 'tool', 'failed'] as const).map((kind) => (
            <li key={kind}>
              <span className={`phase phase-swatch phase-${kind}`} />
              {phaseWords[kind]}
            </li>
          ))}
        </ul>
      </div>
      {latest.length === 0 ? <p className="empty">{error == null ? 'No call yet.' : messageOf(error)}</p> : null}
      {latest.map((run, index) => (
        <RunTimeline key={run.runId} sessionId={sessionId} run={run} startsOpen={index === 0} />
      ))}
      {runs.length > many ? (
        <button type="button" className="button button-quiet" onClick={() => setMany(many + shownRuns)}>
          Earlier runs
        </button>
      ) : null}
    </section>
  );
}

const tones = {
  completed: 'fine',
  running: 'accent',
  waiting: 'wait',
  limit: 'warn',
  failed: 'critical',
  cancelled: 'plain',
} as const;

function RunTimeline({
  sessionId,
  run,
  startsOpen,
}: {
  readonly sessionId: string;
  readonly run: RunView;
  readonly startsOpen: boolean;
}): ReactNode {
  const [open, setOpen] = useState(startsOpen);
  const { number, status, metrics } = run;
  return (
    <div className="run-timeline">
      <button type="button" className="run-timeline-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'down' : 'chevron'} size={14} />
        <span className="run-timeline-name">Run {number}</span>
        <Badge tone={tones[status]}>{status}</Badge>
        <span className="muted">
          {metrics.calls} {metrics.calls === 1 ? 'call' : 'calls'}
          {metrics.toolCalls > 0 ? `, ${metrics.toolCalls} ${metrics.toolCalls === 1 ? 'tool' : 'tools'}` : ''}
          {metrics.failedAttempts > 0 ? `, ${metrics.failedAttempts} failed` : ''}
        </span>
        <span className="run-timeline-duration">{duration(metrics.duration)}</span>
      </button>
      {open ? <Calls sessionId={sessionId} run={run} /> : null}
    </div>
  );
}

/** @param run its calls and those of its members. */
function Calls({ sessionId, run }: { readonly sessionId: string; readonly run: RunView }): ReactNode {
  const { data: calls, error } = useQuery(callsQuery(sessionId, run.runId));
  const now = useNow(run.status === 'running' ? 250 : null);
  const [hovered, setHovered] = useState<Hovered | null>(null);
  const [callId, setCallId] = useState<string | null>(null);
  if (calls === undefined) return <p className="empty">{error === null ? 'Loading …' : messageOf(error)}</p>;
  const timeline = timelineOf(run, calls, now);
  const length = timeline.to - timeline.from;
  return (
    <div className="timeline" onPointerLeave={() => setHovered(null)}>
      <div className="timeline-axis" aria-hidden="true">
        {timeTicks(length).map((tick) => (
          <span key={tick} style={{ left: `${(tick / Math.max(1, length)) * 100}%` }}>
            {tick === 0 ? '0' : duration(tick / 1000)}
          </span>
        ))}
      </div>
      {timeline.rows.length === 0 ? <p className="empty">No call was made.</p> : null}
      <ul className="timeline-rows">
        {timeline.rows.map((row) => (
          <TimelineLine
            key={row.key}
            row={row}
            timeline={timeline}
            onHover={setHovered}
            onOpen={row.kind === 'call' && row.call.plan !== null ? () => setCallId(row.call.callId) : null}
          />
        ))}
      </ul>
      {hovered === null ? null : <TimelineTip hovered={hovered} />}
      {callId === null ? null : <RequestDrawer sessionId={sessionId} callId={callId} onClose={() => setCallId(null)} />}
    </div>
  );
}
