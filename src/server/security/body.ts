import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { HTTPException } from 'hono/http-exception';
import { LoadlineError } from '../../domain/errors.ts';
import { HttpError } from '../http-error.ts';
import type { ServerContext, ServerEnv } from '../server-env.ts';

/** Room for a few pictures in a message; a message's text has a limit of its own. */
export const maxBodyBytes = 16 * 1024 * 1024;

/** Refuses what is no JSON by its type, before a byte of it is read: a form of another page can't send that type. */
export const jsonOnly = createMiddleware<ServerEnv>(async (context, next) => {
  const { length, chunked } = {
    length: context.req.header('content-length') ?? '0',
    chunked: context.req.header('transfer-encoding') !== undefined,
  };
  const type = context.req.header('content-type');
  const hasBody = chunked || length !== '0';
  if ((hasBody || type !== undefined) && !/^application\/json\s*(;|$)/i.test(type ?? '')) {
    const given = type === undefined ? 'There is no Content-Type' : `The Content-Type is ${type.slice(0, 100)}`;
    throw new HttpError('UnsupportedMediaType', `${given}; a body must be application/json`);
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
