import type { AgentSpec } from '../domain/agent.ts';
import type { BudgetRule } from '../domain/budget.ts';
import type { DeltaEvent } from '../domain/events.ts';
import type { Totals } from '../domain/metrics.ts';
import type { DefinitionInForce } from '../domain/steps.ts';
import type { ResolvedAgent } from '../config/index.ts';
import type { Catalogue } from '../models/index.ts';
import type { Provider } from '../providers/provider.ts';
import type { McpServers } from '../tools/mcp/servers.ts';
import type { Store } from '../store/store.ts';

export interface ModelTarget {
  readonly provider: Provider;
  /** The provider's own id of the model. */
  readonly model: string;
}

/** What the activities of a worker share. */
export interface ActivityDeps {
  readonly agents: ReadonlyMap<string, ResolvedAgent>;
  readonly store: Store;
  readonly catalogue: Catalogue;
  /** The config's rules. */
  readonly budgets: readonly BudgetRule[];
  readonly mcp: McpServers;
  /** A model at the provider that serves it, by `provider/model`. */
  target(ref: string): ModelTarget;
  /** Hands deltas to readers; returns at once. */
  publish(delta: DeltaEvent): void;
  /** Hands a session the totals that a late correction left; one that is closed needs none. */
  correct(sessionId: string, totals: Totals): Promise<void>;
  /** Are Loadline's search attributes registered on this server? */
  readonly searchAttributes: boolean;
  /** Of this worker's process. */
  readonly process: { readonly pid: number; readonly bootId: string };
}

/** What a session's workflow keeps of an agent. */
export function definitionOf({ hash, spec }: ResolvedAgent): DefinitionInForce {
  return { hash, ...limitsOf(spec), ...(spec.team === undefined ? {} : { team: spec.team.mode }) };
}

export function limitsOf(spec: AgentSpec): Pick<AgentSpec, 'limits' | 'thresholds'> {
  return { limits: spec.limits, thresholds: spec.thresholds };
}
