import { condition, isCancellation } from '@temporalio/workflow';
import { decideOverdue, earliestEnd, isReady, questionOf, show, toShow, type PendingTool } from '../domain/approval.ts';
import type { RunInProgress } from '../domain/carried.ts';
import type { RunResult } from '../domain/run.ts';
import type { Joined, RunRef, ToolInput, ToolOutcome } from '../domain/steps.ts';
import { askApproval, executeToolWithin, storeToolFailure } from './activities.ts';
import { factsOfFailure } from './failures.ts';
import type { LoopHost } from './loop-host.ts';
import { askMembers } from './members.ts';

/** At most this many tools of one answer run side by side. */
const parallelTools = 8;

/** `routed`: a member's answer is the run's. */
export type RoundEnd =
  { readonly kind: 'done' } | { readonly kind: 'waits' } | { readonly kind: 'routed'; readonly result: RunResult };

/**
 * Executes what the latest answer asks for: side by side, each as soon as nothing stands in its way. A call that needs
 * somebody's word waits for it alone.
 */
export class ToolRound {
  readonly #progress: RunInProgress;
  readonly #host: LoopHost;
  readonly #running = new Map<string, Promise<void>>();
  /** Time that each of the tools side by side took; those one after the other in a place add up. */
  #placesMs: { isFree: boolean; workedMs: number }[] = [];
  #failure: { readonly error: unknown } | null = null;
  #routed: RunResult | null = null;

  constructor(progress: RunInProgress, host: LoopHost) {
    this.#progress = progress;
    this.#host = host;
  }

  /** `waits`: nothing but waiting is left, and there is something to do meanwhile. */
  async advance(): Promise<RoundEnd> {
    try {
      for (;;) {
        this.#startReady();
        if (this.#isToAsk()) await this.#ask();
        if (this.#progress.pendingTools.length === 0) return this.#end();
        await this.#untilSomethingHappens();
        if (this.#failure !== null) throw this.#failure.error;
        decideOverdue(this.#progress, Date.now());
        await this.#host.toldOfWaits(this.#progress);
        if (this.#isInterrupted()) return { kind: 'waits' };
      }
    } finally {
      await Promise.all(this.#running.values());
    }
  }

  #isToAsk(): boolean {
    return this.#host.closingReason() === null && toShow(this.#progress).length > 0;
  }

  #startable(): PendingTool[] {
    const ready = this.#progress.pendingTools.filter((call) => isReady(call) && !this.#running.has(call.callId));
    return ready.slice(0, parallelTools - this.#running.size);
  }

  #startReady(): void {
    for (const call of this.#startable()) this.#running.set(call.callId, this.#execute(call));
  }

  async #untilSomethingHappens(): Promise<void> {
    const { pendingTools } = this.#progress;
    const until = earliestEnd(pendingTools);
    const happened = (): boolean =>
      this.#failure !== null ||
      this.#progress.pendingTools.length === 0 ||
      this.#startable().length > 0 ||
      this.#isToAsk() ||
      this.#isInterrupted();
    if (until === null) await condition(happened);
    else await condition(happened, Math.max(1, until - Date.now()));
  }

  #isInterrupted(): boolean {
    const onlyWaits = this.#progress.pendingTools.length > 0 && this.#startable().length === 0;
    return onlyWaits && this.#running.size === 0 && this.#host.wantsBoundary();
  }

  async #ask(): Promise<void> {
    const at = new Date();
    const progress = this.#progress;
    const calls = toShow(progress).map((call) => ({
      call,
      isKnown: call.asked !== undefined,
      asked: call.asked ?? questionOf(call, at),
    }));
    const waiting = await askApproval({
      run: this.#host.run,
      at: at.toISOString(),
      text: progress.text,
      calls: calls.map(({ call: { callId, unknown }, isKnown, asked }) => ({
        callId,
        ...asked,
        ...(unknown === undefined ? {} : { reason: unknown }),
        ...(isKnown ? { isKnown } : {}),
      })),
    });
    for (const { call, asked } of calls) call.asked = asked;
    show(progress, waiting);
    await this.#host.toldOfWaits(progress);
  }

  async #execute(call: PendingTool): Promise<void> {
    const place = this.#takePlace();
    try {
      this.#take(call, await this.#outcomeOf(call), place);
    } catch (error) {
      this.#failure ??= { error };
    } finally {
      place.isFree = true;
      this.#running.delete(call.callId);
      if (this.#running.size === 0) this.#countWork();
    }
  }

  async #outcomeOf(call: PendingTool): Promise<Step> {
    if (call.members === undefined) return await executeCall(this.#host.run, call);
    return await askMembers(call.callId, call.members, this.#progress, this.#host);
  }

  #takePlace(): { isFree: boolean; workedMs: number } {
    const free = this.#placesMs.find(({ isFree }) => isFree);
    const place = free ?? { isFree: false, workedMs: 0 };
    place.isFree = false;
    if (free === undefined) this.#placesMs.push(place);
    return place;
  }

  #countWork(): void {
    this.#progress.workedMs += Math.max(...this.#placesMs.map(({ workedMs }) => workedMs));
    this.#placesMs = [];
  }

  #take(call: PendingTool, outcome: Step, place: { workedMs: number }): void {
    const progress = this.#progress;
    takeIn({ ...outcome, workedMs: 0 }, progress, this.#host);
    this.#routed ??= outcome.result ?? null;
    place.workedMs += outcome.workedMs;
    if (outcome.unknown !== undefined) {
      const { reason, approval } = outcome.unknown;
      const { asked: _, decision: __, ...rest } = call;
      const again: PendingTool = { ...rest, approval, unknown: reason };
      progress.pendingTools = progress.pendingTools.map((one) => (one === call ? again : one));
      return;
    }
    progress.pendingTools = progress.pendingTools.filter((one) => one !== call);
    progress.toolCalls += 1;
    if (outcome.fault === undefined) progress.faults.soundCalls += 1;
    else progress.faults.latest = outcome.fault;
  }

  #end(): RoundEnd {
    const { faults } = this.#progress;
    faults.rounds = faults.soundCalls === 0 ? faults.rounds + 1 : 0;
    faults.soundCalls = 0;
    return this.#routed === null ? { kind: 'done' } : { kind: 'routed', result: this.#routed };
  }
}

type Step = ToolOutcome & Partial<Joined>;

/** Takes what a step hands back into the run. */
export function takeIn(facts: Step, progress: RunInProgress, host: LoopHost): void {
  host.observe(facts);
  progress.tokens = facts.spent.tokens;
  progress.costNanoUsd = facts.spent.costNanoUsd;
  progress.workedMs += facts.workedMs;
  if (facts.limit !== undefined) progress.limit = facts.limit.reason;
  if (facts.stop != null) progress.stop = facts.stop;
}

async function executeCall(run: RunRef, call: PendingTool): Promise<ToolOutcome> {
  const { callId, decision, unknown, restarts } = call;
  const input: ToolInput = {
    run,
    callId,
    ...(decision === undefined ? {} : { decision }),
    ...(unknown === undefined ? {} : { unknown }),
    ...(restarts === 0 ? {} : { restarts }),
  };
  if (decision?.approved === false) return await storeToolFailure(input);
  try {
    return await executeToolWithin(call)(input);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { message } = factsOfFailure(error);
    return await storeToolFailure({ ...input, failure: `The outcome of ${call.tool} is unknown: ${message}` });
  }
}
