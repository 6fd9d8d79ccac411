import type { TeamMode } from '../domain/team.ts';
import type { AgentDefinition } from './agent.ts';
import type { AnySchema } from './schema.ts';

/** A team: its leader's settings are an agent's; what is not given has an agent's default. */
export interface TeamDefinition<
  Name extends string = string,
  Output extends AnySchema | undefined = AnySchema | undefined,
> extends AgentDefinition<Name, Output> {
  readonly mode: TeamMode;
  /** Names of agents and of other teams; a leader's `instructions` may call them by these. */
  readonly members: readonly string[];
}

/**
 * A team of a config. A session is started with its name, as with an agent's.
 *
 * @example
 * const desk = defineTeam({ name: 'desk', mode: 'coordinate', members: ['researcher', 'writer'] });
 */
export function defineTeam<const Name extends string, Output extends AnySchema | undefined = undefined>(
  team: TeamDefinition<Name, Output>,
): TeamDefinition<Name, Output> {
  return team;
}
