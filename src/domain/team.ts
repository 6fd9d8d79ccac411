import type { Limits } from './agent.ts';
import type { ErrorFacts } from './errors.ts';

/**
 * How a team answers a message.
 *
 * - `route`: the leader hands it to one member, whose answer is the run's, word for word.
 * - `coordinate`: the leader gives out tasks, reads what comes back, and answers.
 * - `broadcast`: all members answer at once, and the leader joins their answers.
 * - `tasks`: the leader writes a list of tasks that depend on one another, reads their results, and answers.
 */
export const teamModes = ['route', 'coordinate', 'broadcast', 'tasks'] as const;
export type TeamMode = (typeof teamModes)[number];

/** What makes an agent the leader of a team. */
export interface TeamSpec {
  readonly mode: TeamMode;
  /** Names of agents and of other teams. */
  readonly members: readonly string[];
  /** Absent: members see nothing of what was said before. */
  readonly shareHistory?: ShareHistory;
  /** Members see what members of their team have answered in the same run. */
  readonly shareInteractions?: true;
}

/** Whose earlier runs members see: the session's, as its user saw them, or each its own. */
export const sharedHistories = ['session', 'member'] as const;

export interface ShareHistory {
  /** So many of the newest. */
  readonly runs: number;
  readonly of: (typeof sharedHistories)[number];
}

/** The tool that a leader reaches its members by; a broadcast needs none. */
export const teamTools = { route: 'route_to', coordinate: 'delegate', broadcast: null, tasks: 'plan_tasks' } as const;

/** At most this many tasks in one plan. */
export const mostTasks = 20;

/** One task of a plan, as the leader writes it. */
export interface PlannedTask {
  readonly id: string;
  readonly member: string;
  readonly task: string;
  /** Ids of the tasks whose results it needs. */
  readonly dependsOn: readonly string[];
}

/** What is wrong between the tasks of a plan, in words for the leader; `null`: nothing. */
export function planProblem(tasks: readonly Pick<PlannedTask, 'id' | 'dependsOn'>[]): string | null {
  const ids = tasks.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) return `two tasks have the id ${twice}`;
  for (const { id, dependsOn } of tasks) {
    const unknown = dependsOn.find((other) => !ids.includes(other));
    if (unknown !== undefined) return `task ${id} depends on ${unknown}, which is not in the plan`;
  }
  const left = new Set(ids);
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const { id, dependsOn } of tasks) if (!dependsOn.some((other) => left.has(other))) left.delete(id);
  }
  return left.size === 0 ? null : `these tasks wait for one another: ${[...left].join(', ')}`;
}

/** Where a member's run finds what it is to answer: texts stay in the store. */
export interface MemberTask {
  readonly parentRunId: string;
  /** The leader's tool call; `null`: the message that the leader itself answers. */
  readonly callId: string | null;
  /** Of a plan: which of its tasks, from 0. */
  readonly index?: number;
}

/** A member's run that is to be made. */
export interface MemberRef {
  readonly runId: string;
  readonly agent: string;
  readonly task: MemberTask;
  /** Of the member's own definition. */
  readonly hash: string;
  readonly limits: Limits;
  /** Of a plan: the runs whose results it needs. */
  readonly dependsOn?: readonly string[];
}

/** What became of a member's run, as far as its leader's workflow has to know. */
export interface MemberEnd {
  readonly runId: string;
  readonly agent: string;
  /** Why there is no run of it to look at, or none that ended by itself; `null`: it did. */
  readonly problem: ErrorFacts | null;
}

/** The message of a leader's run in which a member's answer stands, word for word. */
export function routedMessageIdOf(runId: string): string {
  return `${runId}.routed`;
}

export function memberWorkflowIdOf(runId: string): string {
  return `member-${runId}`;
}

export const memberWorkflowType = 'memberRun';
