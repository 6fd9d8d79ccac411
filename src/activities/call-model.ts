import { ApplicationFailure } from '@temporalio/common';
import type { ResolvedAgent } from '../config/index.ts';
import type { BudgetShortfall } from '../domain/budget.ts';
import { explainShortfall } from '../domain/budget-words.ts';
import type { CompactionGain } from '../domain/compaction.ts';
import { leastOutputTokens } from '../domain/context.ts';
import { LoadlineError } from '../domain/errors.ts';
import { modelsInOrder } from '../domain/fallbacks.ts';
import type { LedgerRow, ModelType } from '../domain/ledger.ts';
import { toolCallsOf } from '../domain/messages.ts';
import { toRunMetrics, tallyOf } from '../domain/metrics.ts';
import type { RunFrame, RunResult } from '../domain/run.ts';
import { treeLimitReached } from '../domain/run-tree.ts';
import type { CallInput, CallOutcome, RunRef, StepFacts, ThresholdFacts, ToolCallRef } from '../domain/steps.ts';
import type { MemberRef } from '../domain/team.ts';
import type { RunRow, StoredAnswer } from '../store/store.ts';
import { asksFirst } from './approvals.ts';
import { attemptCall, type Attempted } from './attempt-call.ts';
import { compactContext, summaryInForce } from './compact-session.ts';
import { isNearlyFull, runsDueBefore } from './compaction-due.ts';
import { definitionOf, type ActivityDeps } from './deps.ts';
import { withCodes } from './failures.ts';
import { broadcastMessageId } from './join-members.ts';
import { contentOf } from './media.ts';
import { membersOfBroadcast, membersOfCall, messageOfMember } from './members.ts';
import { summarises } from './past.ts';
import { planRequest } from './plan-request.ts';
import { earlierMessages, readFrame, withFrame } from './run-frame.ts';
import { toolNamed, toolsOfSession } from './session-tools.ts';
import { settlementOf } from './settle.ts';
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
    const own = agentOf(deps, input.run);
    const frame = await readFrame(deps.store, input.frame);
    const agent = withFrame(own, frame, input);
    const { run, begun } = await beginRun(deps, agent, input, frame);
    const callId = `${input.run.runId}.${input.call}`;
    if (run.runId !== input.run.runId || run.result !== null) return endedBefore(deps, input, run);
    const { attempts, answer } = begun ? nothingYet : await deps.store.call(callId);
    if (answer !== null) return await outcomeOf(deps, agent, input, run, answer);
    const members = await membersFirst(deps, agent, input);
    if (members.length > 0) return { kind: 'members', members, ...(await factsOf(deps, input, run)), workedMs: 0 };
    const work = { deps, agent, input, run, callId };
    const compaction = await compactFirst(work);
    const attempted = await attempt(work, attempts, input.overflows);
    switch (attempted.kind) {
      case 'answered':
        return {
          ...(await outcomeOf(deps, agent, input, run, attempted.answer)),
          ...(compaction === null ? {} : { compaction }),
        };
      case 'waiting':
        return await waitingFor(deps, input, run, attempted.shortfall);
      default:
        return await noRoom(work, attempted);
    }
  });
}

/** The context is compacted this often at most for one call: as the agent wants it, then as far as it goes. */
const mostCompactions = 2;
const mostOverflows = 2;

interface Work {
  readonly deps: ActivityDeps;
  readonly agent: ResolvedAgent;
  readonly input: CallInput;
  readonly run: RunRow;
  readonly callId: string;
}

/** Runs that have gathered beyond the agent's history go into the summary before the next run's first call. */
async function compactFirst({ deps, agent, input, run }: Work): Promise<CompactionGain | null> {
  if (input.call > 1 || !input.mayCompact || !(await runsDueBefore(deps, agent.spec, run))) return null;
  const { messageId: _, ...caller } = input.run;
  const compactionId = `${run.runId}.c`;
  const { thresholds } = input;
  const asked = { ...caller, compactionId, cause: 'runs', keepRuns: null, thresholds } as const;
  try {
    const { tokensBefore, tokensSaved, problem } = await compactContext(deps, agent, asked);
    return { tokensBefore, tokensSaved, ...(problem === undefined ? {} : { problem }) };
  } catch (error) {
    // A summariser that is away must not hold up an answer that has room without it.
    if (!(error instanceof ApplicationFailure)) throw error;
    return { tokensBefore: 0, tokensSaved: 0, problem: error.message };
  }
}

