import type { ContextAnchor } from '../domain/context.ts';
import type { JsonObject } from '../domain/json.ts';
import type { AttemptOwner, LedgerRow } from '../domain/ledger.ts';
import type { Part } from '../domain/messages.ts';
import type { Members, MessageMetrics, RunTotals, Totals } from '../domain/metrics.ts';
import type { RunResult } from '../domain/run.ts';
import type { UsageClasses } from '../domain/usage.ts';
import type { Wait } from '../domain/waits.ts';
import type { RowOutcome } from './ledger-queries.ts';
import type { LedgerTable, MessagesTable, RunsTable, SessionsTable } from './schema.ts';
import type { RunRow, SessionRow, StoredMessage } from './store.ts';

/** Parses what this module wrote. */
export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T;
}

export function toJson(value: unknown): string {
  return JSON.stringify(value);
}

/** ISO 8601 of milliseconds since the epoch. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export function toSessionRow(record: SessionsTable): SessionRow {
  return {
    sessionId: record.session_id,
    agent: record.agent,
    user: record.user,
    tenant: record.tenant,
    status: record.status,
    metadata: record.metadata === null ? null : fromJson<JsonObject>(record.metadata),
    createdAt: record.created_at,
    updatedAt: record.updated_at,
    closedAt: record.closed_at,
    closedReason: record.closed_reason,
    totals: fromJson<Totals>(record.totals),
    members: record.members === null ? null : fromJson<Members>(record.members),
    context: { tokens: record.context_tokens, window: record.context_window },
    anchor: record.context_anchor === null ? null : fromJson<ContextAnchor>(record.context_anchor),
    thresholdsFired: fromJson<string[]>(record.thresholds_fired),
    runsEnded: record.runs_ended,
    lastEventId: record.last_event,
    summaryNumber: record.summary_number,
    throughRun: record.through_run,
    resultsThroughSeq: record.results_through_seq,
    continues: record.continues,
    waitingFor: fromJson<Wait[]>(record.waiting_for),
  };
}

export function toRunRow(record: RunsTable): RunRow {
  return {
    sessionId: record.session_id,
    runId: record.run_id,
    messageId: record.message_id,
    agent: record.agent,
    number: record.number,
    status: record.status,
    startedAt: record.started_at,
    endedAt: record.ended_at,
    totals: fromJson<RunTotals>(record.totals),
    timeToFirstTokenMs: record.time_to_first_token_ms,
    result: record.result === null ? null : fromJson<RunResult>(record.result),
    parentRunId: record.parent_run_id,
    member: record.member,
  };
}

export function toStoredMessage(record: MessagesTable): StoredMessage {
  return {
    id: record.message_id,
    runId: record.run_id,
    role: record.role,
    ...(record.agent === null ? {} : { agent: record.agent }),
    parts: fromJson<Part[]>(record.parts),
    createdAt: record.created_at,
    ...(record.metrics === null ? {} : { metrics: fromJson<MessageMetrics>(record.metrics) }),
    seq: record.seq,
    tokens: record.tokens,
  };
}

type UsageColumns = Pick<
  LedgerTable,
  'input' | 'cache_read' | 'cache_write_5m' | 'cache_write_1h' | 'audio_input' | 'output' | 'reasoning' | 'audio_output'
>;

function usageColumns(usage: UsageClasses | null): UsageColumns {
  return {
    input: usage?.input ?? null,
    cache_read: usage?.cacheRead ?? null,
    cache_write_5m: usage?.cacheWrite5m ?? null,
    cache_write_1h: usage?.cacheWrite1h ?? null,
    audio_input: usage?.audioInput ?? null,
    output: usage?.output ?? null,
    reasoning: usage?.reasoning ?? null,
    audio_output: usage?.audioOutput ?? null,
  };
}

export function toLedgerRow(record: LedgerTable): LedgerRow {
  const counts = record.state !== 'reserved' && record.state !== 'released';
  return {
    id: record.row_id,
    sessionId: record.session_id,
    runId: record.run_id,
    callId: record.call_id,
    attempt: record.attempt,
    agent: record.agent,
    user: record.user,
    tenant: record.tenant,
    provider: record.provider,
    model: record.model,
    modelType: record.model_type,
    simulated: record.simulated === 1,
    state: record.state,
    reservation: {
      inputTokens: record.reserved_input_tokens,
      outputTokens: record.reserved_output_tokens,
      costNanoUsd: record.reserved_cost_nano_usd,
    },
    estimatedInputTokens: record.estimated_input_tokens,
    usage: counts
      ? {
          input: record.input,
          cacheRead: record.cache_read,
          cacheWrite5m: record.cache_write_5m,
          cacheWrite1h: record.cache_write_1h,
          audioInput: record.audio_input,
          output: record.output,
          reasoning: record.reasoning,
          audioOutput: record.audio_output,
        }
      : null,
    costNanoUsd: record.cost_nano_usd,
    cacheSavedNanoUsd: record.cache_saved_nano_usd,
    answered: record.answered === 1,
    ...(record.unreserved === 1 ? { unreserved: true } : {}),
    error: record.error,
    startedAt: record.started_at,
    endedAt: record.ended_at,
    durationMs: record.duration_ms,
    timeToFirstTokenMs: record.time_to_first_token_ms,
    priceDate: record.price_date,
    providerMetrics:
      record.provider_metrics === null ? null : fromJson<Record<string, unknown>>(record.provider_metrics),
  };
}

/** What a row became. `settledAs` is `null` when the attempt itself did not tell. */
export function outcomeOf(row: LedgerRow, settledAs: LedgerTable['settled_as']): RowOutcome {
  return {
    row_id: row.id,
    state: row.state,
    ...usageColumns(row.usage),
    cost_nano_usd: row.costNanoUsd,
    cache_saved_nano_usd: row.cacheSavedNanoUsd,
    answered: row.answered ? 1 : 0,
    error: row.error,
    ended_at: row.endedAt,
    duration_ms: row.durationMs,
    time_to_first_token_ms: row.timeToFirstTokenMs,
    provider_metrics: row.providerMetrics === null ? null : toJson(row.providerMetrics),
    settled_as: settledAs,
  };
}

export function toLedgerRecord(row: LedgerRow, owner: AttemptOwner, leaseUntil: number): LedgerTable {
  return {
    ...outcomeOf(row, null),
    session_id: row.sessionId,
    run_id: row.runId,
    call_id: row.callId,
    attempt: row.attempt,
    agent: row.agent,
    user: row.user,
    tenant: row.tenant,
    provider: row.provider,
    model: row.model,
    model_type: row.modelType,
    simulated: row.simulated ? 1 : 0,
    reserved_input_tokens: row.reservation.inputTokens,
    reserved_output_tokens: row.reservation.outputTokens,
    reserved_cost_nano_usd: row.reservation.costNanoUsd,
    estimated_input_tokens: row.estimatedInputTokens,
    unreserved: row.unreserved === true ? 1 : 0,
    started_at: row.startedAt,
    price_date: row.priceDate,
    lease_until: leaseUntil,
    task_token: owner.taskToken,
    pid: owner.pid,
    boot_id: owner.bootId,
  };
}
