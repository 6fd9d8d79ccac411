import type { CompactionView, RunView } from '../../../src/client/inspect-api.ts';
import type { EventBody } from '../../../src/domain/events.ts';
import { sumKnown, type Usage } from '../../../src/domain/usage.ts';

/** Tokens in the four parts that a bar is stacked of; their sum is the total. */
export interface TokenParts {
  /** Read by the model and not from a cache: writes to a cache too. */
  readonly uncached: number;
  readonly cached: number;
  readonly reasoning: number;
  readonly output: number;
}

export const tokenParts = [
  'uncached',
  'cached',
  'reasoning',
  'output',
] as const satisfies readonly (keyof TokenParts)[];

type PartedUsage = Pick<Usage, 'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'reasoningTokens'>;

/** A part that nobody told stands as nothing in its bar; the whole it belongs to is drawn all the same. */
export function partsOf({ inputTokens, outputTokens, cacheReadTokens, reasoningTokens }: PartedUsage): TokenParts {
  const cached = Math.min(cacheReadTokens ?? 0, inputTokens ?? 0);
  const reasoning = Math.min(reasoningTokens ?? 0, outputTokens ?? 0);
  return { uncached: (inputTokens ?? 0) - cached, cached, reasoning, output: (outputTokens ?? 0) - reasoning };
}

/** A level that fired: what stands over the bar of the run in which it did. */
export type ThresholdMark = Pick<
  Extract<EventBody, { readonly type: 'threshold.reached' }>,
  'axis' | 'level' | 'message' | 'suggestion'
> & { readonly runId?: string | undefined; readonly at: string };

/** One run, or several beside one another when there are too many for a bar each. */
export interface RunBar extends TokenParts {
  /** Numbers within the session, both included. */
  readonly first: number;
  readonly last: number;
  readonly runs: readonly RunView[];
  readonly total: number;
  /** US dollars; `null`: no part of it is known. */
  readonly cost: number | null;
  readonly costUnknown: boolean;
  readonly estimatedTokens: number;
  readonly failedAttempts: number;
  /** A run of it goes on: its figures are not settled. */
  readonly live: boolean;
  readonly compactions: readonly CompactionView[];
  readonly warnings: readonly ThresholdMark[];
}

export interface RunMarks {
  readonly compactions: readonly CompactionView[];
  readonly warnings: readonly ThresholdMark[];
}

/**
 * Bars for runs, at most so many: each of one run, or all of the same round number of runs.
 *
 * @param runs in any order.
 */
export function runBars(runs: readonly RunView[], marks: RunMarks, mostBars: number): readonly RunBar[] {
  const ordered = runs.toSorted((a, b) => a.number - b.number);
  const [oldest, newest] = [ordered[0], ordered.at(-1)];
  if (oldest === undefined || newest === undefined) return [];
  const size = runsOfABar(newest.number - oldest.number + 1, mostBars);
  const placed = placeMarks(ordered, marks);
  const buckets = Map.groupBy(ordered, ({ number }) => Math.floor((number - 1) / size));
  return [...buckets.values()].map((bucket) => toBar(bucket, placed));
}

/** 1, 2, 5, 10, 20, 50, …: the smallest of which so many bars hold all runs, wherever the first bar begins. */
export function runsOfABar(runs: number, mostBars: number): number {
  for (let power = 1; ; power *= 10) {
    for (const digit of [1, 2, 5]) {
      const size = digit * power;
      const bars = size === 1 ? runs : Math.ceil(runs / size) + 1;
      if (bars <= mostBars) return size;
    }
  }
}

interface PlacedMarks {
  readonly compactions: ReadonlyMap<string, readonly CompactionView[]>;
  readonly warnings: ReadonlyMap<string, readonly ThresholdMark[]>;
}

/** What fell between two runs, or in a member's, belongs to the session's run that had begun last. */
function placeMarks(ordered: readonly RunView[], { compactions, warnings }: RunMarks): PlacedMarks {
  const ids = new Set(ordered.map(({ runId }) => runId));
  const place = ({ runId, at }: { readonly runId?: string | null | undefined; readonly at: string }): string => {
    if (runId != null && ids.has(runId)) return runId;
    const time = Date.parse(at);
    return ordered.findLast(({ startedAt }) => Date.parse(startedAt) <= time)?.runId ?? '';
  };
  return { compactions: Map.groupBy(compactions, place), warnings: Map.groupBy(warnings, place) };
}

function toBar(runs: readonly RunView[], marks: PlacedMarks): RunBar {
  const parts = runs.map(({ metrics }) => partsOf(metrics));
  const sum = (value: (part: TokenParts) => number): number => parts.reduce((all, part) => all + value(part), 0);
  const byPart = {
    uncached: sum(({ uncached }) => uncached),
    cached: sum(({ cached }) => cached),
    reasoning: sum(({ reasoning }) => reasoning),
    output: sum(({ output }) => output),
  };
  return {
    ...byPart,
    first: runs[0]?.number ?? 0,
    last: runs.at(-1)?.number ?? 0,
    runs,
    total: byPart.uncached + byPart.cached + byPart.reasoning + byPart.output,
    cost: sumKnown(...runs.map(({ metrics }) => metrics.cost)),
    costUnknown: runs.some(({ metrics }) => metrics.costUnknown === true),
    estimatedTokens: runs.reduce((all, { metrics }) => all + metrics.estimatedTokens, 0),
    failedAttempts: runs.reduce((all, { metrics }) => all + metrics.failedAttempts, 0),
    live: runs.some(({ status }) => status === 'running' || status === 'waiting'),
    compactions: runs.flatMap(({ runId }) => marks.compactions.get(runId) ?? []),
    warnings: runs.flatMap(({ runId }) => marks.warnings.get(runId) ?? []),
  };
}
