import type { JsonObject } from '../domain/json.ts';
import type { AnySchema, InferOutput } from './schema.ts';

/** The real `AbortSignal` where the consumer's types have one (DOM or Node), else as much of it as a tool needs. */
export type ToolAbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : {
      readonly aborted: boolean;
      readonly reason: unknown;
      addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
      removeEventListener(type: 'abort', listener: () => void): void;
    };

export interface ToolLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Tokens that a tool spent at a provider itself. */
export interface ToolUsage {
  readonly provider: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars; without it the catalogue's price. */
  readonly cost?: number;
}

/** What was said in a session, also what is no longer in its context. Messages have numbers: 1, 2, 3, … */
export interface ToolTranscript {
  /**
   * A page of what a message says, from a character on; `next` is where the next page begins. `null`: no such message.
   */
  read(
    message: number,
    from?: number,
  ): Promise<{
    readonly role: 'user' | 'assistant' | 'tool';
    readonly text: string;
    /** Characters of the whole message. */
    readonly total: number;
    readonly next: number | null;
  } | null>;
  /** Messages that say this, the best match first; 10 at most when no limit is given. */
  search(
    text: string,
    limit?: number,
  ): Promise<
    readonly { readonly message: number; readonly role: 'user' | 'assistant' | 'tool'; readonly excerpt: string }[]
  >;
}

/** What a tool is told beside its input. */
export interface ToolContext {
  /** Aborts when the run is cancelled, the tool's time is up, or the worker shuts down. */
  readonly abortSignal: ToolAbortSignal;
  /** The same in every attempt of a call: hand it to whatever must not be done twice. */
  readonly idempotencyKey: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly sessionId: string;
  readonly runId: string;
  readonly callId: string;
  readonly user?: string;
  readonly tenant?: string;
  /** Tells that a long call is alive. */
  heartbeat(): void;
  /**
   * Puts tokens spent inside the tool on the ledger, once for a call and its index, however often it is tried.
   *
   * @throws RangeError for tokens that are no integers of 0 or more.
   */
  recordUsage(usage: ToolUsage): void;
  /** Adds to a number of the run's `additionalMetrics`; one that is not finite throws a RangeError. */
  addMetric(name: string, value: number): void;
  /** The session's own. */
  readonly transcript: ToolTranscript;
  readonly log: ToolLog;
}

/** Milliseconds, or a number with its unit. */
export type Timeout = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/** Whose call an approval rule looks at. */
export interface ApprovalContext {
  readonly sessionId: string;
  readonly runId: string;
  readonly callId: string;
  readonly user?: string;
  readonly tenant?: string;
}

/**
 * Does a person have to approve a call? Always, for the input that a function says so of, or for the input that fits a
 * JSON Schema. A function that throws, or takes longer than 10 s, asks.
 */
export type ApprovalRule<Input = never> =
  | boolean
  | ((input: Input, context: ApprovalContext) => boolean | Promise<boolean>)
  | Readonly<Record<string, unknown>>;

export interface ApprovalSettings {
  /** None when not given: it waits for as long as it takes. */
  readonly timeout?: Timeout;
  /** What happens to a call that nobody decided in time; `deny` when not given. */
  readonly onTimeout?: 'deny' | 'approve';
}

/**
 * What happens when nobody knows whether an attempt acted, since its worker is gone: the model is told (`report`), a
 * person is asked whether to start it again (`ask`), or it is started again (`retry`).
 */
export type OnUnknown = 'report' | 'ask' | 'retry';

export interface ToolDefinition<Schema extends AnySchema = AnySchema, Output = unknown, Name extends string = string> {
  /** Letters, digits, `_` and `-`, at most 64: what every provider takes. */
  readonly name: Name;
  /** For the model: what it does, when to use it, in what units it answers. */
  readonly description: string;
  readonly inputSchema: Schema;
  /** Answers text or JSON for the model. What it throws becomes the call's result, which the model sees; a `ToolError` at once. */
  execute(input: InferOutput<Schema, JsonObject>, context: ToolContext): Output | Promise<Output>;
  /**
   * Acting twice does no more than acting once: a failed attempt is tried up to 5 times, and `onUnknown` is `retry`
   * when not given.
   */
  readonly idempotent?: boolean;
  /** Of one attempt; 60 s when not given. */
  readonly timeout?: Timeout;
  /** How often an attempt that threw is tried. */
  readonly retry?: { readonly maximumAttempts: number };
  /** Of an attempt whose worker is gone; `report` when not given. */
  readonly onUnknown?: OnUnknown;
  /** Must a person approve a call first? The rule sees validated input. */
  readonly needsApproval?: ApprovalRule<InferOutput<Schema, JsonObject>>;
  readonly approval?: ApprovalSettings;
}

/** Any tool, whatever its input. */
export interface AnyTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: AnySchema;
  execute(input: never, context: ToolContext): unknown;
  readonly idempotent?: boolean;
  readonly timeout?: Timeout;
  readonly retry?: { readonly maximumAttempts: number };
  readonly onUnknown?: OnUnknown;
  readonly needsApproval?: ApprovalRule;
  readonly approval?: ApprovalSettings;
}

/**
 * A tool that agents can call; `execute` gets the validated input.
 *
 * @example
 * const weather = defineTool({
 *   name: 'weather',
 *   description: 'Temperature in a city, Celsius',
 *   inputSchema: z.object({ city: z.string() }),
 *   execute: async ({ city }, { abortSignal }) =>
 *     (await fetch(`https://wttr.in/${city}?format=%t`, { signal: abortSignal })).text(),
 * });
 */
export function defineTool<const Name extends string, Schema extends AnySchema, Output>(
  tool: ToolDefinition<Schema, Output, Name>,
): ToolDefinition<Schema, Output, Name> {
  return tool;
}
