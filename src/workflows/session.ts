import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  currentUpdateInfo,
  setHandler,
  uuid4,
} from '@temporalio/workflow';
import { compactProblem, sessionProblem } from '../domain/admission.ts';
import type { LimitsInForce, LimitsPatch } from '../domain/agent.ts';
import { waitingResultOf } from '../domain/approval.ts';
import { newRun, newState, packState, upgradeState, type CarriedState } from '../domain/carried.ts';
import type { ErrorFacts } from '../domain/errors.ts';
import * as inbox from '../domain/inbox.ts';
import { isTotals, type SessionMetrics } from '../domain/metrics.ts';
import type { RunProgress, RunResult, SendInput } from '../domain/run.ts';
import type { SessionInput, SessionState } from '../domain/session.ts';
import { describeSession, findRun, metricsOf, runRefOf } from '../domain/session-view.ts';
import type { QueuedMessage } from '../domain/steps.ts';
import { closeSession, storedResult } from './activities.ts';
import { advanceRun } from './agent-loop.ts';
import { messageIdOf, reasonOf, startProblem } from './arguments.ts';
import { endUnasked, openRow, stashLargest } from './begin-and-end.ts';
import type { LoopHost } from './loop-host.ts';
import { cancelMember, isBelow } from './reach-member.ts';
import { factsOfFailure, rollingOver, toFailure, toQueryFailure } from './failures.ts';
import { Compactor } from './compactor.ts';
import * as messages from './messages.ts';
import { isHistoryFull, runsBeforeRollOver } from './roll-over.ts';
import { publishStatus } from './search-attributes.ts';
import { Waits } from './waits.ts';

/**
 * One long-lived conversation. Messages are answered one after the other; each answer is a run of the agent's loop.
 * The workflow knows only small facts; texts and spending are in the store.
 */
export async function session(input: SessionInput & { carried?: CarriedState }): Promise<SessionMetrics> {
  const problem = sessionProblem(input) ?? startProblem(input);
  if (problem !== null) throw toFailure(problem);
  const live = new LiveSession(input);
  live.listen();
  return await CancellationScope.nonCancellable(() => live.main());
}

class LiveSession {
  private readonly input: SessionInput;
  private readonly state: CarriedState;
  private readonly compactor: Compactor;
  private readonly waits: Waits;
  /** Accepted before this run of the workflow. */
  private readonly carriedRuns: number;
  /** Results of runs that ended since the last roll-over: what waiting sends answer. */
  private readonly results = new Map<string, RunResult>();
  private runsSinceRollOver = 0;
  private openSends = 0;
  private rollingOver = false;
  private openFailure: ErrorFacts | null = null;
  private ended = false;
  private running: { readonly scope: CancellationScope; reason: string } | null = null;

  constructor(input: SessionInput & { carried?: CarriedState }) {
    const { carried, ...own } = input;
    this.input = own;
    this.state = carried === undefined ? newState(own) : upgradeState(carried);
    this.carriedRuns = this.state.accepted;
    this.waits = new Waits(own, this.state);
    this.compactor = new Compactor(own, this.state, ({ summary: _, ...facts }) => this.observe(facts));
    if (this.state.latest !== null) this.results.set(this.state.latest.runId, this.state.latest);
  }

  // The session's life.

  async main(): Promise<SessionMetrics> {
    if (this.state.definition === null) await this.open();
    for (;;) {
      await condition(() => this.hasWork());
      await this.compactor.atBoundary();
      if (this.state.current === null && this.state.closing !== null) return await this.close();
      const ended = await this.answerNext();
      if (!ended || this.rollOverDue(false)) await this.rollOver();
    }
  }

  private hasWork(): boolean {
    const { current, queue, closing } = this.state;
    return current !== null || queue.length > 0 || closing !== null || this.compactor.isWanted();
  }

  private async open(): Promise<void> {
    try {
      const opened = await openRow(this.input, this.carriedRuns);
      this.state.definition = opened.definition;
      this.state.context = opened.context;
      this.state.searchAttributes = opened.searchAttributes;
      this.observe({ totals: opened.totals });
      this.publish('open');
      const { from } = this.input;
      if (from !== undefined) await this.compactor.tryRun('carry-on', null, null, from);
    } catch (error) {
      this.openFailure = factsOfFailure(error);
      await condition(allHandlersFinished);
      throw toFailure(this.openFailure);
    }
  }

  /** Takes up the run in progress or the next message; `false` when the run goes on after a roll-over. */
  private async answerNext(): Promise<boolean> {
    const { state } = this;
    const message = state.current?.message ?? state.queue.shift();
    if (message === undefined) return true;
    state.current ??= newRun(message, new Date().toISOString());
    const progress = state.current;
    const scope = new CancellationScope();
    this.running = { scope, reason: 'cancelled' };
    const result = await scope.run(() => advanceRun(progress, this.hostOf(message)));
    this.running = null;
    if (result === 'roll-over') return false;
    state.current = null;
    this.finish(message.runId, result);
    this.runsSinceRollOver += 1;
    if (this.input.once === true) this.requestClose('it was made for one run');
    return true;
  }

