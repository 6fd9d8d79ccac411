import type { ResolvedAgent } from '../config/index.ts';
import { LoadlineError } from '../domain/errors.ts';
import { textOf, toolCallsOf, type ToolCallPart, type UserPart } from '../domain/messages.ts';
import type { RunRef } from '../domain/steps.ts';
import { teamTools, type MemberRef, type MemberTask, type PlannedTask } from '../domain/team.ts';
import type { NewMessage, RunRow } from '../store/store.ts';
import { estimateMessage } from '../models/index.ts';
import type { ActivityDeps } from './deps.ts';

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
  const member = deps.agents.get(agent);
  if (member === undefined) throw new LoadlineError('UnknownAgent', `This worker's config has no agent ${agent}`);
  return { runId, agent, task, hash: member.hash, limits: member.spec.limits };
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
  const parts = await partsOf(deps, parent, task);
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

async function partsOf(deps: ActivityDeps, parent: RunRow, task: MemberTask): Promise<readonly UserPart[]> {
  const said = await deps.store.messagesOfRun(parent.sessionId, parent.runId);
  const calls = said.flatMap(({ parts }) => toolCallsOf(parts));
  const call = calls.find(({ callId }) => callId === task.callId);
  switch (call?.tool) {
    case teamTools.coordinate:
      return [text((call.input as { task: string }).task)];
    case teamTools.tasks:
      return await plannedParts(deps, parent, call, task.index ?? 0);
    default: {
      const asked = said.find(({ id }) => id === `${parent.runId}.user`);
      return (asked?.parts ?? []) as readonly UserPart[];
    }
  }
}

/** A task of a plan, after the results that it depends on. */
async function plannedParts(
  { store }: ActivityDeps,
  { sessionId, runId }: RunRow,
  call: ToolCallPart,
  index: number,
): Promise<readonly UserPart[]> {
  const { tasks } = call.input as { readonly tasks: readonly Partial<PlannedTask>[] };
  const { task = '', dependsOn = [] } = tasks[index] ?? {};
  const results = await Promise.all(
    dependsOn.map(async (id) => {
      const done = await store.run(sessionId, `${runId}.${call.callId}.${id}`);
      return `<result task="${id}">\n${done?.result?.text ?? ''}\n</result>`;
    }),
  );
  return [text([...results, task].join('\n\n'))];
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
