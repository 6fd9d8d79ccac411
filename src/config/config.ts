import type { ModelSettings } from '../domain/model.ts';
import type { BudgetSettings } from './budgets.ts';
import type { AgentDefinition } from './agent.ts';
import type { ProviderSettings } from '../providers/resolve-endpoint.ts';
import type { McpServerSettings } from './mcp.ts';
import type { InferOutput } from './schema.ts';
import type { TeamDefinition } from './team.ts';

/** A whole config; it carries the names and output types of its agents and teams. */
export interface Config<
  Agents extends readonly AgentDefinition[] = readonly AgentDefinition[],
  Teams extends readonly TeamDefinition[] = readonly TeamDefinition[],
> {
  readonly agents: Agents;
  readonly teams?: Teams;
  /** By name: new ones, or other settings for a built-in one. */
  readonly providers?: Readonly<Record<string, ProviderSettings>>;
  /** By `provider/model`: adds to the catalogue or overrides it. */
  readonly models?: Readonly<Record<string, ModelSettings>>;
  /** Limits that no call passes; none unless given here or set with `loadline budget set`. */
  readonly budgets?: readonly BudgetSettings[];
  /** By name; agents name those whose tools they have. */
  readonly mcpServers?: Readonly<Record<string, McpServerSettings>>;
}

type AgentOf<C> = C extends Config<infer Agents, infer Teams> ? Agents[number] | Teams[number] : never;

/** The names of a config's agents and teams. */
export type AgentName<C> = AgentOf<C>['name'];

type SchemaOf<Agent> = Agent extends { readonly output?: infer Schema } ? NonNullable<Schema> : never;

/** Of each of these agents; a route has the output of the member that answered. */
type OutputOfEach<C, Agent> = Agent extends { readonly mode: 'route'; readonly members: readonly (infer Member)[] }
  ? OutputOf<C, Extract<Member, string>>
  : [SchemaOf<Agent>] extends [never]
    ? undefined
    : InferOutput<SchemaOf<Agent>>;

/**
 * The type of `run.output` of an agent: its schema's, `undefined` for an agent without one. Of a team in the mode
 * `route`: its members', as a union.
 */
export type OutputOf<C, Name extends string> = [Extract<AgentOf<C>, { readonly name: Name }>] extends [never]
  ? undefined
  : OutputOfEach<C, Extract<AgentOf<C>, { readonly name: Name }>>;

/**
 * The default export of `loadline.config.ts`. It is checked as a whole when it is used, with every problem named.
 *
 * @example
 * export default defineConfig({ agents: [defineAgent({ name: 'assistant' })] });
 */
export function defineConfig<
  const Agents extends readonly AgentDefinition[],
  const Teams extends readonly TeamDefinition[] = readonly [],
>(config: Config<Agents, Teams>): Config<Agents, Teams> {
  return config;
}
