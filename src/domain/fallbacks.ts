import type { LedgerRow, ModelType } from './ledger.ts';

/** A model, by `provider/model`, and what it is used as. */
export interface ModelUse {
  readonly ref: string;
  readonly modelType: ModelType;
}

/** A model that a call did not go to, or no longer goes to, and why. */
export interface PassedOver {
  readonly model: string;
  readonly reason: string;
}

/**
 * Tries of a call in all, whichever models they go to: a call that fails this often is given up, and so is one that its
 * workers never survive.
 */
export const mostAttempts = 8;

/** Tries of a model that has another one behind it; one where they would not reach the last of many models. */
const triesBeforeNext = 2;

/** A provider that wants us to wait for longer is not waited for while there is another model. */
const longestWaitMs = 5_000;

/** Another try of the same model may do better. */
const passing = new Set(['rate-limit', 'overloaded', 'server', 'timeout', 'connection', 'stream-broken']);

/** Another try of the same model changes nothing. Other errors of a row (a lost worker, a stop) tell nothing of its model. */
const lasting = new Set([
  ...['authentication', 'permission', 'not-found', 'bad-request'],
  ...['refusal', 'content-filter'],
]);

type Tried = Pick<LedgerRow, 'provider' | 'model' | 'error'>;

/**
 * An agent's model and its fallbacks, in the order in which a call of a run is to try them: a run stays with the model
 * that answered last, since another one does not understand its reasoning.
 *
 * @param latest that model; `null`: the run has no answer yet.
 * @param modelType what the agent's own model is used as.
 * @example
 * modelsInOrder({ model: 'a/1', fallbacks: ['b/1', 'c/1'] }, 'b/1'); // b/1, c/1, a/1
 */
export function modelsInOrder(
  { model, fallbacks }: { readonly model: string; readonly fallbacks: readonly string[] },
  latest: string | null,
  modelType: ModelType = 'model',
): readonly [ModelUse, ...ModelUse[]] {
  const own: ModelUse = { ref: model, modelType };
  const others = [...new Set(fallbacks)].filter((ref) => ref !== model);
  const all = [own, ...others.map((ref): ModelUse => ({ ref, modelType: 'fallback' }))];
  const at = Math.max(
    0,
    all.findIndex(({ ref }) => ref === latest),
  );
  const [first = own, ...rest] = [...all.slice(at), ...all.slice(0, at)];
  return [first, ...rest];
}

/**
 * The models that the next attempt of a call may go to, in order. It never goes back to one before the furthest that was
 * tried; the last one is never given up but with its call.
 *
 * @param attempts all of the call so far.
 */
export function modelsLeft(models: readonly ModelUse[], attempts: readonly Tried[]): readonly ModelUse[] {
  const at = furthest(models, attempts);
  return models.slice(isGivenUp(models, at, attempts) ? at + 1 : at);
}

/**
 * The model that a call goes to after its latest attempt failed, where it is another one.
 *
 * @param attempts with the one that failed as the last.
 */
export function nextModel(
  models: readonly ModelUse[],
  attempts: readonly Tried[],
  { retryable, retryAfterMs }: { readonly retryable: boolean; readonly retryAfterMs: number | null },
): ModelUse | null {
  const error = attempts.at(-1)?.error ?? '';
  const tellsOfModel = passing.has(error) || lasting.has(error);
  if (!tellsOfModel || attempts.length >= mostAttempts) return null;
  const at = furthest(models, attempts);
  const isOver = !retryable || (retryAfterMs ?? 0) > longestWaitMs || isGivenUp(models, at, attempts);
  return isOver ? (models[at + 1] ?? null) : null;
}

/** The models that attempts of a call went to before one, each with how it went. */
export function passedOver(attempts: readonly Tried[], current: string): readonly PassedOver[] {
  const refs = [...new Set(attempts.map(refOf))].filter((ref) => ref !== current);
  return refs.map((model) => {
    const errors = attempts.filter((row) => refOf(row) === model).map(({ error }) => error ?? 'lost');
    return { model, reason: errors.join(', ') };
  });
}

function refOf({ provider, model }: Tried): string {
  return `${provider}/${model}`;
}

function furthest(models: readonly ModelUse[], attempts: readonly Tried[]): number {
  const indices = attempts.map((row) => models.findIndex(({ ref }) => ref === refOf(row)));
  return Math.max(0, ...indices);
}

function isGivenUp(models: readonly ModelUse[], at: number, attempts: readonly Tried[]): boolean {
  if (at >= models.length - 1) return false;
  const errors = attempts.filter((row) => refOf(row) === models[at]?.ref).map(({ error }) => error ?? '');
  const tries = models.length * triesBeforeNext > mostAttempts ? 1 : triesBeforeNext;
  return errors.some((error) => lasting.has(error)) || errors.filter((error) => passing.has(error)).length >= tries;
}
