import type { ContextAnchor } from '../domain/context.ts';
import { vendorOf } from '../domain/model.ts';

/**
 * Servers that refuse a request longer than their window. All others may cut it and answer as if nothing had been:
 * Ollama does (https://github.com/ollama/ollama/pull/17944), so do OpenRouter's transforms, and what a compatible server
 * does, nobody knows.
 */
const refusing = new Set([
  ...['openai', 'azure', 'anthropic', 'google', 'groq', 'mistral', 'deepseek', 'xai', 'together', 'cerebras'],
  'simulated',
]);

/** Of the estimate of a text: a vocabulary so large or so fit for a language that it makes less of it is not known. */
const sureOfText = 0.6;

/** Of a count: a template may leave out reasoning that it wrote into the request before. */
const sureOfCount = 0.9;

export interface SentInput {
  /** Estimated tokens of all that is text. Media is a guess, and sure to come to nothing. */
  readonly textTokens: number;
  /** The provider's count of a request that this one begins with, and the estimate of the text that it adds. */
  readonly continued: (Pick<ContextAnchor, 'inputTokens'> & { readonly newTextTokens: number }) | null;
}

/**
 * What a request comes to at least, whatever the model's tokeniser.
 *
 * @example
 * leastInput({ textTokens: 1000, continued: { inputTokens: 950, newTextTokens: 50 } }); // 885
 */
export function leastInput({ textTokens, continued }: SentInput): number {
  const ofTexts = sureOfText * textTokens;
  const ofCount = continued === null ? 0 : sureOfCount * continued.inputTokens + sureOfText * continued.newTextTokens;
  return Math.floor(Math.max(ofTexts, ofCount));
}

export interface ReportedInput {
  /** Our name of it. */
  readonly provider: string;
  /** All input tokens by the provider's count, cached ones too. */
  readonly reportedInput: number;
  /** What `leastInput` says of the request. */
  readonly leastInput: number;
  /**
   * The most that the messages come to which no earlier request had. A server that leaves out what it had cached reports
   * no more than these: then its count tells nothing.
   */
  readonly newMessagesBound: number;
}

/** Whether a server has read less than it was sent: its count is below what the request is sure to come to. */
export function wasTruncated({ provider, reportedInput, leastInput: least, newMessagesBound }: ReportedInput): boolean {
  if (refusing.has(vendorOf(provider))) return false;
  return reportedInput < least && reportedInput > newMessagesBound;
}

/**
 * The window of a server that cut a request, as far as it is sure: what it read and wrote in one call, now or before.
 * The true one is at most what the request came to; to stay below costs a compaction, to be above costs messages.
 */
export function windowOfCut(
  cut: { readonly reportedInput: number; readonly outputTokens: number },
  whole: Pick<ContextAnchor, 'inputTokens' | 'outputTokens'> | null,
): number {
  const before = whole === null ? 0 : whole.inputTokens + whole.outputTokens;
  return Math.max(before, cut.reportedInput + cut.outputTokens);
}
