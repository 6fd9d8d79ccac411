import { didYouMean } from '../domain/nearest.ts';
import { teamTools } from '../domain/team.ts';
import type { Config } from './config.ts';
import { pathText, type Path } from './problems.ts';
import type { TeamDefinition } from './team.ts';

function problem(path: Path, text: string): string {
  return `${pathText(path)}: ${text}`;
}

function memberProblems(team: TeamDefinition, index: number, known: readonly string[]): string[] {
  return team.members.flatMap((member, at) => {
    const path = ['teams', index, 'members', at];
    if (!known.includes(member)) {
      return [problem(path, `there is no agent or team "${member}"${didYouMean(member, known)}`)];
    }
    return team.members.indexOf(member) === at ? [] : [problem(path, `"${member}" is a member already`)];
  });
}

/** The way from a team back to itself; `null`: there is none. */
function circle(teams: readonly TeamDefinition[], start: string): readonly string[] | null {
  const visited = new Set<string>();
  const walk = (name: string, way: readonly string[]): readonly string[] | null => {
    if (visited.has(name)) return null;
    visited.add(name);
    for (const member of teams.find((team) => team.name === name)?.members ?? []) {
      if (member === start) return [...way, member];
      const found = walk(member, [...way, member]);
      if (found !== null) return found;
    }
    return null;
  };
  return walk(start, [start]);
}

/** What is wrong with teams, their names and their members. */
export function teamProblems(config: Config): string[] {
  const teams = config.teams ?? [];
  const agents = config.agents.map(({ name }) => name);
  const known = [...agents, ...teams.map(({ name }) => name)];
  return teams.flatMap((team, index) => {
    const path = ['teams', index];
    const taken = agents.indexOf(team.name);
    const way = circle(teams, team.name);
    const tool = teamTools[team.mode];
    return [
      ...(taken < 0 ? [] : [problem([...path, 'name'], `"${team.name}" is taken by agents[${taken}]`)]),
      ...memberProblems(team, index, known),
      ...(way === null ? [] : [problem([...path, 'members'], `a team can't be in itself: ${way.join(' → ')}`)]),
      ...(team.mode === 'route' && team.output !== undefined
        ? [problem([...path, 'output'], "in a route the answer is the member's: give the members an output")]
        : []),
      ...(tool !== null && (team.tools ?? []).some(({ name }) => name === tool)
        ? [problem([...path, 'tools'], `the team has a tool ${tool} of its own in this mode`)]
        : []),
    ];
  });
}
