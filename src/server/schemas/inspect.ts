import { z } from '@hono/zod-openapi';
import { isoTime, json, pageLimit, runParams, tokens } from './common.ts';
import { runMetrics, sums } from './metrics.ts';

const states = ['reserved', 'settled', 'estimated', 'lost', 'released'] as const;
const epochMs = z.int().openapi({ description: 'Milliseconds since the epoch' });
const ms = z.number().nullable();

const attempt = {
  rowId: z.string(),
  attempt: z.int(),
  provider: z.string(),
  model: z.string(),
  state: z.enum(states),
  answered: z.boolean(),
  error: z.string().nullable(),
  startedAt: epochMs,
  endedAt: epochMs.nullable(),
  timeToFirstTokenMs: ms,
  durationMs: ms,
  inputTokens: tokens,
  outputTokens: tokens,
  estimatedInputTokens: tokens,
  reservedInputTokens: z.int(),
  reservedOutputTokens: z.int(),
  cost: z.number().nullable(),
};

export const runPage = z.object({
  runs: z.array(
    z
      .object({
        runId: z.string(),
        messageId: z.string(),
        agent: z.string(),
        number: z.int(),
        status: z.enum(['running', 'completed', 'waiting', 'limit', 'cancelled', 'failed']),
        reason: z.string().nullable(),
        startedAt: isoTime,
        endedAt: isoTime.nullable(),
        metrics: runMetrics,
      })
      .openapi('RunView'),
  ),
  cursor: z.string().nullable(),
});

export const runPageQuery = z.object({ limit: pageLimit(500), after: z.string().exactOptional() });

const toolCall = z
  .object({
    callId: z.string(),
    tool: z.string(),
    startedAt: epochMs.nullable(),
    endedAt: epochMs.nullable(),
    durationMs: ms,
    isError: z.boolean(),
  })
  .openapi('ToolCallView');

const whose = {
  agent: z.string(),
  member: z.string().nullable().openapi({ description: 'The path of a member in its team, such as `lab/writer`' }),
  modelType: z.string(),
};

export const callList = z.object({
  calls: z.array(
    z
      .object({
        callId: z.string(),
        runId: z.string().nullable(),
        ...whose,
        plan: json.nullable(),
        attempts: z.array(z.object(attempt).openapi('AttemptView')),
        tools: z.array(toolCall),
      })
      .openapi('CallView'),
  ),
});

export const callQuery = z.object({ runId: z.string().exactOptional(), limit: pageLimit(2000) });

export const callParams = runParams.omit({ runId: true }).extend({
  callId: z.string().openapi({ param: { name: 'callId', in: 'path' }, example: 'ann-1.1.1' }),
});

export const requestQuery = z.object({
  attempt: z.coerce
    .number()
    .pipe(z.int().min(1))
    .exactOptional()
    .openapi({ type: 'integer', description: 'The latest one when missing' }),
});

export const requestView = z
  .object({
    callId: z.string(),
    attempt: z.int(),
    agent: z.string(),
    modelType: z.string(),
    provider: z.string(),
    model: z.string(),
    plan: json,
    items: z.array(
      z.object({
        key: z.string(),
        kind: z.enum(['instructions', 'tools', 'output-schema', 'summary', 'message']),
        tokens: z.int(),
        change: z.enum(['same', 'added', 'removed']),
        role: z.enum(['user', 'assistant', 'tool']).optional(),
        runId: z.string().optional(),
        messageId: z.string().optional(),
        number: z.int().optional(),
        shownAs: z.enum(['whole', 'reference', 'excerpt']).optional(),
        text: z.string().optional(),
        parts: z.array(json).optional(),
      }),
    ),
    tokens: z.int(),
    inputTokens: tokens,
    exact: z.boolean(),
    before: z.object({ callId: z.string(), added: z.int(), removed: z.int() }).nullable(),
  })
  .openapi('RequestView');

/** Several states of rows, with commas between them. */
const stateList = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(states)))
  .exactOptional()
  .openapi({ type: 'string', example: 'estimated,lost', description: `Any of ${states.join(', ')}` });

export const flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .exactOptional()
  .openapi({ type: 'boolean' });

export const rowsQuery = {
  state: stateList,
  answered: flag,
  limit: pageLimit(2000),
  after: z.string().exactOptional(),
};

export const ledgerQuery = z.object({
  runId: z.string().exactOptional().openapi({ description: 'With the runs of its members' }),
  callId: z.string().exactOptional(),
  modelType: z.string().exactOptional(),
  provider: z.string().exactOptional(),
  model: z.string().exactOptional(),
  member: z.string().exactOptional(),
  ...rowsQuery,
});

export const ledgerView = z
  .object({
    rows: z.array(
      z
        .object({
          ...attempt,
          sessionId: z.string().nullable(),
          callId: z.string(),
          runId: z.string().nullable(),
          ...whose,
          user: z.string().nullable(),
          tenant: z.string().nullable(),
          simulated: z.boolean(),
          unreserved: z.boolean(),
          cacheReadTokens: tokens,
          cacheWriteTokens: tokens,
          reasoningTokens: tokens,
          totalTokens: tokens,
          priceDate: z.string(),
        })
        .openapi('LedgerRow'),
    ),
    rowCount: z.int(),
    sums: z.object({ ...sums, calls: z.int(), failedAttempts: z.int(), estimatedTokens: z.int() }),
    cursor: z.string().nullable(),
  })
  .openapi('LedgerView');

export const compactionList = z.object({
  compactions: z.array(
    z
      .object({
        id: z.string(),
        number: z.int(),
        runId: z.string().nullable(),
        cause: z.string(),
        at: isoTime,
        summary: json.nullable(),
        runs: z.int(),
        results: z.int(),
        tokensBefore: z.int(),
        tokensAfter: z.int(),
      })
      .openapi('CompactionView'),
  ),
});

const receiptLine = z
  .object({ attempts: z.int(), inputTokens: tokens, outputTokens: tokens, totalTokens: tokens })
  .openapi('ReceiptLine');

export const receipt = z
  .object({
    provider: receiptLine.nullable(),
    ledger: receiptLine,
    metrics: receiptLine,
    unsettled: z.int(),
    equal: z.boolean(),
  })
  .openapi('Receipt');
