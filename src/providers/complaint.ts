import { isNativeError } from 'node:util/types';
import type { Complaint } from './failure-kind.ts';

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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOr(...candidates: readonly unknown[]): string | null {
  const text = candidates.find((candidate) => typeof candidate === 'string' && candidate.trim() !== '');
  return typeof text === 'string' ? text : null;
}

/** The error object in a body: OpenAI and Anthropic nest it in `error`, vLLM and Mistral don't, FastAPI says `detail`. */
function readBody(body: unknown): { words: string[]; message: string | null } {
  if (typeof body === 'string') return { words: [], message: textOr(body) };
  if (Array.isArray(body)) return readBody(body[0]); // Google wraps it in a list
  if (!isObject(body)) return { words: [], message: null };
  if (isObject(body.error)) return readBody(body.error);
  const words = [body.code, body.type, body.status].flatMap((word) =>
    typeof word === 'string' || typeof word === 'number' ? [String(word)] : [],
  );
  const detail = body.detail ?? body.message;
  const message = textOr(body.message, body.error, body.detail) ?? (isObject(detail) ? JSON.stringify(detail) : null);
  return { words, message };
}

/** What an error status said. */
export function complaintOfRefusal({ status, body }: Refusal): Complaint {
  let parsed: unknown = body;
  try {
    parsed = JSON.parse(body);
  } catch {
    // A page of a proxy, or plain text: its words are all there is.
  }
  const { words, message } = readBody(parsed);
  return { status, words, message: (message ?? `HTTP status ${status} without a message`).slice(0, longestWords) };
}

/**
 * What an error of a provider's SDK says, `null` when it is none of the provider's making (a broken socket, a stream
 * that is no JSON).
 */
export function complaintOfError(error: unknown): Complaint | null {
  if (error instanceof InStreamError) return { status: null, words: error.words, message: error.message };
  if (!isNativeError(error)) {
    const { words, message } = readBody(error);
    return message === null ? null : { status: null, words, message: message.slice(0, longestWords) };
  }
  // OpenAI's and Anthropic's `APIError`: `error` is the body or its `error` field. Connection errors carry none.
  const { status, error: body } = error as { status?: unknown; error?: unknown };
  const { words, message } = readBody(body);
  if (message === null && typeof status !== 'number') return null;
  return {
    status: typeof status === 'number' ? status : null,
    words,
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
