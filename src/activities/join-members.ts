import { LoadlineError } from '../domain/errors.ts';
import { excerptWithin } from '../domain/excerpts.ts';
import { toolCallsOf, type Part, type ToolCallPart } from '../domain/messages.ts';
import { tallyOf, toRunMetrics } from '../domain/metrics.ts';
import type { RunResult } from '../domain/run.ts';
import { treeLimitReached } from '../domain/run-tree.ts';
import type { JoinInput, Joined } from '../domain/steps.ts';
import { routedMessageIdOf, teamTools, type MemberEnd, type PlannedTask } from '../domain/team.ts';
import { estimateMessage } from '../models/index.ts';
import type { NewMessage } from '../store/store.ts';
import { endBrokenRun } from './broken-run.ts';
import type { ActivityDeps } from './deps.ts';
import { unansweredTools } from './end-run.ts';
import { withCodes } from './failures.ts';
import { fitTexts, roomBeside, type Room } from './room.ts';
import { storeResult } from './tool-result.ts';
import { thresholdFacts, thresholdRules } from './threshold-facts.ts';

/** What became of a member: its result, or why it has none. */
interface Joining {
  readonly agent: string;
  readonly result: RunResult | null;
  readonly problem: string;
}

/**
 * Hands the leader what its members' runs came to: as the result of its tool call, or beside the message that all of
 * them answered. What a member was routed to ends the leader's run with the member's answer.
 */
export async function joinMembers(deps: ActivityDeps, input: JoinInput): Promise<Joined> {
  return await withCodes(async () => {
    const members = await Promise.all(input.members.map((end) => joining(deps, input, end)));
    if (input.callId === null) return await joinBroadcast(deps, input, members);
    const said = await deps.store.messagesOfRun(input.run.sessionId, input.run.runId);
    const call = said.flatMap(({ parts }) => toolCallsOf(parts)).find(({ callId }) => callId === input.callId);
    if (call === undefined)
      throw new LoadlineError('RunNotFound', `${input.run.runId} has no tool call ${input.callId}`);
    const [member] = members;
    if (call.tool === teamTools.route && member?.result != null && answers(member.result)) {
      await report(deps, input, call, `${member.agent} answers the user.`, false);
      const result = await endWith(deps, input, member.agent, member.result);
      return { ...(await factsOf(deps, input)), result };
    }
    if (call.tool === teamTools.tasks) {
      const { tasks } = call.input as { readonly tasks: readonly PlannedTask[] };
      const output = members.map((one, index) => ({ id: tasks[index]?.id, member: one.agent, ...reportOf(one) }));
      await report(deps, input, call, output, false);
    } else if (member !== undefined) {
      await report(deps, input, call, wordsOf(member), !isDone(member));
    }
    return await factsOf(deps, input);
  });
}

/** The user gets such an answer as it is, also one that was cut off at its output limit. */
function answers({ status, finishReason }: RunResult): boolean {
  return status === 'completed' || finishReason === 'length';
}

function isDone({ result }: Joining): boolean {
  return result?.status === 'completed';
}

function reportOf(member: Joining): { readonly status: string; readonly result: string } {
  return { status: member.result?.status ?? 'not done', result: wordsOf(member) };
}

function wordsOf(member: Joining): string {
  const { agent, result, problem } = member;
  if (result === null) return problem;
  if (result.status === 'completed') return result.text;
  const sofar = result.text === '' ? '' : ` Its text so far:\n${result.text}`;
  return `${agent} did not finish (${result.status}: ${result.reason ?? result.finishReason}).${sofar}`;
}

async function joining(deps: ActivityDeps, { run }: JoinInput, { runId, agent, problem }: MemberEnd): Promise<Joining> {
  const row = await deps.store.run(run.sessionId, runId);
  const why = problem ?? { code: 'ProviderError' as const, message: 'its run gave no result' };
  const result = row === null ? null : await endBrokenRun(deps, row, why);
  return { agent, result, problem: why.message };
}

async function report(
  deps: ActivityDeps,
  { run }: JoinInput,
  call: ToolCallPart,
  output: unknown,
  isError: boolean,
): Promise<void> {
  const durationMs = await durationOf(deps, run.sessionId, run.runId, call.callId);
  const end = { output, isError, isDelegated: true, additionalMetrics: {} } as const;
  await storeResult(deps.store, { run, callId: call.callId }, call, end, durationMs);
}

