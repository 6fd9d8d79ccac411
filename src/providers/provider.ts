import type { CacheSettings, ToolSpec } from '../domain/agent.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Part, Role } from '../domain/messages.ts';
import type { UsageClasses } from '../domain/usage.ts';
import type { Overflow } from './overflow.ts';

export interface RequestMessage {
  readonly role: Role;
  /** Media parts come with `url` or `data`; what the store keeps has been loaded. */
  readonly parts: readonly Part[];
}

/** A call in the form that every wire can translate. */
export interface ModelRequest {
  /** The provider's own id of the model, without our provider's name. */
  readonly model: string;
  readonly instructions: string;
  readonly messages: readonly RequestMessage[];
  readonly tools: readonly ToolSpec[];
  readonly maxOutputTokens: number;
  /** Tokens; `null` when unknown. Ollama's `num_ctx` is set to it. */
  readonly contextWindow: number | null;
  /** JSON Schema of the answer. */
  readonly output: JsonObject | null;
  readonly cache: CacheSettings;
  /** Stable for a session: lets a provider route its requests to the same prompt cache. */
  readonly cacheKey: string;
}

export interface ModelDelta {
  readonly kind: 'text' | 'reasoning';
  readonly delta: string;
}

export interface StreamOptions {
  /** Aborting closes the provider's socket at once. */
  readonly signal: AbortSignal;
  onDelta(delta: ModelDelta): void;
  /** Whose request it is. The simulator is told, so that its books can be read by session; no other provider is. */
  readonly origin?: { readonly sessionId: string; readonly attemptId: string };
}

export interface ModelAnswer {
  readonly parts: readonly Part[];
  readonly finishReason: 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'refusal';
  /** `null`: the provider did not say. Single classes may be `null` too. */
  readonly usage: UsageClasses | null;
  /** Every top-level field of the answer that is not content, as the provider sent it. */
  readonly providerMetrics: Readonly<Record<string, unknown>>;
  /** From the request's start to the first token of any kind (text, reasoning, tool call); `null` when none came. */
  readonly timeToFirstTokenMs: number | null;
}

/** One wire format at one address. Implementations hold no state beside their client. */
export interface Provider {
  /** Our name of it, the part before the slash of `provider/model`. */
  readonly name: string;
  readonly simulated: boolean;
  /** A server of one's own network: what it counts comes in milliseconds, where a hosted service takes some 300. */
  readonly isNear?: boolean;
  /**
   * Sends one request, once: retries are the caller's.
   *
   * @throws ProviderFailure always, for everything that goes wrong.
   */
  stream(request: ModelRequest, options: StreamOptions): Promise<ModelAnswer>;
  /**
   * Tokens that the server itself counts in a request, at no cost and within two seconds; media and tools are in it.
   * `null` where the server has no route for it or did not tell in time: a route that is missing is not asked again, one
   * that failed rests for 15 seconds. Never rejects. Without the method there is nobody to ask.
   *
   * @example
   * const count = (await provider.countInput?.(request, signal)) ?? null;
   */
  countInput?(request: ModelRequest, signal: AbortSignal): Promise<number | null>;
  /** Ids that the provider lists, for `doctor` and for the default model of a custom base URL. */
  listModels(signal: AbortSignal): Promise<readonly string[]>;
}

export type FailureKind =
  | 'aborted'
  | 'authentication'
  | 'bad-request'
  | 'connection'
  | 'context-length'
  | 'not-found'
  | 'overloaded'
  | 'permission'
  | 'rate-limit'
  | 'server'
  | 'stream-broken'
  | 'timeout';

export interface FailureFacts {
  readonly kind: FailureKind;
  /** HTTP status, where there was one. */
  readonly status: number | null;
  /** Worth another try of the same request. */
  readonly retryable: boolean;
  /** What the provider asks us to wait, from `retry-after-ms` or `Retry-After` (seconds or an HTTP date). */
  readonly retryAfterMs: number | null;
  /** `no`: known not to be billed (never sent, or an error status before the stream other than 408 and 504). */
  readonly billed: 'no' | 'maybe';
  /** For `context-length`: what the provider told of its window and of the request's length; `null` for other kinds. */
  readonly overflow: Overflow | null;
  /** What came before it broke: text so far, and usage as far as it was told (Anthropic tells the input at the start). */
  readonly partial: {
    readonly text: string;
    readonly usage: UsageClasses | null;
    readonly timeToFirstTokenMs: number | null;
  } | null;
}

/** A call that gave no answer. The message is the provider's own words, with no key in it. */
export class ProviderFailure extends Error implements FailureFacts {
  override readonly name = 'ProviderFailure';
  readonly kind: FailureKind;
  readonly status: number | null;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly billed: 'no' | 'maybe';
  readonly overflow: Overflow | null;
  readonly partial: FailureFacts['partial'];

  constructor(message: string, facts: FailureFacts, options?: ErrorOptions) {
    super(message, options);
    this.kind = facts.kind;
    this.status = facts.status;
    this.retryable = facts.retryable;
    this.retryAfterMs = facts.retryAfterMs;
    this.billed = facts.billed;
    this.overflow = facts.overflow;
    this.partial = facts.partial;
  }
}
