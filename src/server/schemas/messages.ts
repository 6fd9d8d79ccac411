import { z } from '@hono/zod-openapi';
import { isoTime, json } from './common.ts';
import { limitsPatch } from './limits.ts';
import { messageMetrics, runMetrics } from './metrics.ts';

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });

const mediaPart = z.strictObject({
  type: z.enum(['image', 'audio', 'file']),
  url: z.string().exactOptional(),
  data: z.string().exactOptional().openapi({ description: 'base64' }),
  storedAs: z.string().exactOptional(),
  mediaType: z.string(),
});

const part = z
  .object({
    type: z.enum(['text', 'reasoning', 'image', 'audio', 'file', 'tool-call', 'tool-result']),
    text: z.string().optional(),
    url: z.string().optional(),
    data: z.string().optional(),
    storedAs: z.string().optional(),
    mediaType: z.string().optional(),
    callId: z.string().optional(),
    tool: z.string().optional(),
    input: z.unknown().optional(),
    output: z.unknown().optional(),
    isError: z.boolean().optional(),
    providerData: z.unknown().optional(),
  })
  .openapi('Part', { description: 'Which fields there are follows from `type`' });

export const message = z
  .object({
    id: z.string(),
    runId: z.string(),
    role: z.enum(['user', 'assistant', 'tool']),
    agent: z.string().optional(),
    parts: z.array(part),
    createdAt: isoTime,
    metrics: messageMetrics.optional(),
    number: z.int().optional().openapi({ description: '1 for the first message of the session' }),
  })
  .openapi('Message');

export const messagePage = z.object({ messages: z.array(message), cursor: z.string().nullable() });

const waitingFor = z
  .object({
    kind: z.enum(['approval', 'budget']),
    callId: z.string().optional(),
    tool: z.string().optional(),
    input: z.unknown().optional(),
    until: isoTime.optional(),
    reason: z.string().optional(),
    agent: z.string().optional(),
  })
  .openapi('WaitingFor');

export const waitingForList = z.array(waitingFor);

export const runProgress = z
  .object({
    sessionId: z.string(),
    runId: z.string(),
    messageId: z.string(),
    status: z.enum(['queued', 'running', 'waiting']),
    calls: z.int(),
    toolCalls: z.int(),
    waitingFor: waitingForList.optional(),
  })
  .openapi('RunProgress');

export const runResult = z
  .object({
    sessionId: z.string(),
    runId: z.string(),
    messageId: z.string(),
    status: z.enum(['completed', 'waiting', 'limit', 'cancelled', 'failed']),
    text: z.string(),
    output: z.unknown().optional(),
    finishReason: z.string(),
    reason: z.string().optional(),
    waitingFor: waitingForList.optional(),
    error: z.object({ code: z.string(), message: z.string(), details: json.optional() }).optional(),
    metrics: runMetrics,
    messageIds: z.array(z.string()),
    messages: z.array(message),
  })
  .openapi('RunResult');

export const runAccepted = z
  .object({
    sessionId: z.string(),
    runId: z.string(),
    messageId: z.string(),
    status: z.enum(['queued', 'running', 'waiting', 'completed', 'limit', 'cancelled', 'failed']),
  })
  .openapi('RunAccepted');

/** The body of a message that is sent: what the library's `send` takes, and how the answer is wanted. */
export const sendBody = z
  .strictObject({
    text: z.string().exactOptional(),
    parts: z.array(z.discriminatedUnion('type', [textPart, mediaPart])).exactOptional(),
    messageId: z.string().exactOptional().openapi({ description: 'Or the header Idempotency-Key' }),
    metadata: json.exactOptional(),
    stream: z.boolean().exactOptional().openapi({ description: 'Answer the run’s events as they come (SSE)' }),
    background: z.boolean().exactOptional().openapi({ description: 'Answer 202 at once' }),
    agent: z.string().exactOptional().openapi({ description: 'Creates the session if it is new' }),
    user: z.string().exactOptional(),
    tenant: z.string().exactOptional(),
    limits: limitsPatch.exactOptional(),
  })
  .openapi('SendMessage');
