import { z } from '@hono/zod-openapi';
import { errorStatus } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { httpStatus } from '../http-error.ts';

/** Schemas describe what the library's types say already; a test holds every answer against them. */

export const isoTime = z.string().openapi({ format: 'date-time' });
/** A body is JSON before any schema sees it. */
export const json = z.record(z.string(), z.unknown() as unknown as z.ZodType<Json>);
export const tokens = z.int().nullable();

export const problem = z
  .object({
    type: z.string().openapi({ example: 'urn:loadline:problem:SessionNotFound' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'What was tried, what is in force, what to do' }),
    code: z.enum([...Object.keys(errorStatus), ...Object.keys(httpStatus)] as [string, ...string[]]),
    details: json.optional(),
  })
  .openapi('Problem');

/** A page may be asked for with a number in the query. */
export const pageLimit = (most: number) =>
  z.coerce
    .number()
    .pipe(z.int().min(1).max(most))
    .exactOptional()
    .openapi({ param: { name: 'limit', in: 'query' }, type: 'integer', minimum: 1, maximum: most });

export const sessionParams = z.object({
  sessionId: z.string().openapi({ param: { name: 'sessionId', in: 'path' }, example: 'ann-1' }),
});

export const runParams = sessionParams.extend({
  runId: z.string().openapi({ param: { name: 'runId', in: 'path' }, example: 'ann-1.1' }),
});

/** Answers that any route may give. */
export const problems = {
  default: {
    description: 'A problem document; `code` says which problem it is',
    content: { 'application/problem+json': { schema: problem } },
  },
} as const;

/** The answer of a route that went well. */
export function answers<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } };
}

export function jsonBody<Schema extends z.ZodType>(schema: Schema, required = true) {
  return { required, content: { 'application/json': { schema } } };
}
