import type { SessionState } from '../../domain/session.ts';
import type { SessionListItem } from '../../client/api.ts';
import { defaultThresholds } from '../../domain/agent.ts';
import { cost, gaugeWithPercent } from './closing-line.ts';
import { paint } from './colours.ts';
import { ago, count } from '../../domain/figures.ts';
import { screenWidth } from './screen.ts';
import { table } from './table.ts';

/** Shorter than in a closing line: a list has other columns to show. */
const gaugeCells = 8;

/** A line for each session. */
export function describeSessions(sessions: readonly SessionListItem[], now: number): string {
  const marks = defaultThresholds.context;
  const some = (value: (session: SessionListItem) => string | null): boolean =>
    sessions.some((one) => value(one) !== null);
  return table(
    [
      { title: 'SESSION', value: ({ sessionId }) => sessionId },
      { title: 'AGENT', spare: 4, value: ({ agent }) => agent },
      ...(some(({ user }) => user)
        ? [{ title: 'USER', spare: 5, value: ({ user }: SessionListItem) => user ?? '' }]
        : []),
      ...(some(({ tenant }) => tenant)
        ? [{ title: 'TENANT', spare: 6, value: ({ tenant }: SessionListItem) => tenant ?? '' }]
        : []),
      { title: 'STATUS', spare: 1, value: ({ status }) => paintStatus(status) },
      { title: 'CONTEXT', value: ({ metrics }) => gaugeWithPercent({ use: metrics.contextUse, marks }, gaugeCells) },
      { title: 'RUNS', align: 'right', spare: 3, value: ({ metrics }) => count(metrics.runs) },
      { title: 'TOKENS', align: 'right', spare: 2, value: ({ metrics }) => count(metrics.totalTokens) },
      { title: 'COST', align: 'right', spare: 7, value: ({ metrics }) => cost(metrics) },
      { title: 'LAST', align: 'right', spare: 8, value: ({ updatedAt }) => ago(updatedAt, now) },
    ],
    sessions,
    screenWidth(),
    (text) => paint('dim', text),
  );
}

export function paintStatus(status: SessionState['status']): string {
  const style = { opening: 'yellow', open: 'green', closing: 'yellow', closed: 'dim', failed: 'red' } as const;
  return paint(style[status], status);
}
