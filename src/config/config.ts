import type { ModelSettings } from '../domain/model.ts';
import type { BudgetSettings } from './budgets.ts';
import type { AgentDefinition } from './agent.ts';
import type { ProviderSettings } from '../providers/resolve-endpoint.ts';
import type { InferOutput } from './schema.ts';

/** A whole config; it carries the names and output types of its agents. */
export interface Config<Agents extends readonly AgentDefinition[] = readonly AgentDefinition[]> {
  readonly agents: Agents;
  /** By name: new ones, or other settings for a built-in one. */
  readonly providers?: Readonly<Record<string, ProviderSettings>>;
  /** By `provider/model`: adds to the catalogue or overrides it. */
  readonly models?: Readonly<Record<string, ModelSettings>>;
  /** Limits that no call passes; none unless given here or set with `loadline budget set`. */
  readonly budgets?: readonly BudgetSettings[];
}

/** The names of a config's agents. */
export type AgentName<C> = C extends Config<infer Agents> ? Agents[number]['name'] : never;

type SchemaOf<Agent> = Agent extends { readonly output?: infer Schema } ? NonNullable<Schema> : never;

/** The type of `run.output` of an agent: its schema's, `undefined` for an agent without one. */
export type OutputOf<C, Name extends string> =
  C extends Config<infer Agents>
    ? [SchemaOf<Extract<Agents[number], { readonly name: Name }>>] extends [never]
      ? undefined
      : InferOutput<SchemaOf<Extract<Agents[number], { readonly name: Name }>>>
    : never;

/**
 * The default export of `loadline.config.ts`. It is checked as a whole when it is used, with every problem named.
 *
 * @example
 * export default defineConfig({ agents: [defineAgent({ name: 'assistant' })] });
 */
export function defineConfig<const Agents extends readonly AgentDefinition[]>(config: Config<Agents>): Config<Agents> {
  return config;
}
