import { createHash } from 'node:crypto';
import type { ResolvedAgent } from '../config/index.ts';
import type { Thresholds } from '../domain/agent.ts';
import type { EventBody } from '../domain/events.ts';
import { windowInForce } from '../domain/learnt-window.ts';
import { textOf, toolCallsOf, type Part } from '../domain/messages.ts';
import { toRunMetrics, type ContextUse } from '../domain/metrics.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import type { FinishReason, RunResult } from '../domain/run.ts';
import type { RunRef } from '../domain/steps.ts';
import { deriveUsage, plainUsage, type UsageClasses } from '../domain/usage.ts';
import type { ModelAnswer } from '../providers/provider.ts';
import type { BuildResult, Settlement } from '../store/store.ts';
import type { ActivityDeps } from './deps.ts';
import { judgeAnswer, type Ending } from './ending.ts';
import { learnFromCount } from './learn-window.ts';
import { anchorAfter, contextAfter } from './anchor.ts';
import type { PlannedRequest } from './plan-request.ts';
import { repairMessage } from './repair.ts';
import { estimateMessage, estimateRequest } from '../models/index.ts';
import { untilStored } from './until-stored.ts';
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

/** Whose answer it is: a run's. */
export interface AnsweredRun {
  readonly deps: ActivityDeps;
  readonly agent: ResolvedAgent;
  readonly run: RunRef;
  readonly thresholds: Thresholds;
  /** May the model be asked to correct an answer that does not fit? */
  readonly mayRepair: boolean;
}

/** All that one transaction stores of an answer: usage, message, events, and the run's result where it ends here. */
export async function settlementOf(
  answered: AnsweredRun,
  plan: PlannedRequest,
  row: LedgerRow,
  answer: ModelAnswer,
): Promise<Settlement> {
  const billed = billOf(answered.deps, row, answer);
  const { inputTokens, outputTokens } = deriveUsage(billed.usage);
  const ref = `${row.provider}/${row.model}`;
  const parts = withOwnIds(answer.parts, row.callId);
  const toolCalls = toolCallsOf(parts);
  const use = contextAfter(inputTokens ?? plan.inputTokens, outputTokens ?? 0, await ownWindow(answered, plan, row));
  const told = billed.state === 'settled' && inputTokens !== null && outputTokens !== null;
  const judged = toolCalls.length > 0 ? null : await judgeAnswer(answered.agent, textOf(parts), answer.finishReason);
  const misfit = judged?.misfit ?? null;
  const repair =
    misfit === null || !answered.mayRepair ? null : await repairMessage(answered.deps, answered.run, misfit);
  const ends = judged !== null && repair === null;
  const cut = told && (await learnFromCount(answered.deps, ref, plan, { inputTokens, outputTokens }));
  return {
    ...billed,
    answer: {
      text: textOf(parts),
      finishReason: answer.finishReason,
      message: {
        id: `${row.callId}.answer`,
        runId: answered.run.runId,
        role: 'assistant',
        agent: row.agent,
        parts,
        createdAt: new Date(billed.endedAt).toISOString(),
        tokens: estimateMessage(parts),
      },
      toolCalls: toolCalls.map(({ callId, tool }) => ({ callId, tool })),
      // A member's thread is not the session's context.
      context:
        answered.run.member !== undefined
          ? null
          : { use, anchor: told && !cut ? anchorAfter(plan, ref, inputTokens, outputTokens) : null },
      ...(repair === null ? {} : { rejoinder: repair }),
      build: ends ? resultOf(answered.run, textOf(parts), answer.finishReason, judged.ending) : null,
    },
    events: [{ ...callEnded(row, billed, use), ...(repair === null || misfit === null ? {} : { misfit }) }],
    thresholds: thresholdRules(answered.run.member === undefined ? answered.agent : undefined, answered.thresholds),
  };
}

type Billed = Omit<Settlement, 'answer' | 'events' | 'thresholds'>;

/** The window that the context is held against: the agent's own model has the next run, also where a fallback answered. */
async function ownWindow(
  { deps, agent }: AnsweredRun,
  plan: PlannedRequest,
  { modelType }: LedgerRow,
): Promise<number | null> {
  if (modelType !== 'fallback') return plan.window;
  const { model } = agent.spec;
  const learnt = await untilStored(() => deps.store.learntWindow(model));
  return windowInForce(deps.catalogue.facts(model).contextWindow, learnt, Date.now());
}

/** What an attempt is charged that was answered. */
export function billOf({ catalogue }: ActivityDeps, row: LedgerRow, answer: ModelAnswer): Billed {
  const endedAt = Date.now();
  const told = answer.usage !== null && answer.usage.input !== null && answer.usage.output !== null;
  const usage = told && answer.usage !== null ? answer.usage : estimatedUsage(row, answer);
  return {
    rowId: row.id,
    state: told ? 'settled' : 'estimated',
    usage,
    ...catalogue.bill(`${row.provider}/${row.model}`, usage, new Date(row.priceDate)),
    endedAt,
    durationMs: endedAt - row.startedAt,
    timeToFirstTokenMs: answer.timeToFirstTokenMs,
    providerMetrics: answer.providerMetrics,
  };
}

/** @param context what the call leaves of the session's. */
export function callEnded(row: LedgerRow, { usage, costNanoUsd, durationMs }: Billed, context: ContextUse): EventBody {
  const { inputTokens, outputTokens } = deriveUsage(usage);
  return {
    type: 'call.ended',
    callId: row.callId,
    attempt: row.attempt,
    model: `${row.provider}/${row.model}`,
    modelType: row.modelType,
    inputTokens,
    outputTokens,
    cost: costNanoUsd === null ? null : costNanoUsd / 1e9,
    durationMs,
    contextTokens: context.tokens,
    contextWindow: context.window,
  };
}

/** The result of a run that this answer ends. */
function resultOf(
  { sessionId, runId, messageId }: RunRef,
  text: string,
  finishReason: FinishReason,
  ending: Ending,
): BuildResult {
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