  private hostOf(message: QueuedMessage): LoopHost {
    return {
      run: runRefOf(this.input, message),
      keys: this.input.keys,
      limits: () => inbox.limitsInForce(this.state).limits,
      thresholds: () => inbox.limitsInForce(this.state).thresholds,
      definitionHash: () => this.state.definition?.hash ?? '',
      treeAbove: () => (this.state.definition?.team === undefined ? null : []),
      observe: (facts) => this.observe(facts),
      mayCompact: () => this.compactor.mayRun(),
      summaryNumber: () => this.state.summary?.number ?? 0,
      compact: (keepRuns) => this.compactor.run('overflow', keepRuns, message.runId),
      atBoundary: () => this.compactor.atBoundary(),
      rollOverDue: (isAtWork) => this.rollOverDue(isAtWork),
      toldOfWaits: () => Promise.resolve(),
      wantsBoundary: () => this.state.closing !== null || this.compactor.isWanted() || this.rollOverDue(false),
      closingReason: () => this.state.closing?.reason ?? null,
      cancelReason: () => this.running?.reason ?? 'cancelled',
    };
  }

  private async close(): Promise<SessionMetrics> {
    const reason = this.state.closing?.reason ?? 'closed';
    for (let [message] = this.state.queue; message !== undefined; [message] = this.state.queue) {
      // In the queue until its result is there: a send that attaches again meanwhile waits for it.
      await this.endQueued(message, { status: 'cancelled', reason });
      inbox.dequeue(this.state, message.runId);
    }
    const { sessionId } = this.input;
    const totals = await closeSession({ sessionId, status: 'closed', reason });
    this.observe({ totals });
    this.ended = true;
    this.publish('closed');
    await condition(allHandlersFinished);
    return metricsOf(this.state, this.input);
  }

  private rollOverDue(isAtWork: boolean): boolean {
    return this.runsSinceRollOver >= runsBeforeRollOver || isHistoryFull(isAtWork);
  }

  /** Continues as new between two steps without draining: parked sends are told to attach again by their messageId. */
  private async rollOver(): Promise<never> {
    await this.compactor.atBoundary();
    this.rollingOver = true;
    for (;;) {
      await condition(() => allHandlersFinished() || this.compactor.isAsked());
      // Accepted just before: the roll-over would wait for its answer, which only comes here.
      if (this.compactor.isAsked()) await this.compactor.atBoundary();
      if (!allHandlersFinished()) continue;
      if (!(await stashLargest(this.state))) break;
    }
    return await continueAsNew<typeof session>({ ...this.input, carried: packState(this.state) });
  }

  // Messages from outside. Handlers are synchronous up to their wait, so that what they decide is decided once.

  listen(): void {
    setHandler(messages.sendUpdate, (argument) => this.send(argument), {
      validator: (argument) => {
        const refusal =
          inbox.refusalOf(this.state, this.input, argument) ?? inbox.slotsRefusal(this.state, this.openSends);
        if (refusal !== null) throw toFailure(refusal);
      },
    });
    setHandler(messages.messageSignal, async (argument) => await this.message(argument));
    setHandler(messages.metricsQuery, () => metricsOf(this.opened(), this.input));
    setHandler(messages.stateQuery, () => describeSession(this.opened(), this.input, this.standing()));
    setHandler(messages.runQuery, (runId) => this.runOf(runId ?? undefined));
    setHandler(messages.compactUpdate, async (request) => await this.compactor.answer(request ?? {}), {
      validator: (request) => {
        const refusal = compactProblem(request) ?? this.compactRefusal();
        if (refusal !== null) throw toFailure(refusal);
      },
    });
    setHandler(messages.setLimitsUpdate, (patch) => this.setLimits(patch), {
      validator: (patch) => {
        const refusal = inbox.patchProblem(this.state, patch) ?? inbox.closedRefusal(this.state, this.input.sessionId);
        if (refusal !== null) throw toFailure(refusal);
      },
    });
    setHandler(messages.cancelRunSignal, async (argument) => await this.cancelRun(argument));
    setHandler(messages.approveSignal, async (argument) => await this.waits.approve(argument));
    setHandler(messages.memberWaitsSignal, async (argument) => await this.waits.ofMember(argument));
    setHandler(messages.closeSignal, (argument) => this.requestClose(reasonOf(argument, 'closed')));
    setHandler(messages.ledgerSignal, (totals) => {
      if (isTotals(totals)) this.observe({ totals });
    });
    CancellationScope.current().cancelRequested.catch(() => {
      this.requestClose('the workflow was cancelled');
      this.cancelCurrent('the workflow was cancelled');
    });
  }

  private async send(argument: SendInput): Promise<RunResult> {
    this.openSends += 1;
    try {
      const messageId = argument.messageId ?? currentUpdateInfo()?.id ?? uuid4();
      const { sessionId } = this.input;
      const known = inbox.knownRun(this.state, messageId);
      const runId = known ?? inbox.enqueue(this.state, sessionId, messageId, argument);
      if (known !== undefined && !inbox.isOpen(this.state, known) && !this.results.has(known)) {
        return await storedResult({ sessionId, runId: known });
      }
      await condition(() => this.resultOf(runId) !== null || this.rollingOver || this.openFailure !== null);
      const result = this.resultOf(runId);
      if (result !== null) return result;
      if (this.openFailure !== null) throw toFailure(this.openFailure);
      throw rollingOver({ messageId, runId });
    } finally {
      this.openSends -= 1;
    }
  }

