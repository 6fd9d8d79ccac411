import { isNativeError } from 'node:util/types';
import type { Complaint } from './failure-kind.ts';
import type { Overflow } from './overflow.ts';
import { numberOf } from './raw.ts';

/** An error that a provider reports inside its stream, where its SDK hands it on as an ordinary event. */
export class InStreamError extends Error {
  readonly words: readonly string[];

  constructor(message: string, words: readonly (string | null | undefined)[]) {
    super(message);
    this.words = words.filter((word) => typeof word === 'string');
  }
}

/** An error status that came in place of a stream. */
export interface Refusal {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

const longestWords = 1000;

/** How often one server's error may be wrapped in another's. */
const deepest = 5;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOr(...candidates: readonly unknown[]): string | null {
  const text = candidates.find((candidate) => typeof candidate === 'string' && candidate.trim() !== '');
  return typeof text === 'string' ? text : null;
}

interface BodyWords {
  readonly words: string[];
  readonly message: string | null;
  readonly counts?: Overflow;
}

/**
 * The error object in a body: OpenAI and Anthropic nest it in `error`, vLLM and Mistral don't, FastAPI says `detail`,
 * Ollama and Google's gateway hand another server's whole body on as a text, OpenRouter puts it into `metadata.raw`.
 */
function readBody(body: unknown, depth = 0): BodyWords {
  if (depth > deepest) return { words: [], message: null };
  if (typeof body === 'string') {
    const inner = objectIn(body);
    return inner === null ? { words: [], message: textOr(body) } : readBody(inner, depth + 1);
  }
  if (Array.isArray(body)) return readBody(body[0], depth + 1); // Google wraps it in a list
  if (!isObject(body)) return { words: [], message: null };
  if (isObject(body.error) || objectIn(body.error) !== null) return readBody(body.error, depth + 1);
  const words = [body.code, body.type, body.status].flatMap((word) =>
    typeof word === 'string' || typeof word === 'number' ? [String(word)] : [],
  );
  const raw = isObject(body.metadata) ? body.metadata.raw : undefined;
  const inner = objectIn(body.message) ?? (raw === undefined ? null : raw);
  if (inner !== null) return readEnvelope(words, body.message, readBody(inner, depth + 1));
  const detail = body.detail ?? body.message;
  const message = textOr(body.message, body.error, body.detail) ?? (isObject(detail) ? JSON.stringify(detail) : null);
  return { words, message, ...countsOf(body) };
}

function readEnvelope(words: readonly string[], outer: unknown, inner: BodyWords): BodyWords {
  const own = objectIn(outer) === null ? textOr(outer) : null;
  const message = own === null || inner.message === null ? (inner.message ?? own) : `${own}: ${inner.message}`;
  return { ...inner, words: [...words, ...inner.words], message };
}

/** The object that a text holds as JSON. */
function objectIn(text: unknown): Record<string, unknown> | null {
  if (typeof text !== 'string' || !text.trimStart().startsWith('{')) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/** llama.cpp's fields beside the message of an over-long request. */
function countsOf(body: Record<string, unknown>): { counts?: Overflow } {
  const window = numberOf(body.n_ctx);
  const requested = numberOf(body.n_prompt_tokens);
  return window === null && requested === null ? {} : { counts: { window, requested } };
}

/** What an error status said. */
export function complaintOfRefusal({ status, body }: Refusal): Complaint {
  let parsed: unknown = body;
  try {
    parsed = JSON.parse(body);
  } catch {
    // A page of a proxy, or plain text: its words are all there is.
  }
  const { message, ...others } = readBody(parsed);
  return { ...others, status, message: (message ?? `HTTP status ${status} without a message`).slice(0, longestWords) };
}

/**
 * What an error of a provider's SDK says, `null` when it is none of the provider's making (a broken socket, a stream
 * that is no JSON).
 */
export function complaintOfError(error: unknown): Complaint | null {
  if (error instanceof InStreamError) return { status: null, words: error.words, message: error.message };
  if (!isNativeError(error)) {
    const { message, ...others } = readBody(error);
    return message === null ? null : { ...others, status: null, message: message.slice(0, longestWords) };
  }
  // OpenAI's and Anthropic's `APIError`: `error` is the body or its `error` field. Connection errors carry none.
  const { status, error: body } = error as { status?: unknown; error?: unknown };
  const { message, ...others } = readBody(body);
  if (message === null && typeof status !== 'number') return null;
  return {
    ...others,
    status: typeof status === 'number' ? status : null,
    message: (message ?? error.message).slice(0, longestWords),
  };
}

/** The innermost message: `fetch failed` says nothing, its cause says `connect ECONNREFUSED 127.0.0.1:1234`. */
export function innermostMessage(error: unknown): string {
  let words = '';
  let current = error;
  for (let depth = 0; isNativeError(current) && depth < 8; depth += 1) {
    if (current.message !== '') words = current.message;
    // Both addresses of a name were tried: an AggregateError, with no message of its own.
    const { errors } = current as { errors?: unknown };
    current = Array.isArray(errors) ? errors[0] : current.cause;
  }
  return words === '' ? String(error) : words;
}
