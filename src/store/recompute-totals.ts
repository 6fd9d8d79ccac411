import type { LedgerRow } from '../domain/ledger.ts';
import type { Part } from '../domain/messages.ts';
import { applyRow, emptyTotals, type Totals } from '../domain/metrics.ts';
import type { Connection } from './database.ts';
import { rowsOfSession } from './ledger-queries.ts';
import { query } from './query.ts';
import { fromJson, toLedgerRow } from './records.ts';
import { sessionById } from './session-queries.ts';

const runTimes = query<{ sessionId: string }>()((db, arg) =>
  db
    .selectFrom('runs')
    .select(['started_at', 'ended_at'])
    .where('session_id', '=', arg('sessionId'))
    // What members' runs take lies within their leaders'.
    .where('parent_run_id', 'is', null),
);

const executedTools = query<{ sessionId: string }>()((db, arg) =>
  db
    .selectFrom('messages')
    .select(['parts', 'duration_ms'])
    .where('session_id', '=', arg('sessionId'))
    .where('duration_ms', 'is not', null),
);

function isFailure(parts: readonly Part[]): boolean {
  return parts.some((part) => part.type === 'tool-result' && part.isError);
}

/** A session's totals as they are kept and as its rows give them. They differ only if a law is broken. */
export interface TotalsTwice {
  readonly stored: Totals;
  readonly recomputed: Totals;
}

/** The sums that rows give, in whatever order they are handed over. */
export function sumOfRows(rows: readonly LedgerRow[]): Pick<Totals, 'details'> {
  const { details } = rows.reduce((totals, row) => applyRow(totals, null, row), emptyTotals);
  return { details };
}

/** What no row tells (version, compactions, metrics of tools) is taken as it is stored. */
export async function recomputeTotals(connection: Connection, sessionId: string): Promise<TotalsTwice | null> {
  const session = await connection.first(sessionById, { sessionId });
  if (session === null) return null;
  const stored = fromJson<Totals>(session.totals);
  const rows = await connection.all(rowsOfSession, { sessionId });
  const runs = await connection.all(runTimes, { sessionId });
  const tools = await connection.all(executedTools, { sessionId });
  const durations = runs.map(({ started_at, ended_at }) =>
    ended_at === null ? 0 : Math.max(0, Date.parse(ended_at) - Date.parse(started_at)),
  );
  return {
    stored,
    recomputed: {
      ...stored,
      ...sumOfRows(rows.map(toLedgerRow)),
      runs: runs.length,
      toolCalls: tools.length,
      toolErrors: tools.filter(({ parts }) => isFailure(fromJson<Part[]>(parts))).length,
      toolDurationMs: tools.reduce((sum, { duration_ms }) => sum + (duration_ms ?? 0), 0),
      durationMs: durations.reduce((sum, duration) => sum + duration, 0),
    },
  };
}
