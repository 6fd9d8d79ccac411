import { CancelledFailure, Context } from '@temporalio/activity';
import type { ResolvedAgent, RunnableTool } from '../config/index.ts';
import type { ToolTranscript } from '../config/tool.ts';
import { ToolError } from '../config/tool-error.ts';
import { LoadlineError } from '../domain/errors.ts';
import { toolCallsOf, type ToolCallPart, type ToolResultPart } from '../domain/messages.ts';
import type { StepFacts, ToolInput } from '../domain/steps.ts';
import { beginAttempt } from './attempt.ts';
import type { ActivityDeps } from './deps.ts';
import { tryAgain, withCodes } from './failures.ts';
import { runnableRecall } from '../tools/recall.ts';
import { ToolSpend } from './tool-spend.ts';
import { transcriptOf } from './transcript.ts';
import { untilStored } from './until-stored.ts';
import { estimateMessage } from '../models/index.ts';
import { tallyOf } from '../domain/metrics.ts';

interface ToolEnd {
  readonly output: unknown;
  readonly isError: boolean;
  readonly additionalMetrics: Readonly<Record<string, number>>;
}

/** Characters: the workflow carries the names. */
const longestMetricName = 64;

/**
 * One tool call. Its arguments are in the store; its result goes there, and the workflow only hears that it is done.
 * Whatever the model can mend (an unknown tool, invalid arguments, an error of the tool) becomes the call's result.
 */
export async function executeTool(deps: ActivityDeps, input: ToolInput): Promise<StepFacts> {
  return await withCodes(async () => {
    const { sessionId, runId } = input.run;
    const said = await deps.store.messagesOfRun(sessionId, runId);
    const parts = said.flatMap((message) => message.parts);
    const call = toolCallsOf(parts).find((part) => part.callId === input.callId);
    if (call === undefined) throw new LoadlineError('RunNotFound', `Run ${runId} has no tool call ${input.callId}`);
    const done = parts.some((part) => part.type === 'tool-result' && part.callId === input.callId);
    const startedAt = Date.now();
    if (!done) {
      const end = input.failure === undefined ? await execute(deps, input, call) : failure(input.failure);
      await storeResult(deps, input, call, end, Date.now() - startedAt);
    }
    return await factsOf(deps, input, done ? 0 : Date.now() - startedAt);
  });
}

function failure(message: string): ToolEnd {
  return { output: message, isError: true, additionalMetrics: {} };
}

async function execute(deps: ActivityDeps, input: ToolInput, call: ToolCallPart): Promise<ToolEnd> {
  const agent = deps.agents.get(input.run.agent);
  const tool = toolOf(agent, call.tool);
  if (tool === undefined) {
    const known = [...(agent?.tools.keys() ?? [])].join(', ');
    return failure(
      `There is no tool ${call.tool}. ${known === '' ? 'You have no tools.' : `Your tools are: ${known}`}`,
    );
  }
  const parsed = await tool.parseInput(call.input);
  if ('problem' in parsed) return failure(`The arguments of ${call.tool} do not fit its schema: ${parsed.problem}`);
  await deps.store.appendEvents(
    input.run.sessionId,
    input.run.runId,
    [{ type: 'tool.started', callId: call.callId, tool: call.tool, input: parsed.value }],
    new Date().toISOString(),
  );
  const spend = new ToolSpend(deps, input.run, call.callId);
  const transcript = transcriptOf(deps.store, input.run.sessionId, windowOf(deps, agent));
  const end = await runTool(tool, input, call, parsed.value, { spend, transcript });
  await spend.end();
  return end;
}

/** An agent's own tool, or `recall`, which a compacted context offers by itself. */
export function toolOf(agent: ResolvedAgent | undefined, name: string): RunnableTool | undefined {
  return agent?.tools.get(name) ?? (name === runnableRecall.spec.name ? runnableRecall : undefined);
}

function windowOf({ catalogue }: ActivityDeps, agent: ResolvedAgent | undefined): number | null {
  return agent === undefined ? null : catalogue.facts(agent.spec.model).contextWindow;
}

async function runTool(
  tool: RunnableTool,
  input: ToolInput,
  call: ToolCallPart,
  value: unknown,
  { spend, transcript }: { readonly spend: ToolSpend; readonly transcript: ToolTranscript },
): Promise<ToolEnd> {
  const context = Context.current();
  const { attempt: attemptNumber } = context.info;
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
    if (attemptNumber < tool.maxAttempts && !(error instanceof ToolError))
      throw tryAgain('ProviderError', message, null);
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

async function storeResult(
  deps: ActivityDeps,
  input: ToolInput,
  { callId, tool }: ToolCallPart,
  end: ToolEnd,
  durationMs: number,
): Promise<void> {
  const { sessionId, runId } = input.run;
  const at = new Date().toISOString();
  const part: ToolResultPart = { type: 'tool-result', callId, tool, output: end.output, isError: end.isError };
  const tokens = estimateMessage([part]);
  await untilStored(() =>
    deps.store.storeToolResult({
      sessionId,
      runId,
      message: { id: `${runId}.${callId}`, runId, role: 'tool', parts: [part], createdAt: at, tokens },
      event: { type: 'tool.ended', callId, tool, isError: end.isError, durationMs },
      durationMs,
      additionalMetrics: end.additionalMetrics,
      at,
    }),
  );
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
