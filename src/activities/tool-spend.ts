import { Context } from '@temporalio/activity';
import type { ToolUsage } from '../config/index.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import { fromUsd } from '../domain/money.ts';
import { spendProblem, spentRow } from '../domain/spend.ts';
import type { RunRef } from '../domain/steps.ts';
import { plainUsage } from '../domain/usage.ts';
import type { ActivityDeps } from './deps.ts';
import { untilStored } from './until-stored.ts';

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
    const problem = spendProblem(usage);
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

  #rowOf(spend: ToolUsage, index: number): LedgerRow {
    const { sessionId, runId, agent, user = null, tenant = null } = this.#run;
    const now = new Date();
    const { provider, model, inputTokens, outputTokens, cost } = spend;
    const usage = plainUsage(inputTokens, outputTokens);
    const costNanoUsd =
      cost === undefined ? this.#deps.catalogue.price(`${provider}/${model}`, usage, now) : fromUsd(cost);
    const id = `${runId}.${this.#toolCallId}.${index}`;
    return spentRow({ id, sessionId, runId, agent, user, tenant, modelType: 'tool' }, spend, costNanoUsd, now);
  }
}
