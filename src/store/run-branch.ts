import type { LedgerRow } from '../domain/ledger.ts';
import { applyRow, emptyTotals, type Members, type RunTotals } from '../domain/metrics.ts';
import type { TreeCounters } from '../domain/run-tree.ts';
import { tallyOf } from '../domain/metrics.ts';
import type { RunResult } from '../domain/run.ts';
import { withMetrics } from './add-totals.ts';
import type { Connection } from './database.ts';
import { fromJson, toJson } from './records.ts';
import { insertRun, runById, updateRun } from './run-queries.ts';
import type { RunsTable } from './schema.ts';

/** A run that a transaction changes. */
export interface RunInChange {
  readonly record: RunsTable;
  totals: RunTotals;
  result: RunResult | null;
  readonly isNew: boolean;
  /** Has this change anything to write about it? */
  isTouched: boolean;
}

/**
 * A run with those above it: the leader whose member it is, that leader's own, up to the message's run. What it uses
 * counts in each, and under its name in the `members` of each but itself.
 */
export class RunBranch {
  readonly run: RunInChange;
  readonly #above: readonly RunInChange[];
  /** What members used in all runs of the session. */
  #inSession: RunTotals = emptyTotals;

  private constructor(run: RunInChange, above: readonly RunInChange[]) {
    this.run = run;
    this.#above = above;
  }

  /** What members have used in the session before this change; its own is added. */
  set membersOfSession(members: Members | null) {
    if (members !== null) this.#inSession = { ...this.#inSession, members };
  }

  get membersOfSession(): Members | null {
    return this.#inSession.members ?? null;
  }

  /** `null`: the session has no such run. */
  static async read(connection: Connection, sessionId: string, runId: string): Promise<RunBranch | null> {
    const runs: RunInChange[] = [];
    for (let id: string | null = runId; id !== null;) {
      const record: RunsTable | null = await connection.first(runById, { sessionId, runId: id });
      if (record === null) break;
      runs.push(toRunInChange(record));
      id = record.parent_run_id;
    }
    const [run, ...above] = runs;
    return run === undefined ? null : new RunBranch(run, above);
  }

  /** @param parent of a member's run. */
  static begin(record: RunsTable, parent: RunBranch | null): RunBranch {
    const run = { record, totals: emptyTotals, result: null, isNew: true, isTouched: true };
    return new RunBranch(run, parent?.all ?? []);
  }

  get all(): readonly RunInChange[] {
    return [this.run, ...this.#above];
  }

  /** Is this the run of a message, and not of a member? */
  get isRoot(): boolean {
    return this.run.record.parent_run_id === null;
  }

  /** Do limits of whole trees hold here? */
  get isInTree(): boolean {
    return this.run.record.root_run_id !== null;
  }

  /** Counts in each run, and on the way from each down to this one. */
  count(change: (totals: RunTotals) => RunTotals): void {
    this.#eachOf((totals, names) => changeAlong(totals, names, change));
  }

  /** Counts in this run alone, wherever it stands by its name. */
  countOwn(change: (totals: RunTotals) => RunTotals): void {
    this.#eachOf((totals, names) => changeAt(totals, names, change));
  }

  countRow(before: LedgerRow | null, after: LedgerRow): void {
    this.count((totals) => ({ ...totals, ...applyRow(totals, before, after) }));
  }

  /** What a row in flight may come to stands beside the totals until it ends. */
  moveReservation(before: LedgerRow | null, after: LedgerRow): void {
    if (!this.isInTree) return;
    const old = reservedOf(before);
    const now = reservedOf(after);
    for (const one of this.all) {
      one.record.reserved_tokens += now.tokens - old.tokens;
      one.record.reserved_nano_usd += now.nanoUsd - old.nanoUsd;
      one.isTouched = true;
    }
  }

  /** Takes calls of models, or tool calls, of the limits of the tree. */
  take(taken: { readonly calls?: number; readonly toolCalls?: number }): void {
    if (!this.isInTree) return;
    for (const one of this.all) {
      one.record.calls_taken += taken.calls ?? 0;
      one.record.tools_asked += taken.toolCalls ?? 0;
      one.isTouched = true;
    }
  }

  counters(): readonly TreeCounters[] {
    return this.all.map(({ record, totals }) => {
      const { usage, costNanoUsd } = tallyOf(totals);
      return {
        runId: record.run_id,
        calls: record.calls_taken,
        toolCalls: record.tools_asked,
        tokens: usage.totalTokens.known,
        costNanoUsd,
        reservedTokens: record.reserved_tokens,
        reservedNanoUsd: record.reserved_nano_usd,
      };
    });
  }

  /** Writes what was touched; the metrics in an ended run's result follow its totals. */
  async save(connection: Connection, at: string): Promise<void> {
    for (const one of this.all) {
      if (!one.isTouched) continue;
      const { record } = one;
      if (one.result !== null) one.result = withMetrics(one.result, one.totals, record.time_to_first_token_ms);
      await connection.run(one.isNew ? insertRun : updateRun, {
        ...record,
        updated_at: record.updated_at > at ? record.updated_at : at,
        totals: toJson(one.totals),
        result: one.result === null ? null : toJson(one.result),
      });
    }
  }

  #eachOf(change: (totals: RunTotals, names: readonly string[]) => RunTotals): void {
    let names: readonly string[] = [];
    for (const one of this.all) {
      one.totals = change(one.totals, names);
      one.isTouched = true;
      if (one.record.parent_run_id === null) this.#inSession = change(this.#inSession, names);
      names = [one.record.agent, ...names];
    }
  }
}

function toRunInChange(record: RunsTable): RunInChange {
  return {
    record: { ...record },
    totals: fromJson<RunTotals>(record.totals),
    result: record.result === null ? null : fromJson<RunResult>(record.result),
    isNew: false,
    isTouched: false,
  };
}

function reservedOf(row: LedgerRow | null): { readonly tokens: number; readonly nanoUsd: number } {
  if (row?.state !== 'reserved') return { tokens: 0, nanoUsd: 0 };
  const { inputTokens, outputTokens, costNanoUsd } = row.reservation;
  return { tokens: inputTokens + outputTokens, nanoUsd: costNanoUsd ?? 0 };
}

function changeAlong(totals: RunTotals, names: readonly string[], change: (totals: RunTotals) => RunTotals): RunTotals {
  return inMember(change(totals), names, (member, rest) => changeAlong(member, rest, change));
}

function changeAt(totals: RunTotals, names: readonly string[], change: (totals: RunTotals) => RunTotals): RunTotals {
  if (names.length === 0) return change(totals);
  return inMember(totals, names, (member, rest) => changeAt(member, rest, change));
}

function inMember(
  totals: RunTotals,
  [name, ...rest]: readonly string[],
  change: (member: RunTotals, rest: readonly string[]) => RunTotals,
): RunTotals {
  if (name === undefined) return totals;
  const { members } = totals;
  return { ...totals, members: { ...members, [name]: change(members?.[name] ?? emptyTotals, rest) } };
}