/** From the first of a call's runs to the end of the last. */
async function durationOf({ store }: ActivityDeps, sessionId: string, runId: string, callId: string): Promise<number> {
  const runs = (await store.memberRuns(sessionId, runId)).filter((run) => run.runId.startsWith(`${runId}.${callId}`));
  const started = runs.map(({ startedAt }) => Date.parse(startedAt));
  const ended = runs.map(({ startedAt, endedAt }) => Date.parse(endedAt ?? startedAt));
  return runs.length === 0 ? 0 : Math.max(0, Math.max(...ended) - Math.min(...started));
}

/** The member's answer, word for word, in the leader's own thread too: the next message goes on from it. */
async function endWith(deps: ActivityDeps, input: JoinInput, member: string, answer: RunResult): Promise<RunResult> {
  const { run, thresholds } = input;
  const { sessionId, runId, messageId, agent } = run;
  const at = new Date().toISOString();
  const parts = [{ type: 'text', text: answer.text } as const];
  const said = await deps.store.messagesOfRun(sessionId, runId);
  const tokens = estimateMessage(parts);
  const { result } = await deps.store.endRun({
    sessionId,
    runId,
    messageId,
    agent,
    message: null,
    messages: [
      ...unansweredTools(said, runId, `${member} answers`, at),
      { id: routedMessageIdOf(runId), runId, role: 'assistant', agent: member, parts, createdAt: at, tokens },
    ],
    build: ({ totals, timeToFirstTokenMs, messageIds }) => ({
      ...answer,
      sessionId,
      runId,
      messageId,
      metrics: toRunMetrics(totals, timeToFirstTokenMs),
      messageIds,
    }),
    thresholds: rulesOf(deps, input, thresholds),
    at,
  });
  return result;
}

/** Characters of a member's answer that its leader reads, as of a tool's result. */
const longestAnswer = 16_000;
/** The part of the leader's window that its members' answers may take. */
const answersShare = 1 / 2;

async function roomForAnswers(deps: ActivityDeps, { run }: JoinInput, frame: readonly Part[]): Promise<Room> {
  const leader = deps.agents.get(run.agent);
  if (leader === undefined) throw new LoadlineError('UnknownAgent', `This worker's config has no agent ${run.agent}`);
  const said = await deps.store.messagesOfRun(run.sessionId, run.runId);
  return await roomBeside(deps, leader, [...said.flatMap(({ parts }) => parts), ...frame], answersShare);
}

/** The answers of all members stand in a message of their own after the user's; of long ones the leader reads a part. */
async function joinBroadcast(deps: ActivityDeps, input: JoinInput, members: readonly Joining[]): Promise<Joined> {
  const { sessionId, runId, agent } = input.run;
  const at = new Date().toISOString();
  const intro = 'The members of your team have answered this. Join their answers into one.';
  const words = (answersOf: readonly string[]) => {
    const tagged = members.map((one, at) => `<answer member="${one.agent}">\n${answersOf[at] ?? ''}\n</answer>`);
    return [{ type: 'text', text: [intro, ...tagged].join('\n\n') } as const];
  };
  const room = await roomForAnswers(deps, input, words([]));
  const parts = words(
    fitTexts(
      members.map((one) => excerptWithin(wordsOf(one), longestAnswer)),
      room,
    ),
  );
  const tokens = estimateMessage(parts);
  const message: NewMessage = {
    id: broadcastMessageId(runId),
    runId,
    role: 'user',
    agent,
    parts,
    createdAt: at,
    tokens,
  };
  await deps.store.addMessage({ sessionId, runId, message, at });
  return await factsOf(deps, input);
}

/** The message that a broadcast's answers stand in. */
export function broadcastMessageId(runId: string): string {
  return `${runId}.members`;
}

function rulesOf(deps: ActivityDeps, { run }: JoinInput, thresholds: JoinInput['thresholds']) {
  return thresholdRules(run.member === undefined ? deps.agents.get(run.agent) : undefined, thresholds);
}

async function factsOf(deps: ActivityDeps, input: JoinInput): Promise<Joined> {
  const { sessionId, runId } = input.run;
  const [session, row, counters] = await Promise.all([
    deps.store.session(sessionId),
    deps.store.run(sessionId, runId),
    deps.store.treeCounters(sessionId, runId),
  ]);
  if (session === null || row === null) throw new LoadlineError('RunNotFound', `Run ${runId} is not in the store`);
  const sum = tallyOf(row.totals);
  const limit = treeLimitReached(counters, input.tree);
  return {
    totals: session.totals,
    spent: { tokens: sum.usage.totalTokens.known, costNanoUsd: sum.costNanoUsd },
    ...thresholdFacts(session, rulesOf(deps, input, input.thresholds), row.result === null),
    ...(limit === null || limit.onlyForOthers ? {} : { limit }),
  };
}
