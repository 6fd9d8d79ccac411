import { problemOf, unreachable } from './problem.ts';
import { readToken, tokenRefused } from './token.ts';

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

interface RequestOptions {
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** A path of the API with its parameters; those without a value are left out, lists are joined by commas. */
export function apiPath(path: string, query: Query = {}): string {
  const words = Object.entries(query).flatMap(([name, value]) => {
    if (value === undefined || value === null || value === '') return [];
    return [[name, Array.isArray(value) ? value.join(',') : String(value)] as const];
  });
  return words.length === 0 ? path : `${path}?${new URLSearchParams(Object.fromEntries(words)).toString()}`;
}

/**
 * One request to the API.
 *
 * @throws ApiProblem for every answer that is no success, and when none comes.
 */
export async function apiFetch(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
  const token = readToken();
  const headers = new Headers(options.headers);
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  if (options.body !== undefined) headers.set('content-type', 'application/json');
  const response = await fetch(apiPath(path, options.query), {
    method,
    headers,
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  }).catch((error: unknown) => {
    if (options.signal?.aborted === true) throw error;
    throw unreachable(error);
  });
  if (response.status === 401) tokenRefused();
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function apiGet<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const response = await apiFetch('GET', path, { query, signal });
  return (await response.json()) as T;
}

/** For POST, PUT and DELETE. An empty answer is `undefined`. */
export async function apiSend<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const response = await apiFetch(method, path, { body });
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
