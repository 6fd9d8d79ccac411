import { Context } from '@temporalio/activity';
import type { ToolUsage } from '../config/index.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import { fromUsd } from '../domain/money.ts';
import type { RunRef } from '../domain/steps.ts';
import { plainUsage } from '../domain/usage.ts';
import type { ActivityDeps } from './deps.ts';
import { untilStored } from './until-stored.ts';

function usageProblem({ provider, model, inputTokens, outputTokens, cost = 0 }: ToolUsage): string | null {
  const isName = (name: unknown): boolean => typeof name === 'string' && name !== '';
  if (![provider, model].every(isName)) return 'provider and model must be names';
  if (![inputTokens, outputTokens].every((tokens) => Number.isSafeInteger(tokens) && tokens >= 0)) {
    return 'inputTokens and outputTokens must be integers of 0 or more';
  }
  return Number.isFinite(cost) && cost >= 0 ? null : 'cost must be dollars, 0 or more';
}

/** Tokens that one tool call spent at providers itself: a ledger row each, by the call and its index. */
export class ToolSpend {
  readonly #deps: ActivityDeps;
  readonly #run: RunRef;
  readonly #toolCallId: string;
  /** Taken at once: a tool may spend from a callback that has lost the activity's context. */
  readonly #context = Context.current();
  readonly #writes: Promise<unknown>[] = [];
  #hasEnded = false;

  constructor(deps: ActivityDeps, run: RunRef, toolCallId: string) {
    this.#deps = deps;
    this.#run = run;
    this.#toolCallId = toolCallId;
  }

  /**
   * Written at once, so that a crash of the tool loses none of it.
   *
   * @throws RangeError for numbers that no ledger can hold.
   */
  record(usage: ToolUsage): void {
    const problem = usageProblem(usage);
    if (problem !== null) throw new RangeError(`recordUsage: ${problem}`);
    const row = this.#rowOf(usage, this.#writes.length + 1);
    const write = untilStored(() => this.#deps.store.recordSpend(row, this.#deps.budgets), this.#context);
    // A tool that was given up may go on and spend: nobody waits for its step any more.
    const told = this.#hasEnded ? write.then((totals) => this.#deps.correct(this.#run.sessionId, totals)) : write;
    told.catch(() => undefined);
    this.#writes.push(write);
  }

  /** Until every row is in the store. */
  async end(): Promise<void> {
    this.#hasEnded = true;
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
      estimatedInputTokens: null,
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
