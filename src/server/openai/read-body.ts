import type { ServerContext } from '../server-env.ts';
import { OpenAiError } from './errors.ts';

/** @throws OpenAiError 400 for what is no JSON object. */
export async function readBody(context: ServerContext): Promise<Readonly<Record<string, unknown>>> {
  const text = await context.req.text();
  const body = parse(text);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new OpenAiError(400, 'The body must be a JSON object');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (mistake) {
    throw new OpenAiError(400, `The body is not JSON: ${(mistake as Error).message}`);
  }
}
