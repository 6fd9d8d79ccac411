import type { ResolvedConfig } from '../config/index.ts';
import type { EstimateErrors } from '../domain/estimate-errors.ts';
import { windowInForce, type LearntWindow } from '../domain/learnt-window.ts';
import { createCatalogue, type ModelEntry } from '../models/index.ts';
import { createProviders } from '../providers/registry.ts';
import { simulatedModels } from '../simulator/models.ts';
import type { Store } from '../store/store.ts';

type Estimates = Omit<EstimateErrors, 'provider' | 'model'>;

/** A model with what was learnt of it by calling it. */
export type ListedModel = ModelEntry & {
  /** Agents and teams that are set to it. */
  readonly agents: readonly string[];
  /** Is there all that its provider needs, such as a key? */
  readonly callable: boolean;
  /** How far the estimates of its requests were off; `null`: none was sent. */
  readonly estimates: Estimates | null;
  /** What its server gave away of its window, where that is in force. */
  readonly learnt: (Pick<LearntWindow, 'window' | 'from'> & { readonly learntAt: string }) | null;
};

/** What the store has learnt of models. */
export interface Learnt {
  readonly estimates: ReadonlyMap<string, Estimates>;
  readonly windows: ReadonlyMap<string, LearntWindow>;
}

export const nothingLearnt: Learnt = { estimates: new Map(), windows: new Map() };

export async function readLearnt(store: Pick<Store, 'estimateErrors' | 'learntWindows'>): Promise<Learnt> {
  const [errors, windows] = await Promise.all([store.estimateErrors(), store.learntWindows()]);
  return {
    estimates: new Map(errors.map(({ provider, model, ...others }) => [`${provider}/${model}`, others])),
    windows: new Map(windows.map((learnt) => [learnt.model, learnt])),
  };
}

/** All models that are known, those of the config first. */
export function listModels(
  config: Pick<ResolvedConfig, 'agents' | 'models' | 'providers'>,
  environment: NodeJS.ProcessEnv,
  { estimates, windows }: Learnt,
): readonly ListedModel[] {
  const providers = createProviders(config.providers, environment, { simulatorUrl: 'http://127.0.0.1' });
  const callable = new Set(providers.names.filter((name) => canBeMade(() => providers.provider(name))));
  const agentsOf = (ref: string): string[] =>
    [...config.agents.values()].flatMap(({ spec }) => (spec.model === ref ? [spec.name] : []));
  const known = createCatalogue(config.models, { simulatedModels }).list(new Date(), [...windows.keys()]);
  return known.map((model) => ({
    ...model,
    agents: agentsOf(model.ref),
    callable: callable.has(model.provider),
    estimates: estimates.get(model.ref) ?? null,
    ...windowOf(model, windows.get(model.ref) ?? null),
  }));
}

function canBeMade(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    return false;
  }
}

function windowOf(model: ModelEntry, learnt: LearntWindow | null): Pick<ListedModel, 'contextWindow' | 'learnt'> {
  const contextWindow = windowInForce(model.contextWindow, learnt, Date.now());
  if (learnt === null || contextWindow !== learnt.window) return { contextWindow: model.contextWindow, learnt: null };
  const { window, from, learntAt } = learnt;
  return { contextWindow, learnt: { window, from, learntAt: new Date(learntAt).toISOString() } };
}