/** Attempts the call; without summaries to make room, a request that its provider finds too long is made shorter here. */
async function attempt(work: Work, attempts: readonly LedgerRow[], overflows: number): Promise<Attempted> {
  const { deps, agent, input, run, callId } = work;
  const { spec } = agent;
  const attempted = await attemptCall({
    deps,
    caller: input.run,
    callId,
    attempts,
    secondsLeft: input.secondsLeft,
    timeLimit: `run ${input.run.runId} has used up the time that limits.runSeconds gives it`,
    ...(input.tree === undefined ? {} : { tree: input.tree }),
    models: modelsInOrder(spec, await latestModel(work), modelTypeOf(input, agent)),
    onBudget: spec.onBudget,
    mayWait: input.mayWait,
    streams: true,
    plan: (target, signal) =>
      planRequest(deps, target, { spec, run, maxOutputTokens: input.maxOutputTokens, overflows, signal }),
    settlement: (planned, row, given) =>
      settlementOf(
        { deps, agent, run: input.run, thresholds: input.thresholds, mayRepair: input.mayRepair },
        planned,
        row,
        given,
      ),
  });
  if (attempted.kind === 'overflow' && !summarises(spec) && overflows < mostOverflows) {
    return await attempt(work, (await deps.store.call(callId)).attempts, overflows + 1);
  }
  return attempted;
}

/** The model that answered the run's latest call, where that could have been a fallback; `null`: none, or no call yet. */
async function latestModel({ deps, agent, input, run }: Work): Promise<string | null> {
  if (agent.spec.fallbacks.length === 0 || input.call === 1) return null;
  const said = await deps.store.messagesOfRun(run.sessionId, run.runId);
  const metrics = said.findLast(({ role, agent: by }) => role === 'assistant' && by === agent.spec.name)?.metrics;
  return metrics === undefined ? null : `${metrics.provider}/${metrics.model}`;
}

/** A request that can't be sent: the workflow has the context compacted, unless that can't help. */
async function noRoom(
  { deps, agent, input, run }: Work,
  attempted: Attempted & { readonly kind: 'too-long' | 'overflow' },
): Promise<CallOutcome> {
  const overflow = attempted.kind === 'overflow';
  const reason = overflow
    ? `${attempted.ref} found the request too long: ${attempted.message}`
    : `The request needs up to ${attempted.inputBound} tokens of context and ${leastOutputTokens} for an answer; the window of ${attempted.ref} has ${attempted.window}`;
  const helps = overflow ? input.overflows < mostOverflows : !attempted.alone;
  if (!summarises(agent.spec) || !helps || input.compactions >= mostCompactions) {
    const advice = 'Send less, or give the agent a model with a larger window';
    throw new LoadlineError('LimitReached', `${reason}. ${advice}`, { limit: 'contextWindow' });
  }
  return { kind: 'compact', overflow, reason, ...(await factsOf(deps, input, run)), workedMs: 0 };
}

/** The members of a broadcast that have not answered yet. */
async function membersFirst(deps: ActivityDeps, agent: ResolvedAgent, { run, call }: CallInput) {
  if (agent.spec.team?.mode !== 'broadcast' || call > 1) return [];
  const said = await deps.store.messagesOfRun(run.sessionId, run.runId);
  const joined = said.some(({ id }) => id === broadcastMessageId(run.runId));
  return joined ? [] : membersOfBroadcast(deps, agent, run.runId);
}

/** The leader of a whole team has a type of its own, so that its share can be seen. */
function modelTypeOf({ run }: CallInput, { spec }: ResolvedAgent): ModelType {
  if (run.member !== undefined) return 'member';
  return spec.team === undefined ? 'model' : 'leader';
}

/** A member has no past in the session and nothing to summarise: its thread is one run long. */
function agentOf(deps: ActivityDeps, { agent: name, member }: RunRef): ResolvedAgent {
  const agent = deps.agents.get(name);
  if (agent !== undefined && member === undefined) return agent;
  if (agent !== undefined) return { ...agent, spec: { ...agent.spec, history: false, summary: false } };
  const known = [...deps.agents.keys()].join(', ');
  throw new LoadlineError('UnknownAgent', `This worker's config has no agent ${name}; it has ${known}`);
}

/** Of a call whose run began with this attempt. */
const nothingYet = { attempts: [], answer: null };

