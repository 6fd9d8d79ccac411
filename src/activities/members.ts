import type { ResolvedAgent } from '../config/index.ts';
import { LoadlineError } from '../domain/errors.ts';
import { textOf, toolCallsOf, type ToolCallPart, type UserPart } from '../domain/messages.ts';
import type { RunRef } from '../domain/steps.ts';
import { teamTools, type MemberRef, type MemberTask, type PlannedTask } from '../domain/team.ts';
import type { NewMessage, RunRow } from '../store/store.ts';
import { estimateMessage } from '../models/index.ts';
import type { ActivityDeps } from './deps.ts';
import { fitTexts, roomBeside } from './room.ts';
import { sharedPart, taskOf, type SharedFor } from './shared-with-members.ts';

/** The runs of a whole team on its leader's own message. */
export function membersOfBroadcast(deps: ActivityDeps, leader: ResolvedAgent, runId: string): readonly MemberRef[] {
  return (leader.spec.team?.members ?? []).map((name, index) =>
    refOf(deps, `${runId}.m${index + 1}`, name, { parentRunId: runId, callId: null }),
  );
}

/** The runs that a leader's tool call asks for; `null`: it is no call to members, or not a valid one. */
export async function membersOfCall(
  deps: ActivityDeps,
  leader: ResolvedAgent,
  runId: string,
  call: ToolCallPart,
): Promise<readonly MemberRef[] | null> {
  const { team } = leader.spec;
  if (team === undefined || call.tool !== teamTools[team.mode]) return null;
  const parsed = await leader.tools.get(call.tool)?.parseInput(call.input);
  if (parsed === undefined || 'problem' in parsed) return null;
  const task: MemberTask = { parentRunId: runId, callId: call.callId };
  const id = `${runId}.${call.callId}`;
  if (team.mode !== 'tasks') return [refOf(deps, id, (parsed.value as { member: string }).member, task)];
  const { tasks } = parsed.value as { readonly tasks: readonly PlannedTask[] };
  return tasks.map((one, index) => ({
    ...refOf(deps, `${id}.${one.id}`, one.member, { ...task, index }),
    dependsOn: one.dependsOn.map((other) => `${id}.${other}`),
  }));
}

function refOf(deps: ActivityDeps, runId: string, agent: string, task: MemberTask): MemberRef {
  const member = resolved(deps, agent);
  return { runId, agent, task, hash: member.hash, limits: member.spec.limits };
}

function resolved(deps: ActivityDeps, agent: string): ResolvedAgent {
  const member = deps.agents.get(agent);
  if (member === undefined) throw new LoadlineError('UnknownAgent', `This worker's config has no agent ${agent}`);
  return member;
}

/** What a member's run is to answer: the leader's own message, or the task that it gives. */
export async function messageOfMember(
  deps: ActivityDeps,
  { sessionId, runId, agent }: RunRef,
  task: MemberTask,
  createdAt: string,
): Promise<NewMessage> {
  const parent = await deps.store.run(sessionId, task.parentRunId);
  if (parent === null)
    throw new LoadlineError('RunNotFound', `Run ${task.parentRunId}, which ${agent} works for, is not in the store`);
  const parts = await messageParts(deps, parent, agent, task);
  return {
    id: `${runId}.user`,
    runId,
    role: 'user',
    agent: parent.agent,
    parts,
    createdAt,
    tokens: estimateMessage(parts),
  };
}

async function messageParts(
  deps: ActivityDeps,
  parent: RunRow,
  agent: string,
  asked: MemberTask,
): Promise<readonly UserPart[]> {
  const member = resolved(deps, agent);
  const team = deps.agents.get(parent.agent)?.spec.team;
  const { task, known } = await taskFor(deps, parent, member, asked);
  const shared = team === undefined ? null : await sharedPart(deps, team, { parent, member, task, known });
  return shared === null ? task : [shared, ...task];
}

/** A task, and the runs whose answers it has. */
type Given = Pick<SharedFor, 'task' | 'known'>;

async function taskFor(deps: ActivityDeps, parent: RunRow, member: ResolvedAgent, task: MemberTask): Promise<Given> {
  const said = await deps.store.messagesOfRun(parent.sessionId, parent.runId);
  const calls = said.flatMap(({ parts }) => toolCallsOf(parts));
  const call = calls.find(({ callId }) => callId === task.callId);
  switch (call?.tool) {
    case teamTools.coordinate:
      return { task: [text((call.input as { task: string }).task)], known: [] };
    case teamTools.tasks:
      return await plannedTask(deps, parent, member, call, task.index ?? 0);
    default: {
      const asked = said.find(({ id }) => id === `${parent.runId}.user`);
      return { task: taskOf(asked?.parts ?? []), known: [] };
    }
  }
}

/** The part of a member's window that the results before its task may take. */
const resultsShare = 1 / 2;

/** A task of a plan, after the results that it depends on. */
async function plannedTask(
  deps: ActivityDeps,
  { sessionId, runId }: RunRow,
  member: ResolvedAgent,
  call: ToolCallPart,
  index: number,
): Promise<Given> {
  const { tasks } = call.input as { readonly tasks: readonly Partial<PlannedTask>[] };
  const { task = '', dependsOn = [] } = tasks[index] ?? {};
  const known = dependsOn.map((id) => `${runId}.${call.callId}.${id}`);
  const done = await Promise.all(known.map((id) => deps.store.run(sessionId, id)));
  const tagged = (results: readonly string[]): readonly string[] =>
    results.map((result, at) => `<result task="${dependsOn[at]}">\n${result}\n</result>`);
  const words = (results: readonly string[]): UserPart => text([...tagged(results), task].join('\n\n'));
  const room = await roomBeside(deps, member, [words(done.map(() => ''))], resultsShare);
  const results = fitTexts(
    done.map((run) => run?.result?.text ?? ''),
    room,
  );
  return { task: [words(results)], known };
}

function text(words: string): UserPart {
  return { type: 'text', text: words };
}

/** What a member had written when a limit of its team ended it: its leader may have written nothing. */
export async function latestMemberText({ store }: ActivityDeps, { sessionId, runId }: RunRef): Promise<string> {
  const runs = await store.memberRuns(sessionId, runId);
  const texts = await Promise.all(
    runs.map(async (run) => {
      if (run.result !== null) return run.result.text;
      const said = await store.messagesOfRun(sessionId, run.runId);
      return textOf(said.findLast(({ role }) => role === 'assistant')?.parts ?? []);
    }),
  );
  return texts.findLast((one) => one !== '') ?? '';
}
