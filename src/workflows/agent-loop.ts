import { ActivityFailure, CancellationScope, CancelledFailure, isCancellation } from '@temporalio/workflow';
import type { Limits, Thresholds } from '../domain/agent.ts';
import type { RunInProgress } from '../domain/carried.ts';
import type { RunResult } from '../domain/run.ts';
import type {
  CallOutcome,
  CompactOutcome,
  EndRunInput,
  RunRef,
  StepFacts,
  ThresholdFacts,
  ToolCallRef,
} from '../domain/steps.ts';
import { toUsd } from '../domain/money.ts';
import { callModelWithin, endRun, executeToolWithin, storeToolFailure } from './activities.ts';
import { factsOfFailure, toFailure } from './failures.ts';

type CallFacts = 'context' | 'definition' | 'compactionDue' | 'compaction' | 'summary';

/** What the loop needs of the session (or of the member run) that it works for. */
export interface LoopHost {
  readonly run: RunRef;
  readonly keys: Readonly<Record<string, string>> | undefined;
  limits(): Limits;
  thresholds(): Thresholds;
  definitionHash(): string;
  /** Takes in what a step hands back. */
  observe(facts: Pick<StepFacts, 'totals'> & Partial<ThresholdFacts & Pick<CallOutcome, CallFacts>>): void;
  /** May a compaction that is due be done before a call? */
  mayCompact(): boolean;
  /** The summary that the session knows; 0: none. */
  summaryNumber(): number;
  /** Makes room in the context for the run's next call, or tells why there is none. */
  compact(keepRuns: number | null): Promise<Pick<CompactOutcome, 'result' | 'workedMs'>>;
  /** Does what has to be done between two steps. */
  atBoundary(): Promise<void>;
  /** Is it time to continue as new? Asked between two steps, when no activity is open. */
  rollOverDue(): boolean;
  cancelReason(): string;
}

/** At most this many tools of one answer run side by side. */
const parallelTools = 8;

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
      if (progress.pendingTools.length > 0) await executeTools(progress, host);
      if (step > 0) await host.atBoundary();
      if (step > 0 && host.rollOverDue()) return 'roll-over';
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
  const outcome = await callModelWithin(secondsLeft)({
    run: host.run,
    call: progress.calls + 1,
    runStartedAt: progress.startedAt,
    ...(progress.calls === 0 ? { message: contentOf(message) } : {}),
    definitionHash: host.definitionHash(),
    maxOutputTokens: limits.maxOutputTokens,
    thresholds: host.thresholds(),
    secondsLeft,
    mayWait: progress.waiting !== null,
    mayRepair: progress.calls + 1 < limits.callsPerRun,
    mayCompact: host.mayCompact(),
    summaryNumber: host.summaryNumber(),
    compactions: progress.compactions,
    overflows: progress.overflows,
    ...(host.keys === undefined ? {} : { keys: host.keys }),
  });
  host.observe(outcome);
  progress.waiting = outcome.kind === 'waiting' ? outcome.result : null;
  if (outcome.kind === 'waiting') return null;
  if (outcome.kind === 'compact') {
    await makeRoom(progress, host, outcome);
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
  progress.pendingTools = outcome.kind === 'tools' ? outcome.toolCalls : [];
  if (outcome.stop !== null) progress.stop = outcome.stop;
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
  throw toFailure({ code: 'LimitReached', message: `${reason}, and it could not be made shorter: ${result.problem}` });
}

function contentOf({ parts, storedAs, metadata }: RunInProgress['message']) {
  return {
    parts,
    ...(storedAs === undefined ? {} : { storedAs }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** Executes what the latest answer asks for. */
async function executeTools(progress: RunInProgress, host: LoopHost): Promise<void> {
  const calls = progress.pendingTools;
  for (let next = 0; next < calls.length; next += parallelTools) {
    const batch = calls.slice(next, next + parallelTools);
    const facts = await Promise.all(batch.map((call) => executeTool(call, host)));
    facts.forEach((fact) => host.observe(fact));
    progress.workedMs += Math.max(...facts.map((fact) => fact.workedMs));
  }
  progress.toolCalls += calls.length;
  progress.pendingTools = [];
}

async function executeTool(call: ToolCallRef, host: LoopHost): Promise<StepFacts> {
  const input = { run: host.run, callId: call.callId };
  try {
    return await executeToolWithin(call)(input);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { message } = factsOfFailure(error);
    return await storeToolFailure({ ...input, failure: `The outcome of ${call.tool} is unknown: ${message}` });
  }
}

/** The first limit or threshold that the run has reached, in words for the person who reads the result. */
function limitReached(progress: RunInProgress, limits: Limits): string | null {
  if (progress.stop !== undefined) return progress.stop;
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
