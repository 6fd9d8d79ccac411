import { windowInForce } from '../domain/learnt-window.ts';
import { leastInput, wasTruncated, windowOfCut } from '../models/index.ts';
import type { ProviderFailure } from '../providers/provider.ts';
import type { ActivityDeps } from './deps.ts';
import type { Planned, PlannedRequest } from './plan-request.ts';

/** Of a request that was refused without a figure: the window is smaller than what was sent. */
const sureShare = 0.9;

/** Keeps what a refusal tells of the model's window. */
export async function learnWindow(
  deps: ActivityDeps,
  ref: string,
  plan: Planned,
  { overflow }: ProviderFailure,
): Promise<void> {
  const known = deps.catalogue.facts(ref).contextWindow;
  const told = overflow?.window ?? (known === null ? Math.floor(plan.inputTokens * sureShare) : null);
  if (told !== null) await learn(deps, ref, told, 'error');
}

/**
 * Notices by its count that a server has cut the request, and keeps what that tells of its window.
 *
 * @returns whether it was cut.
 */
export async function learnFromCount(
  deps: ActivityDeps,
  ref: string,
  { sent, window }: PlannedRequest,
  reported: { readonly inputTokens: number; readonly outputTokens: number },
): Promise<boolean> {
  const { provider } = deps.catalogue.facts(ref);
  const { inputTokens: reportedInput, outputTokens } = reported;
  const { newMessagesBound } = sent;
  if (!wasTruncated({ provider, reportedInput, leastInput: leastInput(sent), newMessagesBound })) return false;
  const learnt = windowOfCut({ reportedInput, outputTokens }, null);
  if (window === null || learnt < window) await learn(deps, ref, learnt, 'truncation');
  return true;
}

async function learn(
  { store, catalogue }: ActivityDeps,
  model: string,
  window: number,
  from: 'error' | 'truncation',
): Promise<void> {
  const learnt = { model, window, from, learntAt: Date.now() };
  const known = catalogue.facts(model).contextWindow;
  if (windowInForce(known, learnt, learnt.learntAt) === window) await store.learnWindow(learnt);
}
