import type { LimitsPatch } from './agent.ts';
import { isWaiting, type PendingTool } from './approval.ts';
import { emptyTotals, isTotals, type ContextUse, type Totals } from './metrics.ts';
import type { MembersWait } from './member-waits.ts';
import type { RunResult } from './run.ts';
import type { SessionInput, SummaryInForce } from './session.ts';
import type { DefinitionInForce, QueuedMessage } from './steps.ts';

/** A run between two of its steps. */
export interface RunInProgress {
  readonly message: QueuedMessage;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Calls answered so far. */
  calls: number;
  toolCalls: number;
  tokens: number;
  costNanoUsd: number;
  /** Work so far: waiting for a person, a budget or a worker is left out. */
  workedMs: number;
  /** The text of the latest answer. */
  text: string;
  /** The store has the run and its message, though no call was answered yet. */
  begun?: true;
  /** In a team: which limit of its run, or of one above, has been reached. */
  limit?: string;
  /** Why the session closes with this run, which ends at its next step; absent: it goes on. */
  stop?: string;
  /** What the run waits for, as its senders are told; `null`: it does not. */
  waiting: RunResult | null;
  /** What members of its team wait for; `null` and absent: nothing. */
  membersWait?: MembersWait | null;
  /** So often was the context compacted to make room for the next call, and so often had its provider refused it. */
  compactions: number;
  overflows: number;
  /** Asked for by the latest answer and not yet executed. */
  pendingTools: readonly PendingTool[];
  /** Answers in a row whose tool calls all failed, and what is known of the latest answer's calls. */
  faults: { rounds: number; latest: string | null; soundCalls: number };
}

/**
 * All that a session knows, as it is carried over a roll-over (continue-as-new). Texts of past messages are not in
 * it: it stays small for ever.
 */
export interface CarriedState {
  /** Rises when the shape changes; `upgradeState` takes every older one. */
  readonly version: 1;
  definition: DefinitionInForce | null;
  patch: LimitsPatch;
  totals: Totals;
  context: ContextUse;
  /** Names of the levels that stand fired, such as `context.warn`. */
  thresholdsFired: readonly string[];
  searchAttributes: boolean;
  /** Runs accepted so far; the next run's id is made of it. */
  accepted: number;
  queue: QueuedMessage[];
  current: RunInProgress | null;
  /** Message ids of late with their runs, oldest first; older ones meet the store's unique key. */
  recent: { readonly messageId: string; readonly runId: string }[];
  latest: RunResult | null;
  closing: { readonly reason: string } | null;
  /** Compactions begun so far; the next one's id is made of it. */
  compactionsTried: number;
  /** Time to compact, before the next run needs the room. */
  compactionDue: boolean;
  /** The latest one brought little, or nothing: why, and from which run on it may be tried again. */
  compaction: { readonly problem: string | null; readonly untilRun: number } | null;
  summary: SummaryInForce | null;
}

/** A run that is about to make its first call. */
export function newRun(message: QueuedMessage, startedAt: string): RunInProgress {
  return {
    message,
    startedAt,
    calls: 0,
    toolCalls: 0,
    tokens: 0,
    costNanoUsd: 0,
    workedMs: 0,
    text: '',
    waiting: null,
    pendingTools: [],
    compactions: 0,
    overflows: 0,
    faults: { rounds: 0, latest: null, soundCalls: 0 },
  };
}

/** Duplicates of the last so many messages are known without a look into the store. */
export const recentMessages = 24;

/** Longer texts of the latest answer are carried as an excerpt; the store has the whole. */
const carriedTextChars = 4_000;

export function newState(input: SessionInput): CarriedState {
  return {
    version: 1,
    definition: null,
    patch: input.limits ?? {},
    totals: emptyTotals,
    context: { tokens: 0, window: null },
    thresholdsFired: [],
    searchAttributes: false,
    accepted: 0,
    queue: [],
    current: null,
    recent: [],
    latest: null,
    closing: null,
    compactionsTried: 0,
    compactionDue: false,
    compaction: null,
    summary: null,
  };
}

/**
 * What of the state goes into the next run of the workflow. What the store holds already stays there: the question of
 * a run that has made its first call, the end of a long answer, a large output.
 */
export function packState(state: CarriedState): CarriedState {
  const { latest, current } = state;
  return {
    ...state,
    latest: latest === null ? null : packResult(latest),
    current: current === null || current.calls === 0 ? current : packRun(current),
  };
}

function packRun(run: RunInProgress): RunInProgress {
  const { runId, messageId, run: request } = run.message;
  return {
    ...run,
    message: { runId, messageId, parts: [], ...(request === undefined ? {} : { run: request }) },
    text: excerpt(run.text),
    // What is asked of a person is read from the store again.
    waiting: run.pendingTools.some(isWaiting) ? null : run.waiting,
  };
}

function packResult(result: RunResult): RunResult {
  const { output, ...rest } = result;
  const kept = output === undefined || JSON.stringify(output).length > carriedTextChars ? rest : result;
  return { ...kept, text: excerpt(kept.text) };
}

function excerpt(text: string): string {
  return text.length <= carriedTextChars ? text : `${text.slice(0, carriedTextChars)}…`;
}

/**
 * Is this a state that a session carried, and not what somebody wrote into a start argument by hand? Only the parts
 * whose absence would break every later step are looked at.
 */
export function isCarriedState(value: unknown): value is CarriedState {
  if (typeof value !== 'object' || value === null) return false;
  const { version, accepted, queue, recent, patch, context, totals } = value as Partial<Record<string, unknown>>;
  const isObject = (part: unknown): boolean => typeof part === 'object' && part !== null;
  return (
    [version, accepted].every(Number.isSafeInteger) &&
    [queue, recent].every(Array.isArray) &&
    [patch, context].every(isObject) &&
    isTotals(totals)
  );
}

/**
 * State of any earlier version in today's shape.
 *
 * @throws RangeError for a version that this code does not know: the worker is older than the session.
 */
export function upgradeState(carried: CarriedState): CarriedState {
  const { version } = carried as { version: number };
  if (version !== 1) {
    throw new RangeError(`the session's state has version ${version}, this worker knows up to 1: update the worker`);
  }
  return carried;
}
