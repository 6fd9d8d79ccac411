import type { ResolvedAgent } from '../config/index.ts';
import type { BudgetShortfall } from '../domain/budget.ts';
import { explainShortfall } from '../domain/budget-words.ts';
import { LoadlineError } from '../domain/errors.ts';
import { toRunMetrics } from '../domain/metrics.ts';
import type { RunResult } from '../domain/run.ts';
import type { CallInput, CallOutcome, StepFacts, ThresholdFacts } from '../domain/steps.ts';
import type { RunRow, StoredAnswer } from '../store/store.ts';
import { attemptCall } from './attempt-call.ts';
import { limitsOf, type ActivityDeps } from './deps.ts';
import { withCodes } from './failures.ts';
import { contentOf } from './media.ts';
import { estimateMessage } from '../models/index.ts';
import { thresholdFacts, thresholdRules } from './threshold-facts.ts';

/** A tool that the agent does not have is answered with an error at once. */
const unknownToolTimeoutMs = 10_000;

/**
 * One call of a model: plans the request, reserves its worst case, streams the answer, and stores answer and usage in
 * one transaction. A retry that finds the answer stored calls nobody.
 */
export async function callModel(deps: ActivityDeps, input: CallInput): Promise<CallOutcome> {
  return await withCodes(async () => {
    const agent = agentOf(deps, input.run.agent);
    const { run, begun } = await beginRun(deps, input);
    const callId = `${input.run.runId}.${input.call}`;
    if (run.runId !== input.run.runId || run.result !== null) return endedBefore(deps, input, run);
    const { attempts, answer } = begun ? nothingYet : await deps.store.call(callId);
    if (answer !== null) return await outcomeOf(deps, agent, input, run, answer);
    const attempted = await attemptCall({ deps, agent, input, run, callId, attempts });
    if (attempted.kind === 'waiting') return await waitingFor(deps, input, run, attempted.shortfall);
    return await outcomeOf(deps, agent, input, run, attempted.answer);
  });
}

function agentOf(deps: ActivityDeps, name: string): ResolvedAgent {
  const agent = deps.agents.get(name);
  if (agent !== undefined) return agent;
  const known = [...deps.agents.keys()].join(', ');
  throw new LoadlineError('UnknownAgent', `This worker's config has no agent ${name}; it has ${known}`);
}

/** Of a call whose run began with this attempt. */
const nothingYet = { attempts: [], answer: null };

async function beginRun(
  deps: ActivityDeps,
  input: CallInput,
): Promise<{ readonly run: RunRow; readonly begun: boolean }> {
  const { sessionId, runId, messageId, agent } = input.run;
  if (input.message === undefined) {
    const run = await deps.store.run(sessionId, runId);
    if (run !== null) return { run, begun: false };
    throw new LoadlineError('RunNotFound', `Run ${runId} is not in the store; was the store's file replaced?`);
  }
  const { parts, metadata } = await contentOf(deps.store, input.message);
  return await deps.store.beginRun({
    sessionId,
    runId,
    messageId,
    agent,
    message: {
      id: `${runId}.user`,
      runId,
      role: 'user',
      parts,
      createdAt: input.runStartedAt,
      tokens: estimateMessage(parts),
    },
    at: input.runStartedAt,
    ...(metadata === undefined ? {} : { metadata }),
  });
}

/** The message was answered before: under this run (a retry) or under another one (the same message id, long ago). */
async function endedBefore(deps: ActivityDeps, input: CallInput, run: RunRow): Promise<CallOutcome> {
  if (run.result === null) {
    throw new LoadlineError(
      'InvalidMessage',
      `Message ${input.run.messageId} belongs to run ${run.runId}, which is open`,
    );
  }
  return { kind: 'ended', result: run.result, ...(await factsOf(deps, input, run)), workedMs: 0 };
}

/** Tells everyone that the run waits, and until when. */
async function waitingFor(
  deps: ActivityDeps,
  input: CallInput,
  run: RunRow,
  shortfall: BudgetShortfall,
): Promise<CallOutcome> {
  const { sessionId, runId, messageId } = input.run;
  const reason = explainShortfall(shortfall);
  const waiting = [{ kind: 'budget' as const, ...(shortfall.end === null ? {} : { until: shortfall.end }) }];
  const details = { ...shortfall, reason };
  const events = [
    { type: 'budget.waiting' as const, details },
    { type: 'run.waiting' as const, waitingFor: waiting },
  ];
  await deps.store.appendEvents(sessionId, runId, events, new Date().toISOString());
  const said = await deps.store.messagesOfRun(sessionId, runId);
  const result: RunResult = {
    sessionId,
    runId,
    messageId,
    status: 'waiting',
    text: '',
    finishReason: 'limit',
    reason,
    waitingFor: waiting,
    metrics: toRunMetrics(run.totals, run.timeToFirstTokenMs),
    messageIds: said.map(({ id }) => id),
  };
  return { kind: 'waiting', result, ...(await factsOf(deps, input, run)), workedMs: 0, stop: null };
}

async function factsOf(
  deps: ActivityDeps,
  input: CallInput,
  run: RunRow,
): Promise<Omit<StepFacts, 'workedMs'> & ThresholdFacts & Pick<CallOutcome, 'context'>> {
  const session = await deps.store.session(input.run.sessionId);
  if (session === null)
    throw new LoadlineError('SessionNotFound', `Session ${input.run.sessionId} is not in the store`);
  const { sum } = run.totals;
  const rules = thresholdRules(deps.agents.get(input.run.agent), input.thresholds);
  return {
    totals: session.totals,
    context: session.context,
    spent: { tokens: sum.usage.totalTokens.known, costNanoUsd: sum.costNanoUsd },
    ...thresholdFacts(session, rules, run.result === null),
  };
}

async function outcomeOf(
  deps: ActivityDeps,
  agent: ResolvedAgent,
  input: CallInput,
  before: RunRow,
  answer: StoredAnswer,
): Promise<CallOutcome> {
  const run = (await deps.store.run(before.sessionId, before.runId)) ?? before;
  const { attempts } = await deps.store.call(answer.callId);
  const facts = {
    ...(await factsOf(deps, input, run)),
    workedMs: attempts.reduce((sum, row) => sum + (row.durationMs ?? 0), 0),
    ...(agent.hash === input.definitionHash ? {} : { definition: { hash: agent.hash, ...limitsOf(agent.spec) } }),
  };
  if (answer.result !== null) return { kind: 'ended', result: answer.result, ...facts };
  const toolCalls = answer.toolCalls.map((call) => {
    const tool = agent.tools.get(call.tool);
    return { ...call, timeoutMs: tool?.timeoutMs ?? unknownToolTimeoutMs, maxAttempts: tool?.maxAttempts ?? 1 };
  });
  return { kind: 'tools', text: answer.text, toolCalls, ...facts };
}
