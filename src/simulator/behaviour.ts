import { z } from 'zod';
import { wireNames } from './prompt.ts';

const tokens = z.number().int().nonnegative();

/**
 * What the simulator does with a request beside answering it well. All fields may be combined; faults win.
 *
 * Durations are in milliseconds; a "chunk" is one piece of content (about a word), opening events not counted.
 */
export const behaviourSchema = z.strictObject({
  /** Only for requests whose last user message contains `text`, whose model name contains `model`, on this wire. */
  match: z
    .strictObject({
      text: z.string().optional(),
      model: z.string().optional(),
      wire: z.enum(wireNames).optional(),
    })
    .optional(),
  /** For how many requests; `null`: until the reset. */
  times: z.number().int().positive().nullable().default(1),

  /** An error status before the stream, with the wire's own error body. */
  status: z.number().int().min(400).max(599).optional(),
  message: z.string().optional(),
  code: z.string().optional(),
  /** Sent as it is: seconds or an HTTP date. */
  retryAfter: z.union([z.string(), z.number()]).optional(),
  retryAfterMs: z.number().nonnegative().optional(),

  /** The socket is destroyed after so many chunks. */
  dropAfterChunks: tokens.optional(),
  /** The stream ends with the wire's error event after so many chunks. */
  errorAfterChunks: tokens.optional(),
  /** Nothing more comes after so many chunks, until the client leaves. */
  hangAfterChunks: tokens.optional(),
  /** Not even a status comes, until the client leaves. */
  hang: z.boolean().optional(),
  firstTokenMs: z.number().nonnegative().optional(),
  tokensPerSecond: z.number().positive().optional(),

  /** The text to answer with. */
  answer: z.string().optional(),
  /** An answer of exactly so many tokens. */
  answerTokens: tokens.optional(),
  /** Tools to call, in parallel. Arguments: an object, or a string that is sent as it is, valid JSON or not. */
  toolCalls: z
    .array(
      z.strictObject({
        name: z.string(),
        arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
      }),
    )
    .optional(),
  refusal: z.string().optional(),
  contentFilter: z.boolean().optional(),
  /** Cuts the answer off after so many tokens, as an output limit would. */
  cutAfterTokens: tokens.optional(),
  reasoning: z.string().optional(),
  reasoningTokens: tokens.optional(),

  noUsage: z.boolean().optional(),
  /** Usage so far in every chunk, as some compatible servers send it. */
  cumulativeUsage: z.boolean().optional(),
  /** Reasoning stands beside `completion_tokens` and only in the total, as at xAI. */
  reasoningOutside: z.boolean().optional(),
  /** Numbers billed and reported in place of the counted ones. */
  usage: z
    .strictObject({
      input: tokens,
      cacheRead: tokens,
      cacheWrite5m: tokens,
      cacheWrite1h: tokens,
      audioInput: tokens,
      output: tokens,
      reasoning: tokens,
      audioOutput: tokens,
    })
    .partial()
    .optional(),
});

export type Behaviour = Omit<z.output<typeof behaviourSchema>, 'times' | 'match'>;

/** A behaviour as it is given to `script`: `times` is 1 unless said otherwise. */
export type ScriptedBehaviour = z.input<typeof behaviourSchema>;
