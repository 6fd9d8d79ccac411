import { ActivityFailure, CancellationScope, CancelledFailure, isCancellation } from '@temporalio/workflow';
import type { Limits } from '../domain/agent.ts';
import { toPending } from '../domain/approval.ts';
import type { RunInProgress } from '../domain/carried.ts';
import type { RunResult } from '../domain/run.ts';
import type { CallOutcome, EndRunInput } from '../domain/steps.ts';
import { toUsd } from '../domain/money.ts';
import { callModelWithin, endRun } from './activities.ts';
import { factsOfFailure, toFailure } from './failures.ts';
import { treeOf, type LoopHost } from './loop-host.ts';
import { askMembers } from './members.ts';
import { takeIn, ToolRound } from './tool-round.ts';

/** So often in a row may all tool calls of an answer fail, although the model is told each time what was wrong. */
const mostFaultyRounds = 5;

/**
 * Takes a run from one step to the next until it has its result, or until the history wants to roll over: then the
 * run goes on from `progress` in the next run of the workflow.
 */
export async function advanceRun(progress: RunInProgress, host: LoopHost): Promise<RunResult | 'roll-over'> {
  try {
    for (let step = 0; ; step++) {
      // Before the tools: what they did would be read by nobody when no call is left.
      const reached = limitReached(progress, host.limits());
      if (reached !== null)
        return await end(progress, host, { status: 'limit', finishReason: 'limit', reason: reached });
      if (progress.pendingTools.length > 0) {
        const tools = await new ToolRound(progress, host).advance();
        if (tools.kind === 'routed') return tools.result;
        const closing = host.closingReason();
        if (tools.kind === 'waits') {
          if (closing !== null) {
            return await end(progress, host, { status: 'cancelled', finishReason: 'cancelled', reason: closing });
          }
          await host.atBoundary();
          if (host.rollOverDue(false)) return 'roll-over';
          continue;
        }
        if (progress.limit !== undefined || progress.faults.rounds >= mostFaultyRounds) continue;
      }
      if (step > 0) await host.atBoundary();
      if (step > 0 && host.rollOverDue(true)) return 'roll-over';
      const result = await callModel(progress, host);
      if (result !== null) return result;
    }
  } catch (error) {
    return await CancellationScope.nonCancellable(() => endOnError(error, progress, host));
  }
}

/** One call; a result when it ended the run, `null` when the model asks for tools or has to correct its answer. */
async function callModel(progress: RunInProgress, host: LoopHost): Promise<RunResult | null> {
  const limits = host.limits();
  const secondsLeft = limits.runSeconds - progress.workedMs / 1000;
  const { message } = progress;
  const tree = treeOf(host);
  const outcome = await callModelWithin(secondsLeft)({
    run: host.run,
    call: progress.calls + 1,
    runStartedAt: progress.startedAt,
    ...(progress.calls === 0 && progress.begun === undefined ? { message: contentOf(message) } : {}),
    ...(message.run?.storedAs === undefined ? {} : { frame: message.run.storedAs }),
    definitionHash: host.definitionHash(),
    maxOutputTokens: Math.min(limits.maxOutputTokens, message.run?.maxOutputTokens ?? Infinity),
    thresholds: host.thresholds(),
    secondsLeft,
    mayWait: progress.waiting !== null,
    mayRepair: progress.calls + 1 < limits.callsPerRun,
    mayCompact: host.mayCompact(),
    summaryNumber: host.summaryNumber(),
    compactions: progress.compactions,
    overflows: progress.overflows,
    ...(host.keys === undefined ? {} : { keys: host.keys }),
    ...(tree === null ? {} : { tree }),
  });
  host.observe(outcome);
  progress.waiting = outcome.kind === 'waiting' ? outcome.result : null;
  await host.toldOfWaits(progress);
  if (outcome.kind === 'waiting') return null;
  if (outcome.kind === 'compact') {
    await makeRoom(progress, host, outcome);
    return null;
  }
  if (outcome.kind === 'members') {
    progress.begun = true;
    takeIn(await askMembers(null, outcome.members, progress, host), progress, host);
    return null;
  }
  progress.calls += 1;
  progress.compactions = 0;
  progress.overflows = 0;
  progress.tokens = outcome.spent.tokens;
  progress.costNanoUsd = outcome.spent.costNanoUsd;
  progress.workedMs += outcome.workedMs;
  if (outcome.kind === 'ended') return outcome.result;
  progress.text = outcome.text;
  progress.pendingTools = outcome.kind === 'tools' ? toPending(outcome.toolCalls) : [];
  if (outcome.stop !== null) progress.stop = outcome.stop;
  if (outcome.kind === 'tools' && outcome.limit !== undefined) progress.limit = outcome.limit.reason;
  return null;
}

