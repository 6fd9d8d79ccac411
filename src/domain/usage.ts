/**
 * Tokens of one attempt in disjoint classes, so that their sum is the bill and nothing is counted in two places.
 *
 * Providers disagree on what "input" contains: OpenAI's `input_tokens` include cached ones, Anthropic's do not. Each
 * wire maps its own convention to these classes once; everything else is derived. `null` means that the provider did
 * not say, which is not zero.
 */
export interface UsageClasses {
  /** Read by the model and neither cached nor audio: text, images, files, tool definitions. */
  readonly input: number | null;
  readonly cacheRead: number | null;
  /** Written to a cache that lives five minutes (or for a time that the provider does not name). */
  readonly cacheWrite5m: number | null;
  readonly cacheWrite1h: number | null;
  readonly audioInput: number | null;
  /** Written by the model and neither reasoning nor audio. */
  readonly output: number | null;
  readonly reasoning: number | null;
  readonly audioOutput: number | null;
}

/** The names users see. `inputTokens` holds all that the model read, `outputTokens` all that it wrote. */
export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly totalTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly audioInputTokens: number | null;
  readonly audioOutputTokens: number | null;
  readonly audioTotalTokens: number | null;
}

export type UsageField = keyof Usage;

export const usageFields: readonly UsageField[] = [
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'audioInputTokens',
  'audioOutputTokens',
  'audioTotalTokens',
];

export const unknownUsage: UsageClasses = {
  input: null,
  cacheRead: null,
  cacheWrite5m: null,
  cacheWrite1h: null,
  audioInput: null,
  output: null,
  reasoning: null,
  audioOutput: null,
};

/** Two unknowns stay unknown; an unknown beside a known one adds nothing. */
export function sumKnown(...parts: readonly (number | null)[]): number | null {
  let sum: number | null = null;
  for (const part of parts) if (part !== null) sum = (sum ?? 0) + part;
  return sum;
}

/**
 * The users' view of one attempt's classes.
 *
 * @example
 * deriveUsage({ ...unknownUsage, input: 10, cacheRead: 90, output: 5 }).inputTokens; // 100
 */
export function deriveUsage(classes: UsageClasses): Usage {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, audioInput, output, reasoning, audioOutput } = classes;
  const inputTokens = sumKnown(input, cacheRead, cacheWrite5m, cacheWrite1h, audioInput);
  const outputTokens = sumKnown(output, reasoning, audioOutput);
  return {
    inputTokens,
    outputTokens,
    totalTokens: sumKnown(inputTokens, outputTokens),
    cacheReadTokens: cacheRead,
    cacheWriteTokens: sumKnown(cacheWrite5m, cacheWrite1h),
    reasoningTokens: reasoning,
    audioInputTokens: audioInput,
    audioOutputTokens: audioOutput,
    audioTotalTokens: sumKnown(audioInput, audioOutput),
  };
}

/** The classes of an attempt of which only a total of each direction is known, e.g. a reservation. */
export function plainUsage(inputTokens: number, outputTokens: number): UsageClasses {
  return { ...unknownUsage, input: inputTokens, output: outputTokens };
}
