import { z } from '@hono/zod-openapi';
import { isoTime, json, pageLimit } from './common.ts';
import { limitsFields, limitsPatch } from './limits.ts';
import { runProgress, waitingForList } from './messages.ts';
import { sessionMetrics } from './metrics.ts';

export const sessionStatus = z.enum(['open', 'closing', 'closed', 'failed']);

export const sessionCreated = z
  .object({
    sessionId: z.string(),
    workflowId: z.string(),
    agent: z.string(),
    status: sessionStatus,
    created: z.boolean(),
  })
  .openapi('SessionCreated');

export const startBody = z
  .strictObject({
    agent: z.string(),
    sessionId: z.string().exactOptional(),
    user: z.string().exactOptional(),
    tenant: z.string().exactOptional(),
    limits: limitsPatch.exactOptional(),
    metadata: json.exactOptional(),
    from: z.string().exactOptional().openapi({ description: 'The session that the new one carries on' }),
  })
  .openapi('StartSession');

export const listQuery = z.object({
  status: sessionStatus.exactOptional(),
  agent: z.string().exactOptional(),
  user: z.string().exactOptional(),
  tenant: z.string().exactOptional(),
  q: z
    .string()
    .exactOptional()
    .openapi({ description: 'The beginning of an id, or a part of the name of a user or an agent' }),
  sort: z.enum(['newest', 'updated']).exactOptional(),
  limit: pageLimit(500),
  cursor: z.string().exactOptional(),
});

export const sessionPage = z.object({
  sessions: z.array(
    z
      .object({
        sessionId: z.string(),
        agent: z.string(),
        user: z.string().nullable(),
        tenant: z.string().nullable(),
        status: sessionStatus,
        activity: z.enum(['idle', 'running', 'waiting']),
        waitingFor: z.array(
          z.object({
            runId: z.string(),
            kind: z.enum(['approval', 'budget']),
            callId: z.string().optional(),
            tool: z.string().optional(),
            until: isoTime.optional(),
          }),
        ),
        thresholdsFired: z.array(z.string()),
        createdAt: isoTime,
        updatedAt: isoTime,
        metrics: sessionMetrics,
      })
      .openapi('SessionListItem'),
  ),
  cursor: z.string().nullable(),
});

const summary = z.object({
  id: z.string(),
  number: z.int(),
  text: z.string(),
  tokens: z.int(),
  model: z.string(),
  firstSeq: z.int(),
  lastSeq: z.int(),
  throughRun: z.int(),
});

export const sessionDetails = z
  .object({
    sessionId: z.string(),
    agent: z.string(),
    user: z.string().optional(),
    tenant: z.string().optional(),
    status: z.enum(['opening', ...sessionStatus.options]),
    reason: z.string().optional(),
    queue: z.array(z.object({ runId: z.string(), messageId: z.string() })),
    currentRun: runProgress.nullable(),
    runs: z.int(),
    contextTokens: z.int(),
    contextWindow: z.int().nullable(),
    contextUse: z.number().nullable(),
    ...limitsFields,
    thresholdsFired: z.array(z.string()),
    summary: summary.nullable(),
    compacting: z.boolean(),
    compactionProblem: z.string().nullable(),
    waitingFor: waitingForList,
    simulated: z.literal(true).optional(),
    plan: json.nullable(),
    continues: z.string().nullable(),
  })
  .openapi('SessionDetails');

export const compactBody = z.strictObject({ keepRuns: z.int().min(0).exactOptional() });
export const cancelBody = z.strictObject({ runId: z.string().exactOptional(), reason: z.string().exactOptional() });
export const closeBody = z.strictObject({ reason: z.string().exactOptional() });

export const approvalBody = z.strictObject({
  callId: z.string(),
  approved: z.boolean(),
  reason: z.string().exactOptional(),
});

export const compactionResult = z
  .object({
    sessionId: z.string(),
    compactionId: z.string(),
    cause: z.string(),
    runs: z.int(),
    results: z.int(),
    tokensBefore: z.int(),
    tokensSaved: z.int(),
    tokensAfter: z.int(),
    summary: summary.omit({ id: true, number: true }).nullable(),
    problem: z.string().optional(),
  })
  .openapi('CompactionResult');
