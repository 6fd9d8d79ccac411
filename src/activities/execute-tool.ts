import { CancelledFailure, Context } from '@temporalio/activity';
import type { ResolvedAgent, RunnableTool } from '../config/index.ts';
import type { ToolTranscript } from '../config/tool.ts';
import { ToolError } from '../config/tool-error.ts';
import { LoadlineError } from '../domain/errors.ts';
import { denialWords } from '../domain/approval.ts';
import { toolCallsOf, type ToolCallPart } from '../domain/messages.ts';
import type { StepFacts, ToolInput, ToolOutcome } from '../domain/steps.ts';
import { storeDecision } from './approvals.ts';
import { beginAttempt } from './attempt.ts';
import type { ActivityDeps } from './deps.ts';
import { tryAgain, withCodes } from './failures.ts';
import { toolNamed, toolsOfSession } from './session-tools.ts';
import { failure, storeResult, type ToolEnd } from './tool-result.ts';
import { ToolSpend } from './tool-spend.ts';
import { transcriptOf } from './transcript.ts';
import { untilStored } from './until-stored.ts';
import { tallyOf } from '../domain/metrics.ts';

/** Characters: the workflow carries the names. */
const longestMetricName = 64;

/** An attempt that is started again because its worker was lost is started so often at most. */
const mostUnknown = 4;

/**
 * One tool call. Its arguments are in the store; its result goes there, and the workflow only hears that it is done.
 * Whatever the model can mend (an unknown tool, invalid arguments, an error of the tool) becomes the call's result.
 */
export async function executeTool(deps: ActivityDeps, input: ToolInput): Promise<ToolOutcome> {
  return await withCodes(async () => {
    const { sessionId, runId } = input.run;
    const said = await deps.store.messagesOfRun(sessionId, runId);
    const parts = said.flatMap((message) => message.parts);
    const call = toolCallsOf(parts).find((part) => part.callId === input.callId);
    if (call === undefined) throw new LoadlineError('RunNotFound', `Run ${runId} has no tool call ${input.callId}`);
    const done = parts.find((part) => part.type === 'tool-result' && part.callId === input.callId);
    // Its attempt stored the result and could not tell.
    if (done?.type === 'tool-result') return { ...(await factsOf(deps, input, 0)), ...faultOf(done) };
    const startedAt = Date.now();
    if (input.decision !== undefined) await storeDecision(deps, input.run, call.callId, input.decision);
    const end = await endOf(deps, input, call);
    if ('unknown' in end) return { ...(await factsOf(deps, input, 0)), ...end };
    const durationMs = Date.now() - startedAt;
    await storeResult(deps.store, input, call, end, durationMs);
    return { ...(await factsOf(deps, input, durationMs)), ...(end.isDenied === true ? {} : faultOf(end)) };
  });
}

/** The workflow tells the person who reads why a run ended. */
const faultChars = 200;

function faultOf({ output, isError }: Pick<ToolEnd, 'output' | 'isError'>): Pick<ToolOutcome, 'fault'> {
  return isError ? { fault: String(output).slice(0, faultChars) } : {};
}

async function endOf(
  deps: ActivityDeps,
  input: ToolInput,
  call: ToolCallPart,
): Promise<ToolEnd | Required<Pick<ToolOutcome, 'unknown'>>> {
  const { decision, unknown } = input;
  if (input.failure !== undefined) return failure(input.failure);
  if (decision?.approved !== false) return await execute(deps, input, call);
  const denial = failure(denialWords(call.tool, decision, unknown));
  // An attempt that may have acted was a tool call, whatever was said then.
  return unknown === undefined ? { ...denial, isDenied: true } : denial;
}

async function execute(deps: ActivityDeps, input: ToolInput, call: ToolCallPart): ReturnType<typeof endOf> {
  const agent = deps.agents.get(input.run.agent);
  const tools = await toolsOfSession(deps, agent, input.run.sessionId);
  const tool = toolNamed(tools, call.tool);
  if (tool === undefined) {
    const known = [...tools.keys()].join(', ');
    return failure(
      `There is no tool ${call.tool}. ${known === '' ? 'You have no tools.' : `Your tools are: ${known}`}`,
    );
  }
  const parsed = await tool.parseInput(call.input);
  if ('problem' in parsed) return failure(`The arguments of ${call.tool} do not fit its schema: ${parsed.problem}`);
  const attempt = await deps.store.startTool({
    sessionId: input.run.sessionId,
    runId: input.run.runId,
    callId: call.callId,
    unknownAllowed: tool.onUnknown === 'retry' ? mostUnknown : (input.restarts ?? 0),
    event: { type: 'tool.started', callId: call.callId, tool: call.tool, input: parsed.value },
    at: new Date().toISOString(),
  });
  if (attempt === null) return unknownOutcome(call.tool, tool);
  const spend = new ToolSpend(deps, input.run, call.callId);
  const transcript = transcriptOf(deps.store, input.run.sessionId, windowOf(deps, agent));
  const end = await runTool(deps, tool, input, call, parsed.value, { attempt, spend, transcript });
  await spend.end();
  return end;
}

