import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { HTTPException } from 'hono/http-exception';
import { LoadlineError } from '../../domain/errors.ts';
import { HttpError } from '../http-error.ts';
import type { ServerContext, ServerEnv } from '../server-env.ts';

/** Room for a few pictures in a message; a message's text has a limit of its own. */
export const maxBodyBytes = 16 * 1024 * 1024;

/** What walks through JSON calls itself at each level. */
const deepest = 100;

const jsonType = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?;?$/i;

/** Refuses what is no JSON by its type, before a byte of it is read: a form of another page can't send that type. */
export const jsonOnly = createMiddleware<ServerEnv>(async (context, next) => {
  const { length, chunked } = {
    length: context.req.header('content-length') ?? '0',
    chunked: context.req.header('transfer-encoding') !== undefined,
  };
  const type = context.req.header('content-type');
  const hasBody = chunked || length !== '0';
  if ((hasBody || type !== undefined) && !jsonType.test(type ?? '')) {
    const given = type === undefined ? 'There is no Content-Type' : `The Content-Type is ${type.slice(0, 100)}`;
    throw new HttpError('UnsupportedMediaType', `${given}; a body must be application/json, in UTF-8`);
  }
  const encoding = context.req.header('content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    const words = `The Content-Encoding is ${encoding.slice(0, 100)}; bodies are taken as they are, not compressed`;
    throw new HttpError('UnsupportedMediaType', words);
  }
  await next();
});

export const limitedBody = bodyLimit({
  maxSize: maxBodyBytes,
  onError: () => {
    throw new LoadlineError('MessageTooLarge', `The body is larger than ${maxBodyBytes} bytes`, {
      limit: maxBodyBytes,
    });
  },
});

/** Refuses objects and lists that lie deeper in each other than anything that is meant. */
export const shallow = createMiddleware<ServerEnv>(async (context, next) => {
  if (depthOf(await context.req.text()) > deepest) {
    throw new LoadlineError('InvalidMessage', `The body's objects and lists are nested deeper than ${deepest} levels`);
  }
  await next();
});

/** How many brackets are open at once, outside of strings. */
function depthOf(json: string): number {
  let [depth, most] = [0, 0];
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '"') at = endOfString(json, at);
    else if (character === '[' || character === '{') most = Math.max(most, (depth += 1));
    else if (character === ']' || character === '}') depth -= 1;
  }
  return most;
}

function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === '"') return at;
    if (json[at] === '\\') at += 1;
  }
  return json.length;
}

/** A mistake in the JSON of a body, with its place; any other error as it is. */
export async function withPlaceInJson(context: ServerContext, error: unknown): Promise<unknown> {
  if (!(error instanceof HTTPException) || !error.message.startsWith('Malformed JSON')) return error;
  try {
    JSON.parse(await context.req.text());
    return error;
  } catch (mistake) {
    return new LoadlineError('InvalidMessage', `The body is not JSON: ${(mistake as Error).message}`);
  }
}
