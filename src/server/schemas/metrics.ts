import { z } from '@hono/zod-openapi';
import { json, tokens } from './common.ts';

const usage = {
  inputTokens: tokens,
  outputTokens: tokens,
  totalTokens: tokens,
  cacheReadTokens: tokens,
  cacheWriteTokens: tokens,
  reasoningTokens: tokens,
  audioInputTokens: tokens,
  audioOutputTokens: tokens,
  audioTotalTokens: tokens,
};

const dollars = z.number().nullable();
const seconds = z.number().nullable();
const simulated = z.literal(true).optional();

export const messageMetrics = z
  .object({
    ...usage,
    cost: dollars,
    cacheSavings: dollars,
    duration: seconds,
    timeToFirstToken: seconds,
    provider: z.string(),
    model: z.string(),
    modelType: z.string(),
    source: z.enum(['reported', 'estimated']),
    attempt: z.int(),
    simulated,
    providerMetrics: json.nullable(),
  })
  .openapi('MessageMetrics');

export const sums = {
  ...usage,
  cost: dollars,
  costUnknown: z.literal(true).optional(),
  cacheSavings: dollars,
  unknownParts: z.record(z.string(), z.int()).optional(),
};

const modelDetail = z
  .object({ ...sums, provider: z.string(), model: z.string(), calls: z.int() })
  .openapi('ModelDetail');

const work = {
  ...sums,
  duration: seconds,
  calls: z.int(),
  failedAttempts: z.int(),
  toolCalls: z.int(),
  toolErrors: z.int(),
  toolDuration: z.number(),
  estimatedTokens: z.int(),
  details: z.record(z.string(), z.array(modelDetail)),
  additionalMetrics: z.record(z.string(), z.number()).optional(),
  simulated,
};

const described = { description: '`members`: the same shape for each member of a team, by its name' };

export const runMetrics = z
  .object({ ...work, timeToFirstToken: seconds, members: json.optional() })
  .openapi('RunMetrics', described);

export const sessionMetrics = z
  .object({
    sessionId: z.string(),
    ...work,
    runs: z.int(),
    compactions: z.int(),
    tokensSavedByCompaction: z.int(),
    contextTokens: z.int(),
    contextWindow: tokens,
    contextUse: z.number().nullable(),
    members: json.optional(),
  })
  .openapi('SessionMetrics', described);