/** The worker of an earlier attempt is gone, and with it the knowledge of what it did. */
function unknownOutcome(name: string, tool: RunnableTool): ToolEnd | Required<Pick<ToolOutcome, 'unknown'>> {
  const reason = `The outcome of ${name} is unknown: its worker was lost while it ran, and it may have acted`;
  if (tool.onUnknown === 'ask') return { unknown: { reason, approval: tool.approval } };
  return failure(`${reason}. It is not started again`);
}

function windowOf({ catalogue }: ActivityDeps, agent: ResolvedAgent | undefined): number | null {
  return agent === undefined ? null : catalogue.facts(agent.spec.model).contextWindow;
}

interface AttemptMeans {
  /** 1 for the first that was started. */
  readonly attempt: number;
  readonly spend: ToolSpend;
  readonly transcript: ToolTranscript;
}

async function runTool(
  { store }: ActivityDeps,
  tool: RunnableTool,
  input: ToolInput,
  call: ToolCallPart,
  value: unknown,
  { attempt: attemptNumber, spend, transcript }: AttemptMeans,
): Promise<ToolEnd> {
  const context = Context.current();
  const { sessionId, runId, user, tenant } = input.run;
  const attempt = beginAttempt({ secondsLeft: tool.timeoutMs / 1000, prolong: async () => undefined });
  const additionalMetrics: Record<string, number> = {};
  try {
    const work = tool.execute(value, {
      abortSignal: attempt.signal,
      idempotencyKey: `${runId}.${call.callId}`,
      attempt: attemptNumber,
      sessionId,
      runId,
      callId: call.callId,
      ...(user === undefined ? {} : { user }),
      ...(tenant === undefined ? {} : { tenant }),
      heartbeat: () => context.heartbeat(),
      recordUsage: (usage) => spend.record(usage),
      addMetric(name, number) {
        if (!Number.isFinite(number)) throw new RangeError(`addMetric: ${name} must be a number, not ${number}`);
        if (name.length > longestMetricName)
          throw new RangeError(
            `addMetric: the name has ${name.length} characters; at most ${longestMetricName} are taken`,
          );
        additionalMetrics[name] = (additionalMetrics[name] ?? 0) + number;
      },
      transcript,
      log: context.log,
    });
    const output = await Promise.race([work, stopped(attempt.signal)]);
    return { output: output ?? null, isError: false, additionalMetrics };
  } catch (error) {
    if (attempt.cause() === 'worker-shutdown') throw tryAgain('ProviderError', 'The worker shut down in mid-call', 0);
    if (attempt.cause() === 'deadline') return failure(`${call.tool} took longer than ${tool.timeoutMs / 1000} s`);
    if (attempt.cause() === 'cancelled') return failure(`${call.tool} was stopped; what it did until then is unknown`);
    if (attempt.cause() !== null) throw new CancelledFailure('CANCELLED');
    const message = error instanceof Error ? error.message : String(error);
    if (attemptNumber < tool.maxAttempts && !(error instanceof ToolError)) {
      await untilStored(() => store.failToolAttempt({ sessionId, callId: call.callId, attempt: attemptNumber }));
      throw tryAgain('ProviderError', message, null);
    }
    return { ...failure(`${call.tool} failed: ${message}`), additionalMetrics };
  } finally {
    attempt.end();
  }
}

/** Rejects when the attempt is stopped: a tool that ignores its signal must not hold the run. */
function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new Error(`stopped: ${String(signal.reason)}`));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}

async function factsOf(deps: ActivityDeps, { run }: ToolInput, workedMs: number): Promise<StepFacts> {
  const [session, row] = await Promise.all([
    deps.store.session(run.sessionId),
    deps.store.run(run.sessionId, run.runId),
  ]);
  if (session === null || row === null) throw new LoadlineError('RunNotFound', `Run ${run.runId} is not in the store`);
  const sum = tallyOf(row.totals);
  return {
    totals: session.totals,
    spent: { tokens: sum.usage.totalTokens.known, costNanoUsd: sum.costNanoUsd },
    workedMs,
  };
}