async function beginRun(
  deps: ActivityDeps,
  agent: ResolvedAgent,
  input: CallInput,
  frame: RunFrame | null,
): Promise<{ readonly run: RunRow; readonly begun: boolean }> {
  const { sessionId, runId, messageId, member } = input.run;
  if (input.message === undefined) {
    const run = await deps.store.run(sessionId, runId);
    if (run !== null) return { run, begun: false };
    throw new LoadlineError('RunNotFound', `Run ${runId} is not in the store; was the store's file replaced?`);
  }
  const whose = { sessionId, runId, messageId, agent: input.run.agent, at: input.runStartedAt };
  if (member !== undefined) {
    const message = await messageOfMember(deps, input.run, member, input.runStartedAt);
    return await deps.store.beginRun({ ...whose, message, parentRunId: member.parentRunId });
  }
  const { parts, metadata } = await contentOf(deps.store, input.message);
  return await deps.store.beginRun({
    ...whose,
    inTree: agent.spec.team !== undefined,
    earlier: await earlierMessages(deps.store, runId, input.runStartedAt, frame),
    message: {
      id: `${runId}.user`,
      runId,
      role: 'user',
      parts,
      createdAt: input.runStartedAt,
      tokens: estimateMessage(parts),
    },
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
): Promise<Omit<StepFacts, 'workedMs'> & ThresholdFacts & Pick<CallOutcome, 'context' | 'summary'>> {
  const session = await deps.store.session(input.run.sessionId);
  if (session === null)
    throw new LoadlineError('SessionNotFound', `Session ${input.run.sessionId} is not in the store`);
  const sum = tallyOf(run.totals);
  const { agent, member } = input.run;
  const rules = thresholdRules(member === undefined ? deps.agents.get(agent) : undefined, input.thresholds);
  const summary = session.summaryNumber === input.summaryNumber ? null : await summaryInForce(deps, session);
  return {
    ...(summary === null ? {} : { summary }),
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
    ...(agent.hash === input.definitionHash ? {} : { definition: definitionOf(agent) }),
  };
  if (answer.result !== null) {
    const isDue = isNearlyFull(agent.spec, facts.context, input.thresholds.context.compact);
    return { kind: 'ended', result: answer.result, ...facts, ...(isDue ? { compactionDue: true } : {}) };
  }
  // What neither ends the run nor asks for tools was answered with what is wrong with it.
  if (answer.toolCalls.length === 0) return { kind: 'repair', text: answer.text, ...facts };
  const members = await membersAsked(deps, agent, run, answer);
  const toolCalls = (await toolRefs(deps, agent, input.run, answer)).map((call) => {
    const asked = members.get(call.callId);
    return { ...call, ...(asked === undefined ? {} : { members: asked }) };
  });
  const limit = input.tree && treeLimitReached(await deps.store.treeCounters(run.sessionId, run.runId), input.tree);
  const reached = limit == null || limit.onlyForOthers ? {} : { limit };
  return { kind: 'tools', text: answer.text, toolCalls, ...facts, ...reached };
}

/** By the leader's tool call: the runs that it asks for. A message is handed to one member only. */
async function membersAsked(
  deps: ActivityDeps,
  agent: ResolvedAgent,
  { sessionId, runId }: RunRow,
  { toolCalls }: StoredAnswer,
): Promise<ReadonlyMap<string, readonly MemberRef[]>> {
  const asked = new Map<string, readonly MemberRef[]>();
  const { team } = agent.spec;
  if (team === undefined) return asked;
  const said = await deps.store.messagesOfRun(sessionId, runId);
  const calls = said.flatMap(({ parts }) => toolCallsOf(parts));
  for (const call of calls.filter(({ callId }) => toolCalls.some((one) => one.callId === callId))) {
    const members = await membersOfCall(deps, agent, runId, call);
    if (members !== null && (team.mode !== 'route' || asked.size === 0)) asked.set(call.callId, members);
  }
  return asked;
}

/** What the workflow has to know of the tools that an answer asks for. */
async function toolRefs(
  deps: ActivityDeps,
  agent: ResolvedAgent,
  run: RunRef,
  { toolCalls }: StoredAnswer,
): Promise<readonly ToolCallRef[]> {
  const tools = await toolsOfSession(deps, agent, run.sessionId);
  const asks = toolCalls.some(({ tool }) => (toolNamed(tools, tool)?.needsApproval ?? null) !== null);
  const said = asks ? await deps.store.messagesOfRun(run.sessionId, run.runId) : [];
  const parts = toolCallsOf(said.flatMap((message) => message.parts));
  return await Promise.all(
    toolCalls.map(async (call): Promise<ToolCallRef> => {
      const tool = toolNamed(tools, call.tool);
      if (tool === undefined) return { ...call, timeoutMs: unknownToolTimeoutMs, maxAttempts: 1 };
      const { timeoutMs, maxAttempts, approval } = tool;
      const part = parts.find(({ callId }) => callId === call.callId);
      const isAsked = part !== undefined && (await asksFirst(run, tool, part));
      return { ...call, timeoutMs, maxAttempts, ...(isAsked ? { approval } : {}) };
    }),
  );
}
