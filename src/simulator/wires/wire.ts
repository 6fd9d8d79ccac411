import type { Caching } from '../prompt-caches.ts';
import type { Billed } from '../tally.ts';
import type { JsonRecord, Prompt, WireName } from '../prompt.ts';
import type { Refusal } from '../refusal.ts';
import type { Reply } from '../reply.ts';
import type { SimulatedModel } from '../models.ts';

/** One answer on its way. */
export interface Exchange {
  readonly id: string;
  readonly prompt: Prompt;
  readonly body: JsonRecord;
  readonly reply: Reply;
  readonly startedAt: Date;
  /** Reasoning is reported beside the output, not as a part of it. */
  readonly reasoningOutside: boolean;
}

/** Writes one streamed answer. Each method returns the text to send, complete events only. */
export interface StreamWriter {
  /** What comes before the first token. */
  open(): string;
  /** `usage` is given where the usage so far goes into every chunk. */
  step(block: number, delta: string, usage: Billed | null): string;
  /** `usage` is `null` where none is to be reported. */
  end(usage: Billed | null): string;
  /** An error in mid-stream. */
  error(refusal: Refusal): string;
}

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface CountRoute {
  readonly path: string;
  /** The request as `parse` takes it. @throws Refusal for fields that this route does not know. */
  request(body: JsonRecord): JsonRecord;
  answer(inputTokens: number): JsonRecord;
}

/** One provider's HTTP form. */
export interface Wire {
  readonly name: WireName;
  readonly path: string;
  readonly streamType: string;
  readonly idPrefix: string;
  readonly callIdPrefix: string;
  /** How this provider caches prompts. */
  readonly caching: Caching;
  /** @throws Refusal in the provider's words, for what it would refuse. */
  parse(body: JsonRecord, headers: Headers, limits: (model: string) => SimulatedModel): Prompt;
  /** The route that counts a request's input for nothing, where the provider has one. */
  readonly count?: CountRoute;
  /** The words for a request that is no JSON object. */
  unreadable(): Refusal;
  /** The words for a status that a script asks for. */
  failure(status: number, message: string | undefined, code: string | undefined, model: string): Refusal;
  errorBody(refusal: Refusal, id: string): JsonRecord;
  responseHeaders(id: string): Record<string, string>;
  /** What is billed, in the classes that this wire can tell: the others are put to the nearest one that it has. */
  classes(billed: Billed): Billed;
  whole(exchange: Exchange, usage: Billed | null): JsonRecord;
  /** `opening`: the bill before the first token, for a wire that tells the input's part at the start. */
  writer(exchange: Exchange, opening: Billed | null): StreamWriter;
}

export function sse(event: string | null, content: JsonRecord): string {
  return `${event === null ? '' : `event: ${event}\n`}data: ${JSON.stringify(content)}\n\n`;
}

/** Audio as plain input and output, for wires that have no class for it. */
export function withoutAudio(billed: Billed): Billed {
  const { input, output, audioInput, audioOutput } = billed;
  return { ...billed, input: input + audioInput, output: output + audioOutput, audioInput: 0, audioOutput: 0 };
}

/** Cache writes without a lifetime, for OpenAI's wires. */
export function withoutLifetimes(billed: Billed): Billed {
  return { ...billed, cacheWrite5m: billed.cacheWrite5m + billed.cacheWrite1h, cacheWrite1h: 0 };
}
