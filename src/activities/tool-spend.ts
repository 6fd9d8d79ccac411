import type { ToolUsage } from '../config/index.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import { fromUsd } from '../domain/money.ts';
import type { RunRef } from '../domain/steps.ts';
import { plainUsage } from '../domain/usage.ts';
import type { ActivityDeps } from './deps.ts';
import { untilStored } from './until-stored.ts';

/** Tokens that one tool call spent at providers itself: a ledger row each, by the call and its index. */
export class ToolSpend {
  readonly #deps: ActivityDeps;
  readonly #run: RunRef;
  readonly #toolCallId: string;
  readonly #writes: Promise<unknown>[] = [];

  constructor(deps: ActivityDeps, run: RunRef, toolCallId: string) {
    this.#deps = deps;
    this.#run = run;
    this.#toolCallId = toolCallId;
  }

  /** Written at once, so that a crash of the tool loses none of it. */
  record(usage: ToolUsage): void {
    const row = this.#rowOf(usage, this.#writes.length + 1);
    const write = untilStored(() => this.#deps.store.recordSpend(row));
    write.catch(() => undefined);
    this.#writes.push(write);
  }

  /** Until every row is in the store. */
  async stored(): Promise<void> {
    await Promise.all(this.#writes);
  }

  #rowOf({ provider, model, inputTokens, outputTokens, cost }: ToolUsage, index: number): LedgerRow {
    const { sessionId, runId, agent, user, tenant } = this.#run;
    const now = new Date();
    const usage = plainUsage(inputTokens, outputTokens);
    const costNanoUsd =
      cost === undefined ? this.#deps.catalogue.price(`${provider}/${model}`, usage, now) : fromUsd(cost);
    const callId = `${runId}.${this.#toolCallId}.${index}`;
    return {
      id: callId,
      sessionId,
      runId,
      callId,
      attempt: 1,
      agent,
      user: user ?? null,
      tenant: tenant ?? null,
      provider,
      model,
      modelType: 'tool',
      simulated: provider === 'simulated',
      state: 'settled',
      reservation: { inputTokens, outputTokens, costNanoUsd },
      usage,
      costNanoUsd,
      answered: true,
      error: null,
      startedAt: now.getTime(),
      endedAt: now.getTime(),
      durationMs: null,
      timeToFirstTokenMs: null,
      priceDate: now.toISOString(),
      providerMetrics: null,
    };
  }
}
