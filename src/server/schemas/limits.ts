import { z } from '@hono/zod-openapi';

const fraction = z.number().nullable();
const amount = z.number().nullable();

const limits = {
  callsPerRun: z.int(),
  toolCallsPerRun: z.int(),
  runSeconds: z.number(),
  tokensPerRun: z.int().nullable(),
  costPerRun: amount,
  maxOutputTokens: z.int(),
  queue: z.int(),
  messageBytes: z.int(),
};

const ofContext = { warn: fraction, compact: fraction, critical: fraction, stop: fraction };

const ofSession = {
  tokens: z.int().nullable(),
  cost: amount,
  runs: z.int().nullable(),
  ageHours: amount,
  warnAt: z.number(),
  criticalAt: z.number(),
  onReach: z.enum(['stop', 'warn']),
};

export const limitsFields = {
  limits: z.object(limits),
  thresholds: z.object({ context: z.object(ofContext), session: z.object(ofSession) }),
};

export const limitsInForce = z.object(limitsFields).openapi('LimitsInForce');

/** Every field is optional; what values are allowed is the domain's to say. */
export const limitsPatch = z
  .strictObject({
    callsPerRun: limits.callsPerRun.exactOptional(),
    toolCallsPerRun: limits.toolCallsPerRun.exactOptional(),
    runSeconds: limits.runSeconds.exactOptional(),
    tokensPerRun: limits.tokensPerRun.exactOptional(),
    costPerRun: limits.costPerRun.exactOptional(),
    maxOutputTokens: limits.maxOutputTokens.exactOptional(),
    queue: limits.queue.exactOptional(),
    messageBytes: limits.messageBytes.exactOptional(),
    thresholds: z
      .strictObject({
        context: z
          .strictObject({
            warn: fraction.exactOptional(),
            compact: fraction.exactOptional(),
            critical: fraction.exactOptional(),
            stop: fraction.exactOptional(),
          })
          .exactOptional(),
        session: z
          .strictObject({
            tokens: ofSession.tokens.exactOptional(),
            cost: ofSession.cost.exactOptional(),
            runs: ofSession.runs.exactOptional(),
            ageHours: ofSession.ageHours.exactOptional(),
            warnAt: ofSession.warnAt.exactOptional(),
            criticalAt: ofSession.criticalAt.exactOptional(),
            onReach: ofSession.onReach.exactOptional(),
          })
          .exactOptional(),
      })
      .exactOptional(),
  })
  .openapi('LimitsPatch');
