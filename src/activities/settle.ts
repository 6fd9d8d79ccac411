import { createHash } from 'node:crypto';
import { textOf, toolCallsOf, type Part } from '../domain/messages.ts';
import { toRunMetrics } from '../domain/metrics.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import type { FinishReason, RunResult } from '../domain/run.ts';
import { deriveUsage, plainUsage, type UsageClasses } from '../domain/usage.ts';
import type { ModelAnswer } from '../providers/provider.ts';
import type { BuildResult, Settlement } from '../store/store.ts';
import type { CallToAttempt } from './attempt-call.ts';
import { endingOf } from './ending.ts';
import { anchorAfter, contextAfter, type PlannedRequest } from './plan-request.ts';
import { estimateMessage, estimateRequest } from '../models/index.ts';
import { thresholdRules } from './threshold-facts.ts';

/** Nine characters that every provider takes as a tool call's id (Mistral wants exactly nine), the same at each retry. */
function toolCallId(callId: string, index: number): string {
  const hash = createHash('sha256').update(`${callId}#${index}`).digest();
  return `t${(hash.readBigUInt64BE() % 36n ** 8n).toString(36).padStart(8, '0')}`;
}

function withOwnIds(parts: readonly Part[], callId: string): Part[] {
  let index = 0;
  return parts.map((part) => (part.type === 'tool-call' ? { ...part, callId: toolCallId(callId, index++) } : part));
}

/**
 * What an answer without usage is charged: the request's bound, and of the output what can be seen, as an upper bound,
 * but no more than was reserved.
 */
function estimatedUsage(row: LedgerRow, answer: ModelAnswer): UsageClasses {
  const { upperBound: seen } = estimateRequest(
    {
      model: row.model,
      instructions: '',
      messages: [{ role: 'assistant', parts: answer.parts }],
      tools: [],
      output: null,
    },
    { provider: row.provider },
  );
  return plainUsage(row.reservation.inputTokens, Math.min(seen, row.reservation.outputTokens));
}

/** All that one transaction stores of an answer: usage, message, events, and the run's result where it ends here. */
export async function settlementOf(
  call: CallToAttempt,
  plan: PlannedRequest,
  row: LedgerRow,
  answer: ModelAnswer,
): Promise<Settlement> {
  const { deps, input } = call;
  const { runId } = input.run;
  const endedAt = Date.now();
  const told = answer.usage !== null && answer.usage.input !== null && answer.usage.output !== null;
  const usage = told && answer.usage !== null ? answer.usage : estimatedUsage(row, answer);
  const ref = `${row.provider}/${row.model}`;
  const bill = deps.catalogue.bill(ref, usage, new Date(row.priceDate));
  const parts = withOwnIds(answer.parts, row.callId);
  const toolCalls = toolCallsOf(parts);
  const { inputTokens, outputTokens } = deriveUsage(usage);
  const context = contextAfter(inputTokens ?? plan.inputTokens, outputTokens ?? 0, plan.window);
  const durationMs = endedAt - row.startedAt;
  return {
    rowId: row.id,
    state: told ? 'settled' : 'estimated',
    usage,
    ...bill,
    endedAt,
    durationMs,
    timeToFirstTokenMs: answer.timeToFirstTokenMs,
    providerMetrics: answer.providerMetrics,
    answer: {
      text: textOf(parts),
      finishReason: answer.finishReason,
      message: {
        id: `${row.callId}.answer`,
        runId,
        role: 'assistant',
        agent: row.agent,
        parts,
        createdAt: new Date(endedAt).toISOString(),
        tokens: estimateMessage(parts),
      },
      toolCalls: toolCalls.map(({ callId, tool }) => ({ callId, tool })),
      context: {
        use: context,
        anchor:
          told && inputTokens !== null && outputTokens !== null
            ? anchorAfter(plan, ref, inputTokens, outputTokens)
            : null,
      },
      build: toolCalls.length > 0 ? null : await resultOf(call, parts, answer.finishReason),
    },
    events: [
      {
        type: 'call.ended',
        callId: row.callId,
        attempt: row.attempt,
        model: ref,
        inputTokens,
        outputTokens,
        cost: bill.costNanoUsd === null ? null : bill.costNanoUsd / 1e9,
        durationMs,
        contextTokens: context.tokens,
        contextWindow: context.window,
      },
    ],
    thresholds: thresholdRules(call.agent, input.thresholds),
  };
}

/** The result of a run that this answer ends. */
async function resultOf(call: CallToAttempt, parts: readonly Part[], finishReason: FinishReason): Promise<BuildResult> {
  const text = textOf(parts);
  const { sessionId, runId, messageId } = call.input.run;
  const ending = await endingOf(call.agent, text, finishReason);
  return ({ totals, timeToFirstTokenMs, messageIds }): RunResult => ({
    sessionId,
    runId,
    messageId,
    text,
    finishReason,
    ...ending,
    metrics: toRunMetrics(totals, timeToFirstTokenMs),
    messageIds,
  });
}
