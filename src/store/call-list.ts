import type { Kysely } from 'kysely';
import type { PlanReport } from '../domain/context.ts';
import type { EventBody } from '../domain/events.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import type { Part } from '../domain/messages.ts';
import type { Connection } from './database.ts';
import { narrowing } from './ledger-filter.ts';
import { fromJson, toLedgerRow } from './records.ts';
import type { Schema } from './schema.ts';
import type { StoredAnswer } from './store.ts';

/** A call to a model with all its attempts, oldest first. */
export interface ListedCall {
  readonly callId: string;
  readonly member: string | null;
  readonly attempts: readonly LedgerRow[];
  /** Of the newest attempt that was planned. */
  readonly plan: PlanReport | null;
  readonly tools: readonly ListedToolCall[];
}

export interface ListedToolCall {
  readonly callId: string;
  readonly tool: string;
  /** ISO 8601. */
  readonly startedAt: string | null;
  readonly result: { readonly at: string; readonly durationMs: number | null; readonly isError: boolean } | null;
}

export interface CallQuery {
  readonly sessionId: string;
  /** With the runs of its team's members. */
  readonly runId?: string;
  readonly limit: number;
}

/** The newest calls of a session or of one of its runs, oldest first. */
export async function listCalls(
  connection: Connection,
  builder: Kysely<Schema>,
  { limit, ...filter }: CallQuery,
): Promise<readonly ListedCall[]> {
  const narrow = await narrowing(connection, builder, filter);
  const newest = narrow(builder.selectFrom('ledger'))
    .select('ledger.call_id')
    .groupBy('ledger.call_id')
    .orderBy(({ fn }) => fn.min('ledger.started_at'), 'desc')
    .limit(limit);
  const select = builder
    .selectFrom('ledger')
    .leftJoin('runs', (join) =>
      join.onRef('runs.session_id', '=', 'ledger.session_id').onRef('runs.run_id', '=', 'ledger.run_id'),
    )
    .leftJoin('requests', 'requests.row_id', 'ledger.row_id')
    .leftJoin('events', (join) =>
      join.onRef('events.session_id', '=', 'ledger.session_id').onRef('events.id', '=', 'requests.started_event'),
    )
    .leftJoin('calls', 'calls.call_id', 'ledger.call_id')
    .selectAll('ledger')
    .select(['runs.member', 'events.body', 'calls.tool_calls'])
    .where('ledger.call_id', 'in', newest)
    .orderBy('ledger.started_at')
    .orderBy('ledger.row_id');
  const records = await connection.execute(select.compile());
  const calls = [...Map.groupBy(records, ({ call_id }) => call_id)];
  const asked = calls.map(([, [first]]) => ({ runId: first?.run_id ?? null, calls: toolsAsked(first?.tool_calls) }));
  const tools = await toolCalls(connection, builder, filter.sessionId, asked);
  return calls.map(([callId, attempts], index) => ({
    callId,
    member: attempts[0]?.member ?? null,
    attempts: attempts.map(toLedgerRow),
    plan: planOf(attempts.findLast(({ body }) => body !== null)?.body),
    tools: (asked[index]?.calls ?? []).map((call) => ({ ...call, ...(tools.get(call.callId) ?? notStarted) })),
  }));
}

const notStarted = { startedAt: null, result: null };

function planOf(body: string | null | undefined): PlanReport | null {
  const event = body == null ? null : fromJson<EventBody>(body);
  return event?.type === 'call.started' ? event.plan : null;
}

function toolsAsked(json: string | null | undefined): StoredAnswer['toolCalls'] {
  return json == null ? [] : fromJson<StoredAnswer['toolCalls']>(json);
}

interface AskedTools {
  readonly runId: string | null;
  readonly calls: StoredAnswer['toolCalls'];
}

/** When the tools of these calls began and what they gave, by the id of the tool call. */
async function toolCalls(
  connection: Connection,
  builder: Kysely<Schema>,
  sessionId: string,
  asked: readonly AskedTools[],
): Promise<ReadonlyMap<string, Pick<ListedToolCall, 'startedAt' | 'result'>>> {
  const callIds = asked.flatMap(({ calls }) => calls.map(({ callId }) => callId));
  if (callIds.length === 0) return new Map();
  const messageIds = asked.flatMap(({ runId, calls }) => calls.map(({ callId }) => `${runId}.${callId}`));
  const starts = builder
    .selectFrom('tool_attempts')
    .select('call_id')
    .select(({ fn }) => fn.min('started_at').as('startedAt'))
    .where('session_id', '=', sessionId)
    .where('call_id', 'in', callIds)
    .groupBy('call_id');
  const results = builder
    .selectFrom('messages')
    .select(['message_id', 'parts', 'created_at', 'duration_ms'])
    .where('session_id', '=', sessionId)
    .where('message_id', 'in', messageIds);
  const found = new Map<string, Pick<ListedToolCall, 'startedAt' | 'result'>>();
  for (const { call_id, startedAt } of await connection.execute(starts.compile())) {
    found.set(call_id, { startedAt, result: null });
  }
  for (const { parts, created_at: at, duration_ms: durationMs } of await connection.execute(results.compile())) {
    const part = fromJson<Part[]>(parts).find((one) => one.type === 'tool-result');
    if (part === undefined) continue;
    const startedAt = found.get(part.callId)?.startedAt ?? startOf(at, durationMs);
    found.set(part.callId, { startedAt, result: { at, durationMs, isError: part.isError } });
  }
  return found;
}

/** Of one whose start nobody wrote down, such as the runs of members that a call stands for. */
function startOf(endedAt: string, durationMs: number | null): string | null {
  return durationMs === null ? null : new Date(Date.parse(endedAt) - durationMs).toISOString();
}
