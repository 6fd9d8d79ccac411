import type { ShareHistory, TeamMode } from '../domain/team.ts';
import type { AgentDefinition } from './agent.ts';
import type { AnySchema } from './schema.ts';

/** A team: its leader's settings are an agent's; what is not given has an agent's default. */
export interface TeamDefinition<
  Name extends string = string,
  Output extends AnySchema | undefined = AnySchema | undefined,
  Mode extends TeamMode = TeamMode,
  Members extends readonly string[] = readonly string[],
> extends AgentDefinition<Name, Output> {
  readonly mode: Mode;
  /** Names of agents and of other teams; a leader's `instructions` may call them by these. */
  readonly members: Members;
  /**
   * What members see of earlier runs: the newest `runs` of the `session` (the user's messages and the answers, the
   * default), or what each `member` itself was asked and answered. `null` (the default): nothing.
   */
  readonly shareHistory?: { readonly runs: number; readonly of?: ShareHistory['of'] } | null;
  /** Members see what members of their team have answered since the run began. `false` when not given. */
  readonly shareInteractions?: boolean;
}

/**
 * A team of a config. A session is started with its name, as with an agent's.
 *
 * @example
 * const desk = defineTeam({ name: 'desk', mode: 'coordinate', members: ['researcher', 'writer'] });
 */
export function defineTeam<
  const Name extends string,
  const Mode extends TeamMode,
  const Members extends readonly string[],
  Output extends AnySchema | undefined = undefined,
>(team: TeamDefinition<Name, Output, Mode, Members>): TeamDefinition<Name, Output, Mode, Members> {
  return team;
}
