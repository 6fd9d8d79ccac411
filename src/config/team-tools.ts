import { z } from 'zod';
import { mostTasks, planProblem, teamTools } from '../domain/team.ts';
import type { AgentDefinition } from './agent.ts';
import { toRunnable, type RunnableTool } from './runnable-tool.ts';
import type { TeamDefinition } from './team.ts';
import { defineTool } from './tool.ts';

type Described = Pick<AgentDefinition, 'name' | 'description'>;

const name = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, _ and -, at most 64');
const text = z.string().min(1, 'must not be empty');

function describe(members: readonly Described[]): string {
  return members
    .map(({ name, description = '' }) => `- ${name}${description === '' ? '' : `: ${description}`}`)
    .join('\n');
}

/** Runs of members are the workflow's to make: a worker that is asked to execute the call has no such team any more. */
function execute(): never {
  throw new Error('the team has no member for this any more');
}

function whatMembersSee({ mode, shareHistory, shareInteractions }: TeamDefinition): string {
  const seen = [
    mode === 'tasks' ? 'their task and the results of the tasks that it depends on' : 'the task',
    ...(shareHistory == null ? [] : [shareHistory.of === 'member' ? 'their earlier tasks' : 'the latest conversation']),
    ...(shareInteractions === true ? ['what the team has answered in this run'] : []),
  ];
  return `Members see ${seen.join(', ')}, and nothing else: write into the task all that they need.`;
}

/** The tool by which a team's leader reaches its members; `null`: in this mode they are asked without one. */
export function teamTool(team: TeamDefinition, members: readonly Described[]): RunnableTool | null {
  const tool = teamTools[team.mode];
  if (tool === null) return null;
  const member = z.enum(members.map((one) => one.name) as [string, ...string[]]);
  const list = `The members of your team:\n${describe(members)}`;
  switch (tool) {
    case 'route_to':
      return toRunnable(
        defineTool({
          name: tool,
          description: `Hands the user's message to the member of your team who answers it; the answer goes to the user as it is. Call it once, for one member. ${list}`,
          inputSchema: z.strictObject({ member }),
          execute,
        }),
      );
    case 'delegate':
      return toRunnable(
        defineTool({
          name: tool,
          description: `Gives a task to a member of your team and answers with what the member says. ${whatMembersSee(team)} Calls side by side are worked on at the same time. ${list}`,
          inputSchema: z.strictObject({ member, task: text }),
          execute,
        }),
      );
    case 'plan_tasks':
      return toRunnable(
        defineTool({
          name: tool,
          description: `Has a list of tasks worked off by the members of your team and answers with their results. ${whatMembersSee(team)} Tasks that do not depend on one another are worked on at the same time; at most ${mostTasks} in one call. ${list}`,
          inputSchema: z.strictObject({ tasks: plan(member) }),
          execute,
        }),
      );
  }
}

function plan(member: z.ZodType<string>) {
  const task = z.strictObject({ id: name, member, task: text, dependsOn: z.array(name).default([]) });
  return z
    .array(task)
    .min(1)
    .max(mostTasks)
    .superRefine((tasks, context) => {
      const problem = planProblem(tasks);
      if (problem !== null) context.addIssue({ code: 'custom', message: problem });
    });
}
