/** Tokens as a provider would count them: a best guess, and what its count does not pass. */
export interface TokenRange {
  readonly tokens: number;
  readonly upperBound: number;
}

/** One run of the past. */
export interface PastRun extends TokenRange {
  readonly runId: string;
}

/**
 * What a provider counted of a session's last request and its answer. A request that only adds to them is counted from
 * here on: exact for what was sent before, whatever the model's tokeniser.
 */
export interface ContextAnchor {
  /** `provider/model` that counted. */
  readonly model: string;
  /** Hash of what stands beside the messages: instructions, tools, schema of the answer. */
  readonly definition: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** `seq` of the first message that was sent, and of the answer; so many messages are between them, both included. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly messages: number;
}

export interface ContextBounds {
  /** Tokens; `null`: unknown, so nothing is checked against it. */
  readonly window: number | null;
  /** The most input that the provider takes. */
  readonly maxInputTokens: number | null;
  /** The most the answer may have. */
  readonly maxOutputTokens: number;
  /** What must go in: instructions, tools, the new message and what its run has said so far. */
  readonly fixed: TokenRange;
  /** With so many of the newest past runs, the whole request counted from the provider's last count on. */
  readonly anchored: (TokenRange & { readonly keptRuns: number }) | null;
}

interface Choice extends TokenRange {
  readonly keptRuns: number;
}

export type ContextPlan =
  | {
      readonly fits: true;
      /** So many of the newest past runs go in. */
      readonly keptRuns: number;
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
 * Decides what goes into a request: what must, and as many of the newest whole past runs as there is room for beside
 * the answer. Runs of the past make room for the answer; only the message's own run makes it shorter.
 *
 * @param past whole runs, oldest first.
 */
export function planContext(past: readonly PastRun[], bounds: ContextBounds): ContextPlan {
  const { fixed, anchored, maxOutputTokens } = bounds;
  const room = (range: TokenRange): number => roomBeside(range, bounds);
  let summed: Choice = { ...fixed, keptRuns: 0 };
  for (const run of past.toReversed()) {
    const next = {
      tokens: summed.tokens + run.tokens,
      upperBound: summed.upperBound + run.upperBound,
      keptRuns: summed.keptRuns + 1,
    };
    if (room(next) < maxOutputTokens) break;
    summed = next;
  }
  const chosen =
    anchored === null ? summed : better(anchored, summed, (choice) => Math.min(room(choice), maxOutputTokens));
  if (room(chosen) < Math.min(leastOutputTokens, maxOutputTokens)) {
    return { fits: false, inputBound: chosen.upperBound, window: limitOfInput(bounds) };
  }
  return {
    fits: true,
    keptRuns: chosen.keptRuns,
    inputTokens: chosen.tokens,
    inputBound: chosen.upperBound,
    maxOutputTokens: Math.min(maxOutputTokens, room(chosen)),
  };
}

/** More room for the answer counts first, then more of the past, then the count that is exact. */
function better(anchored: Choice, summed: Choice, room: (choice: Choice) => number): Choice {
  const more = room(summed) - room(anchored) || summed.keptRuns - anchored.keptRuns;
  return more > 0 ? summed : anchored;
}

/** Tokens that are left for an answer; none where the provider takes less input than this. */
function roomBeside({ upperBound }: TokenRange, { window, maxInputTokens }: ContextBounds): number {
  if (maxInputTokens !== null && upperBound > maxInputTokens) return 0;
  return window === null ? Infinity : window - upperBound;
}

function limitOfInput({ window, maxInputTokens }: ContextBounds): number {
  return Math.min(window ?? Infinity, maxInputTokens ?? Infinity);
}