/**
 * Compacts the context for a call that did not fit: first as the agent wants it, then as far as it goes. Where there is
 * nothing to compact, a request that only its provider found too long is made shorter by the next call itself.
 */
async function makeRoom(
  progress: RunInProgress,
  host: LoopHost,
  { overflow, reason }: CallOutcome & { readonly kind: 'compact' },
): Promise<void> {
  const { result, workedMs } = await host.compact(progress.compactions === 0 ? null : 0);
  progress.workedMs += workedMs;
  progress.compactions += 1;
  if (overflow) progress.overflows += 1;
  if (result.problem === undefined || overflow) return;
  throw toFailure({
    code: 'LimitReached',
    message: `${reason}, and it could not be made shorter: ${result.problem}`,
    details: { limit: 'contextWindow' },
  });
}

function contentOf({ parts, storedAs, metadata }: RunInProgress['message']) {
  return {
    parts,
    ...(storedAs === undefined ? {} : { storedAs }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** The first limit or threshold that the run has reached, in words for the person who reads the result. */
function limitReached(progress: RunInProgress, limits: Limits): string | null {
  if (progress.stop !== undefined) return progress.stop;
  if (progress.limit !== undefined) return progress.limit;
  const asked = progress.toolCalls + progress.pendingTools.length;
  if (asked > limits.toolCallsPerRun) {
    return `the run would make ${asked} tool calls; toolCallsPerRun allows ${limits.toolCallsPerRun}`;
  }
  if (progress.calls >= limits.callsPerRun) {
    return `the run has made ${progress.calls} model calls; callsPerRun allows ${limits.callsPerRun}`;
  }
  if (progress.workedMs >= limits.runSeconds * 1000) {
    return `the run has worked for ${Math.round(progress.workedMs / 1000)} s; runSeconds allows ${limits.runSeconds}`;
  }
  if (progress.faults.rounds >= mostFaultyRounds) {
    return `all tool calls of ${progress.faults.rounds} answers in a row failed, the latest with: ${progress.faults.latest ?? ''}`;
  }
  if (limits.tokensPerRun !== null && progress.tokens >= limits.tokensPerRun) {
    return `the run has used ${progress.tokens} tokens; tokensPerRun allows ${limits.tokensPerRun}`;
  }
  if (limits.costPerRun !== null && toUsd(progress.costNanoUsd) >= limits.costPerRun) {
    return `the run has cost $${toUsd(progress.costNanoUsd)}; costPerRun allows $${limits.costPerRun}`;
  }
  return null;
}

type Ending = Pick<EndRunInput, 'status' | 'finishReason' | 'reason' | 'error'>;

async function end(progress: RunInProgress, host: LoopHost, ending: Ending, text?: string): Promise<RunResult> {
  // Nobody is asked any more; what was not executed gets its result from the store.
  progress.waiting = null;
  progress.pendingTools = [];
  const { result, ...facts } = await endRun({
    run: host.run,
    runStartedAt: progress.startedAt,
    ...ending,
    text: text ?? progress.text,
    thresholds: host.thresholds(),
    ...(progress.calls === 0 ? { message: contentOf(progress.message) } : {}),
  });
  host.observe(facts);
  return result;
}

async function endOnError(error: unknown, progress: RunInProgress, host: LoopHost): Promise<RunResult> {
  if (isCancellation(error)) {
    const reason = host.cancelReason();
    return await end(progress, host, { status: 'cancelled', finishReason: 'cancelled', reason }, partialText(error));
  }
  const facts = factsOfFailure(error);
  if (facts.code !== 'LimitReached' && facts.code !== 'BudgetExceeded') {
    return await end(progress, host, { status: 'failed', finishReason: 'error', reason: facts.message, error: facts });
  }
  const text = facts.details?.['text'];
  const reached: Ending = { status: 'limit', finishReason: 'limit', reason: facts.message, error: facts };
  return await end(progress, host, reached, typeof text === 'string' ? text : undefined);
}

/** What the model had written when the cancellation reached its activity. */
function partialText(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const details: unknown = cause instanceof CancelledFailure ? cause.details[0] : undefined;
  return typeof details === 'string' ? details : undefined;
}
