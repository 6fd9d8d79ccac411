/** Tokens of one run of the past, as the store keeps them. */
export interface PastRun {
  readonly runId: string;
  readonly tokens: number;
}

export interface ContextBounds {
  /** Tokens; `null`: unknown, so nothing is checked against it. */
  readonly window: number | null;
  /** The most the answer may have. */
  readonly maxOutputTokens: number;
  /** Estimated tokens of what must go in: instructions, tools, the new message and what its run has said so far. */
  readonly fixedTokens: number;
  /** An estimate times this, plus `margin`, is an upper bound of what the provider will count. */
  readonly boundFactor: number;
  readonly margin: number;
}

export type ContextPlan =
  | {
      readonly fits: true;
      /** So many of the newest past runs go in. */
      readonly keptRuns: number;
      readonly cutRuns: number;
      /** Estimated tokens of the request. */
      readonly inputTokens: number;
      /** What the provider will count at most. */
      readonly inputBound: number;
      readonly maxOutputTokens: number;
    }
  | { readonly fits: false; readonly inputBound: number; readonly window: number };

/** An answer of fewer tokens than this is not worth a call. */
export const leastOutputTokens = 16;

/**
 * Decides what goes into a request: what must, and as many of the newest whole past runs as the window leaves room
 * for beside the answer. An answer gets less room than it may have before the message itself is refused.
 *
 * @param past whole runs, oldest first.
 */
export function planContext(past: readonly PastRun[], bounds: ContextBounds): ContextPlan {
  const { window, fixedTokens } = bounds;
  const bound = (tokens: number): number => Math.ceil(tokens * bounds.boundFactor) + bounds.margin;
  const fixedBound = bound(fixedTokens);
  const room = window === null ? Infinity : window - fixedBound;
  if (window !== null && room < leastOutputTokens) return { fits: false, inputBound: fixedBound, window };
  const maxOutputTokens = Math.min(bounds.maxOutputTokens, room);
  let inputTokens = fixedTokens;
  let keptRuns = 0;
  for (const run of [...past].reverse()) {
    const next = inputTokens + run.tokens;
    if (window !== null && bound(next) + maxOutputTokens > window) break;
    inputTokens = next;
    keptRuns += 1;
  }
  return {
    fits: true,
    keptRuns,
    cutRuns: past.length - keptRuns,
    inputTokens,
    inputBound: bound(inputTokens),
    maxOutputTokens,
  };
}
