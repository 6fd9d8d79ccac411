import { noBill, type Bill, type LedgerRow, type ModelType } from '../domain/ledger.ts';
import { unknownUsage, type UsageClasses } from '../domain/usage.ts';
import type { ProviderFailure } from '../providers/provider.ts';
import type { ActivityDeps, ModelTarget } from './deps.ts';
import type { ModelCall } from './model-call.ts';
import type { Planned } from './plan-request.ts';

/** The id of the next attempt's row. */
export function rowIdOf({ callId, attempts }: Pick<ModelCall, 'callId' | 'attempts'>): string {
  return `${callId}.${attempts.length + 1}`;
}

/** The ledger's row of an attempt that is about to be sent: its worst case. */
export function reservedRow(
  call: Pick<ModelCall, 'deps' | 'caller' | 'callId' | 'attempts'>,
  target: ModelTarget,
  plan: Planned,
  modelType: ModelType,
): LedgerRow {
  const { deps, callId, attempts } = call;
  const { sessionId, runId, agent, user, tenant } = call.caller;
  const now = new Date();
  const ref = `${target.provider.name}/${target.model}`;
  const outputTokens = plan.request.maxOutputTokens;
  return {
    id: rowIdOf(call),
    sessionId,
    runId,
    callId,
    attempt: attempts.length + 1,
    agent,
    user: user ?? null,
    tenant: tenant ?? null,
    provider: target.provider.name,
    model: target.model,
    modelType,
    simulated: target.provider.simulated,
    state: 'reserved',
    reservation: {
      inputTokens: plan.inputBound,
      outputTokens,
      costNanoUsd: deps.catalogue.worstCase(ref, plan.inputBound, outputTokens, now),
    },
    estimatedInputTokens: plan.inputTokens,
    usage: null,
    ...noBill,
    answered: false,
    error: null,
    startedAt: now.getTime(),
    endedAt: null,
    durationMs: null,
    timeToFirstTokenMs: null,
    priceDate: now.toISOString(),
    providerMetrics: null,
  };
}

export interface Charge extends Bill {
  readonly state: 'released' | 'estimated';
  readonly usage: UsageClasses | null;
}

/**
 * What an attempt without an answer is charged. Nothing when the provider can't have billed it; else its reservation,
 * of which only what the provider did tell (Anthropic tells the input at the stream's start) is replaced: what a
 * provider goes on writing after a broken connection can't be known.
 */
export async function chargeOfFailure(
  deps: ActivityDeps,
  row: LedgerRow,
  failure: ProviderFailure | null,
): Promise<Charge> {
  if (failure?.billed === 'no') return { state: 'released', usage: null, ...noBill };
  const told = failure?.partial?.usage ?? null;
  const usage: UsageClasses = {
    ...(told === null || told.input === null ? { ...unknownUsage, input: row.reservation.inputTokens } : told),
    output: row.reservation.outputTokens,
    reasoning: null,
    audioOutput: null,
  };
  const ref = `${row.provider}/${row.model}`;
  const at = new Date(row.priceDate);
  const bill =
    told === null ? { ...noBill, costNanoUsd: row.reservation.costNanoUsd } : deps.catalogue.bill(ref, usage, at);
  return { state: 'estimated', usage, ...bill };
}
