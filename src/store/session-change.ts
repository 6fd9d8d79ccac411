import type { ContextAnchor } from '../domain/context.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { EventBody } from '../domain/events.ts';
import type { JsonObject } from '../domain/json.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import { applyRow, type ContextUse, type Members, type MessageMetrics, type Totals } from '../domain/metrics.ts';
import type { RunResult } from '../domain/run.ts';
import { treeLimitReached, type TreeLimitReached, type TreeLimits } from '../domain/run-tree.ts';
import { thresholdEvent } from '../domain/threshold-words.ts';
import { fireThresholds, standingOf, type ThresholdRules } from '../domain/thresholds.ts';
import { waitsAfter, type Wait } from '../domain/waits.ts';
import { addCounts, addTool, type ToolCounts } from './add-totals.ts';
import { moveShares } from './budget-claims.ts';
import { insertCompactionOnce } from './compaction-queries.ts';
import type { Connection } from './database.ts';
import { insertEvent } from './event-queries.ts';
import { insertMessage, messageIdsOfRun } from './message-queries.ts';
import { indexMessage } from './message-texts.ts';
import { fromJson, toJson } from './records.ts';
import { RunBranch } from './run-branch.ts';
import type { BudgetsTable, RunsTable, SessionsTable } from './schema.ts';
import { sessionById, updateSession, updateStatus } from './session-queries.ts';
import type { BuildResult, CompactionStore, NewMessage } from './store.ts';

/**
 * What one transaction changes about a session and one of its runs: totals, numbers given, context.
 *
 * All transactions of a session meet at its row, which is read first and written last, once.
 */
export class SessionChange {
  readonly #connection: Connection;
  readonly #at: string;
  readonly #session: SessionsTable;
  #totals: Totals;
  #branch: RunBranch | null = null;

  private constructor(connection: Connection, session: SessionsTable, at: string) {
    this.#connection = connection;
    this.#at = at;
    this.#session = { ...session };
    this.#totals = fromJson<Totals>(session.totals);
  }

  /**
   * @param at The time of the change, ISO 8601.
   * @throws LoadlineError `SessionNotFound` or `RunNotFound`.
   */
  static async begin(
    connection: Connection,
    { sessionId, runId, at }: { sessionId: string; runId: string | null; at: string },
  ): Promise<SessionChange> {
    const session = await connection.first(sessionById, { sessionId });
    if (session === null) throw new LoadlineError('SessionNotFound', `The store has no session ${sessionId}`);
    const change = new SessionChange(connection, session, at);
    if (runId === null) return change;
    change.#branch = await RunBranch.read(connection, sessionId, runId);
    if (change.#branch === null) throw new LoadlineError('RunNotFound', `Session ${sessionId} has no run ${runId}`);
    change.#branch.membersOfSession = change.#members();
    return change;
  }

  get totals(): Totals {
    return this.#totals;
  }

  #members(): Members | null {
    const { members } = this.#session;
    return members === null ? null : fromJson<Members>(members);
  }

  /** The number of the latest event. */
  get lastEventId(): number {
    return this.#session.last_event;
  }

  /** The stored result of the run, once it has ended. */
  get result(): RunResult | null {
    return this.#branch?.run.result ?? null;
  }

  /** Gives a new run the next number. */
  async beginRun(input: NewRun) {
    const parent = await this.#parentOf(input);
    this.#branch = RunBranch.begin(this.#newRun(input, parent), parent);
    this.#branch.membersOfSession = this.#members();
    this.#totals = addCounts(this.#totals, parent === null ? { runs: 1 } : {});
    for (const message of input.earlier ?? []) await this.addMessage(message, {});
    if (input.message !== null) await this.addMessage(input.message, {});
    const { messageId, metadata } = input;
    await this.addEvents([{ type: 'run.started', messageId, ...(metadata === undefined ? {} : { metadata }) }]);
  }

  async #parentOf({ runId, parentRunId }: NewRun): Promise<RunBranch | null> {
    if (parentRunId === undefined) return null;
    const parent = await RunBranch.read(this.#connection, this.#session.session_id, parentRunId);
    if (parent !== null) return parent;
    throw new LoadlineError('RunNotFound', `The run ${parentRunId} that ${runId} works for is not in the store`);
  }