  /** Of a run that has ended, or waits. */
  private resultOf(runId: string): RunResult | null {
    const { current } = this.state;
    const waiting = current?.message.runId === runId ? waitingResultOf(current) : null;
    return this.results.get(runId) ?? waiting;
  }

  /** A signalled message: nobody can be told of a refusal, so a refused one becomes a run that failed. */
  private async message(argument: SendInput): Promise<void> {
    const messageId = messageIdOf(argument) ?? uuid4();
    if (inbox.knownRun(this.state, messageId) !== undefined) return;
    const { sessionId } = this.input;
    const refusal = inbox.refusalOf(this.state, this.input, argument);
    if (refusal === null) {
      inbox.enqueue(this.state, sessionId, messageId, argument);
      return;
    }
    const refused: QueuedMessage = { runId: inbox.nextRunId(this.state, sessionId, messageId), messageId, parts: [] };
    await this.endQueued(refused, { status: 'failed', reason: refusal.message, error: refusal });
  }

  private compactRefusal(): ErrorFacts | null {
    if (this.rollingOver) return { code: 'SessionRollingOver', message: 'The session continues as new. Ask again' };
    return inbox.compactRefusal(this.state, this.input.sessionId, this.compactor.isAsked());
  }

  private async cancelRun(argument: { runId?: string; reason?: string } | null | undefined): Promise<void> {
    // What can't be understood may have named another run than the one in progress.
    if (argument != null && typeof argument !== 'object') return;
    const reason = reasonOf(argument, 'cancelled');
    const runId = argument?.runId ?? this.state.current?.message.runId;
    if (runId === undefined) return;
    if (runId === this.state.current?.message.runId) return this.cancelCurrent(reason);
    if (isBelow(runId, this.state.current?.message.runId)) return await cancelMember(runId);
    const queued = inbox.dequeue(this.state, runId);
    if (queued !== null) await this.endQueued(queued, { status: 'cancelled', reason });
  }

  private cancelCurrent(reason: string): void {
    if (this.running === null) return;
    this.running.reason = reason;
    this.waits.forgetThoseOfMembers();
    this.running.scope.cancel();
  }

  private requestClose(reason: string): void {
    this.state.closing ??= { reason };
    this.waits.endThoseOfMembers();
    if (this.waits.isForBudget()) this.cancelCurrent(reason);
  }

  private setLimits(patch: LimitsPatch): LimitsInForce {
    this.state.patch = inbox.mergePatches(this.state.patch, patch);
    return inbox.limitsInForce(this.state);
  }

  /** A message that never reached a model has ended. */
  private async endQueued(message: QueuedMessage, ending: Parameters<typeof endUnasked>[3]): Promise<void> {
    const { result, ...facts } = await endUnasked(this.input, this.state, message, ending);
    this.observe(facts);
    this.finish(message.runId, result);
  }

  private finish(runId: string, result: RunResult): void {
    this.results.set(runId, result);
    this.state.latest = result;
  }

  /** @throws ApplicationFailure why this session could not be opened: there is nothing to tell of it then. */
  private opened(): CarriedState {
    if (this.openFailure === null) return this.state;
    throw toQueryFailure(this.openFailure);
  }

  private observe(facts: Parameters<LoopHost['observe']>[0]): void {
    if (facts.totals.version >= this.state.totals.version) {
      this.state.totals = facts.totals;
      if (facts.thresholdsFired !== undefined) this.state.thresholdsFired = facts.thresholdsFired;
    }
    if (facts.stop != null) this.requestClose(facts.stop);
    if (facts.context !== undefined) this.state.context = facts.context;
    if (facts.definition !== undefined) this.state.definition = facts.definition;
    if (facts.summary !== undefined) this.state.summary = facts.summary;
    if (facts.compactionDue === true) this.state.compactionDue = true;
    if (facts.compaction !== undefined) this.compactor.took(facts.compaction);
  }

  private publish(status: 'open' | 'closed'): void {
    if (this.state.searchAttributes) publishStatus(this.input, status);
  }

  private standing(): Pick<SessionState, 'status' | 'compacting'> {
    return { status: this.status(), compacting: this.compactor.isBusy() };
  }

  private status(): SessionState['status'] {
    if (this.ended) return 'closed';
    if (this.state.definition === null) return 'opening';
    return this.state.closing === null ? 'open' : 'closing';
  }

  private runOf(runId: string | undefined): RunResult | RunProgress {
    const run = findRun(this.opened(), this.input, this.results, runId);
    if (run !== null) return run;
    throw toQueryFailure({
      code: 'RunNotFound',
      message: `Session ${this.input.sessionId} holds no run ${runId ?? ''} in memory; older runs are in the store`,
    });
  }
}
