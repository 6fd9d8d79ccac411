import type { SummarySettings } from './agent.ts';

/**
 * Why a compaction was done: the context passed the threshold `compact`; enough runs waited beyond `history`; a request
 * did not fit; somebody asked; a session carries another one on.
 */
export type CompactionCause = 'threshold' | 'runs' | 'overflow' | 'request' | 'carry-on';

/** What stands in the context for messages that are no longer shown. */
export interface Summary {
  readonly text: string;
  /** Estimated, in o200k: the measure by which messages are compared. */
  readonly tokens: number;
  /** `provider/model` that wrote it. */
  readonly model: string;
  /** `seq` of the first and the last message that it stands for. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Runs up to this number are in it; 0: those of another session, which this one carries on. */
  readonly throughRun: number;
}

/** How much shorter a compaction made the context, tokens, or why it did not. */
export interface CompactionGain {
  readonly tokensBefore: number;
  readonly tokensSaved: number;
  readonly problem?: string;
}

/** What a compaction brought, as `compact` answers it. Tokens are estimates of the context. */
export interface CompactionResult extends CompactionGain {
  readonly sessionId: string;
  readonly compactionId: string;
  readonly cause: CompactionCause;
  /** Runs that the summary took in. */
  readonly runs: number;
  /** Results of tools that became references. */
  readonly results: number;
  readonly tokensAfter: number;
  readonly summary: Summary | null;
}

/** Have enough runs gathered beyond what the agent's history takes? */
export function runsAreDue(
  { runs, pushedOut }: { readonly runs: number; readonly pushedOut: number },
  { keepRuns, everyRuns }: Pick<SummarySettings, 'keepRuns' | 'everyRuns'>,
): boolean {
  return pushedOut >= everyRuns && runs > keepRuns;
}

/** After a compaction the runs that stay have at most this part of the window, so that the next one is long off. */
const keptShare = 0.3;

/**
 * How many of the oldest runs are folded: all but `keepRuns`, and of these those that would fill the window again.
 *
 * @param sizes tokens of whole runs, oldest first.
 */
export function foldCount(
  sizes: readonly number[],
  { keepRuns, window }: { readonly keepRuns: number; readonly window: number | null },
): number {
  let room = window === null ? Infinity : window * keptShare;
  let kept = 0;
  for (const size of sizes.toReversed()) {
    room -= size;
    if (kept >= keepRuns || room < 0) break;
    kept += 1;
  }
  return sizes.length - kept;
}