  #newRun({ runId, messageId, agent, inTree = false }: NewRun, parent: RunBranch | null): RunsTable {
    const session = this.#session;
    if (parent === null) session.last_run += 1;
    else session.member_runs += 1;
    const above = parent?.run.record;
    return {
      session_id: session.session_id,
      run_id: runId,
      message_id: messageId,
      agent,
      number: parent === null ? session.last_run : -session.member_runs,
      status: 'running',
      started_at: this.#at,
      updated_at: this.#at,
      ended_at: null,
      totals: '',
      time_to_first_token_ms: null,
      tokens: 0,
      result: null,
      parent_run_id: above?.run_id ?? null,
      root_run_id: above === undefined ? (inTree ? runId : null) : above.root_run_id,
      member: above === undefined ? null : [above.member, agent].filter((name) => name !== null).join('/'),
      calls_taken: 0,
      tools_asked: 0,
      reserved_tokens: 0,
      reserved_nano_usd: 0,
    };
  }

  /** The first of these limits that has no room for another call; `null`: none. */
  treeLimit(limits: readonly TreeLimits[]): TreeLimitReached | null {
    return this.#branch === null || limits.length === 0 ? null : treeLimitReached(this.#branch.counters(), limits);
  }

  /** Takes calls of models, or tool calls, of the limits of the run's tree. */
  take(taken: { readonly calls?: number; readonly toolCalls?: number }): void {
    this.#branch?.take(taken);
  }

  /**
   * A row is new (`before: null`) or changed: totals follow it, and the budgets that it was claimed on.
   *
   * @param claimed these, where they are known.
   */
  async replaceRow(before: LedgerRow | null, after: LedgerRow, claimed?: readonly BudgetsTable[]): Promise<void> {
    // A reservation counts on budgets only: totals are of what can no longer be given back.
    if (before !== null || after.state !== 'reserved') this.#countRow(before, after);
    this.#branch?.moveReservation(before, after);
    await this.addEvents(await moveShares(this.#connection, before, after, claimed), { agent: after.agent });
  }

  #countRow(before: LedgerRow | null, after: LedgerRow): void {
    const branch = this.#branch;
    const run = branch?.run ?? null;
    const { time_to_first_token_ms } = run?.record ?? {};
    const isFirstAnswer =
      after.answered &&
      before?.answered !== true &&
      after.modelType !== 'summaryModel' &&
      time_to_first_token_ms === null;
    this.#totals = applyRow(this.#totals, before, after);
    if (branch === null || run === null) return;
    branch.countRow(before, after);
    if (isFirstAnswer && after.timeToFirstTokenMs !== null && run.result === null) {
      const fromStart = after.startedAt + after.timeToFirstTokenMs - Date.parse(run.record.started_at);
      run.record.time_to_first_token_ms = Math.max(0, fromStart);
    }
  }

  addToolResult(counts: ToolCounts): void {
    const count = <T extends Totals>(totals: T): T => addTool(totals, counts);
    this.#totals = count(this.#totals);
    this.#branch?.count(count);
  }

  /** @param anchor of a request and its answer, which is the session's latest message. */
  setContext(context: ContextUse, anchor: Omit<ContextAnchor, 'lastSeq'> | null): void {
    this.#session.context_tokens = context.tokens;
    this.#session.context_window = context.window;
    this.#session.context_anchor = anchor === null ? null : toJson({ ...anchor, lastSeq: this.#session.last_seq });
  }

  /** Puts a compaction in force; `false` when the session has it already. */
  async compact({
    compaction,
    resultsThroughSeq,
    event,
  }: Parameters<CompactionStore['storeCompaction']>[0]): Promise<boolean> {
    const session = this.#session;
    const number = this.#totals.compactions + 1;
    if (!(await insertCompactionOnce(this.#connection, { ...compaction, number }))) return false;
    const { summary, tokensBefore, tokensAfter } = compaction;
    this.#totals = {
      ...this.#totals,
      version: this.#totals.version + 1,
      compactions: number,
      tokensSavedByCompaction: this.#totals.tokensSavedByCompaction + Math.max(0, tokensBefore - tokensAfter),
    };
    session.results_through_seq = Math.max(session.results_through_seq, resultsThroughSeq);
    if (summary !== null) {
      session.summary_number = number;
      session.through_run = summary.throughRun;
    }
    this.setContext({ tokens: tokensAfter, window: session.context_window }, null);
    await this.addEvents([event]);
    return true;
  }

  get context(): ContextUse {
    return { tokens: this.#session.context_tokens, window: this.#session.context_window };
  }

  /**
   * Fires the levels that what this change leaves has reached, each once until the session falls back below it. Comes
   * after all that changes totals and context, and before the end of the run that this change ends.
   *
   * @param endsRun the run of this change is over with it.
   */
  async fireThresholds(rules: ThresholdRules, { endsRun }: { readonly endsRun: boolean }): Promise<void> {
    const session = this.#session;
    const standing = standingOf(
      {
        totals: this.#totals,
        context: this.context,
        runsEnded: session.runs_ended + (endsRun && this.#branch?.isRoot === true ? 1 : 0),
        createdAt: session.created_at,
      },
      later(session.updated_at, this.#at),
    );
    const { fired, begun } = fireThresholds(fromJson<string[]>(session.thresholds_fired), rules.levels, standing);
    session.thresholds_fired = toJson(fired);
    await this.addEvents(begun.map((level) => thresholdEvent(level, rules, session.session_id)));
  }

  /** `false` when it has its last status already. */
  async closeSession(status: 'closed' | 'failed', closed_reason: string | null): Promise<boolean> {
    const { session_id, closed_at } = this.#session;
    if (closed_at !== null) return false;
    await this.#connection.run(updateStatus, { session_id, status, closed_at: this.#at, closed_reason });
    return true;
  }

  /** Appends a message to the run; `false` when the session has it already. */
  async addMessage(
    message: NewMessage,
    { metrics = null, durationMs = null }: { metrics?: MessageMetrics | null; durationMs?: number | null },
  ): Promise<boolean> {
    const run = this.#branch?.run;
    if (run === undefined) return false;
    const inserted = await this.#connection.run(insertMessage, {
      session_id: this.#session.session_id,
      message_id: message.id,
      seq: this.#session.last_seq + 1,
      run_id: run.record.run_id,
      run_number: run.record.number,
      role: message.role,
      agent: message.agent ?? null,
      parts: toJson(message.parts),
      tokens: message.tokens,
      created_at: message.createdAt,
      metrics: metrics === null ? null : toJson(metrics),
      duration_ms: durationMs,
    });
    if (inserted === 0) return false;
    this.#session.last_seq += 1;
    await indexMessage(this.#connection, this.#session.session_id, this.#session.last_seq, message.parts);
    run.record.tokens += message.tokens;
    run.isTouched = true;
    return true;
  }

  /** Appends events with the next numbers; with a key, one that is there already is left out. */
  async addEvents(
    events: readonly EventBody[],
    { agent = this.#branch?.run.record.agent ?? null, keyOf }: { agent?: string | null; keyOf?: KeyOfEvent } = {},
  ): Promise<void> {
    for (const [index, event] of events.entries()) {
      const inserted = await this.#connection.run(insertEvent, {
        session_id: this.#session.session_id,
        id: this.#session.last_event + 1,
        run_id: this.#branch?.run.record.run_id ?? null,
        agent,
        at: this.#at,
        body: toJson(event),
        once_key: keyOf?.(event, index) ?? null,
      });
      this.#session.last_event += inserted;
      if (inserted > 0) this.#follow(event);
    }
  }

  #follow(event: EventBody): void {
    const before = fromJson<readonly Wait[]>(this.#session.waiting_for);
    const waits = waitsAfter(before, this.#branch?.run.record.run_id ?? null, event);
    if (waits !== before) this.#session.waiting_for = toJson(waits);
  }

  /** Ends the run now, with the result that `build` makes of what it used. */
  async endRun(build: BuildResult): Promise<RunResult> {
    const branch = this.#branch;
    if (branch === null) throw new Error('No run is part of this change');
    const { run } = branch;
    const durationMs = Math.max(0, Date.parse(this.#at) - Date.parse(run.record.started_at));
    this.#totals = addCounts(this.#totals, branch.isRoot ? { durationMs } : {});
    branch.countOwn((totals) => addCounts(totals, { durationMs }));
    const { session_id, number, time_to_first_token_ms } = run.record;
    const ids = await this.#connection.all(messageIdsOfRun, { sessionId: session_id, number });
    const result = build({
      totals: run.totals,
      timeToFirstTokenMs: time_to_first_token_ms,
      messageIds: ids.map(({ message_id }) => message_id),
    });
    if (branch.isRoot) this.#session.runs_ended += 1;
    run.result = result;
    run.record.status = result.status;
    run.record.ended_at = this.#at;
    await this.addEvents([{ type: 'run.ended', result }]);
    return result;
  }

  /** Writes all rows; the metrics in an ended run's result follow its totals. */
  async save(): Promise<void> {
    await this.#branch?.save(this.#connection, this.#at);
    await this.#connection.run(updateSession, {
      ...this.#session,
      updated_at: later(this.#session.updated_at, this.#at),
      totals: toJson(this.#totals),
      members: this.#branch?.membersOfSession == null ? this.#session.members : toJson(this.#branch.membersOfSession),
    });
  }
}

/** A run that is to begin. */
interface NewRun {
  readonly runId: string;
  readonly messageId: string;
  readonly agent: string;
  readonly message: NewMessage | null;
  readonly earlier?: readonly NewMessage[];
  readonly metadata?: JsonObject;
  readonly parentRunId?: string;
  readonly inTree?: boolean;
}

type KeyOfEvent = (event: EventBody, index: number) => string;

function later(one: string, other: string): string {
  return one > other ? one : other;
}
