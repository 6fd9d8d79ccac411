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
  /** What must go in: instructions, tools, the summary, the new message and what its run has said so far. */
  readonly fixed: TokenRange;
  /** With so many of the newest past runs, the whole request as it was counted better than by summing estimates. */
  readonly counted: (TokenRange & { readonly keptRuns: number }) | null;
  /** Nothing of the past may be left out: it is summarised first. */
  readonly keepsAll: boolean;
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

/** Runs of the past leave an answer all that it may have, but no more than this part of the window. */
const answerShare = 1 / 4;

/** The room that the past leaves for an answer, tokens. */
export function roomForAnswer({ window, maxOutputTokens }: Pick<ContextBounds, 'window' | 'maxOutputTokens'>): number {
  if (window === null) return maxOutputTokens;
  return Math.min(maxOutputTokens, Math.max(leastOutputTokens, Math.floor(window * answerShare)));
}

/**
 * Decides what goes into a request: what must, and as many of the newest whole past runs as there is room for beside
 * the answer; or all of them or nothing, where the past may not be left out unsummarised. Runs of the past make room for
 * the answer; only the message's own run makes it shorter.
 *
 * @param past whole runs, oldest first.
 */
export function planContext(past: readonly PastRun[], bounds: ContextBounds): ContextPlan {
  const { fixed, counted, maxOutputTokens, keepsAll } = bounds;
  const room = (range: TokenRange): number => roomBeside(range, bounds);
  const answer = roomForAnswer(bounds);
  let summed: Choice = { ...fixed, keptRuns: 0 };
  for (const run of past.toReversed()) {
    const next = {
      tokens: summed.tokens + run.tokens,
      upperBound: summed.upperBound + run.upperBound,
      keptRuns: summed.keptRuns + 1,
    };
    if (!keepsAll && room(next) < answer) break;
    summed = next;
  }
  const chosen =
    counted === null ? summed : better(counted, summed, (choice) => Math.min(room(choice), maxOutputTokens));
  const least = keepsAll && chosen.keptRuns > 0 ? answer : Math.min(leastOutputTokens, maxOutputTokens);
  if (room(chosen) < least) {
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
function better(counted: Choice, summed: Choice, room: (choice: Choice) => number): Choice {
  const more = room(summed) - room(counted) || summed.keptRuns - counted.keptRuns;
  return more > 0 ? summed : counted;
}

/** Tokens that are left for an answer; none where the provider takes less input than this. */
function roomBeside({ upperBound }: TokenRange, { window, maxInputTokens }: ContextBounds): number {
  if (maxInputTokens !== null && upperBound > maxInputTokens) return 0;
  return window === null ? Infinity : window - upperBound;
}

function limitOfInput({ window, maxInputTokens }: ContextBounds): number {
  return Math.min(window ?? Infinity, maxInputTokens ?? Infinity);
}

/** What of the conversation is not in a request, and why. */
export interface Cut {
  readonly what: 'runs' | 'tool results';
  readonly count: number;
  readonly why: string;
}

/** A plan as people see it. Tokens are estimates but for `inputBound`, which the provider's count does not pass. */
export interface PlanReport {
  readonly window: number | null;
  readonly inputTokens: number;
  readonly inputBound: number;
  /** Room kept for the answer. */
  readonly answerTokens: number;
  readonly instructionTokens: number;
  readonly toolTokens: number;
  readonly summaryTokens: number;
  /** Of `runs` whole runs of the past. */
  readonly historyTokens: number;
  readonly runs: number;
  /** The new message and what its run has said so far. */
  readonly messageTokens: number;
  readonly cut: readonly Cut[];
}
