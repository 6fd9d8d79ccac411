import { Context } from '@temporalio/activity';
import type { BudgetShortfall } from '../domain/budget.ts';
import { LoadlineError } from '../domain/errors.ts';
import {
  modelsLeft,
  mostAttempts,
  nextModel,
  passedOver,
  type ModelUse,
  type PassedOver,
} from '../domain/fallbacks.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import { ProviderFailure, type ModelAnswer } from '../providers/provider.ts';
import type { StoredAnswer } from '../store/store.ts';
import { beginAttempt, type AttemptScope } from './attempt.ts';
import { rowIdOf } from './charges.ts';
import { DeltaStream } from './deltas.ts';
import { closeFailed, closeRefused, outOfTime, stopped } from './end-attempt.ts';
import { refuse, tryAgain } from './failures.ts';
import { firstTokenLimit } from './first-token-limit.ts';
import { learnWindow } from './learn-window.ts';
import type { ModelCall } from './model-call.ts';
import type { Planned, TooLong } from './plan-request.ts';
import { reserveCall } from './reserve.ts';
import { untilStored } from './until-stored.ts';

export type Attempted =
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'waiting'; readonly shortfall: BudgetShortfall }
  | TooLong
  /** The provider refused the request as longer than its window, which it may have named. */
  | { readonly kind: 'overflow'; readonly ref: string; readonly message: string };

/** The attempt gave no answer, and this model is to be asked now. */
interface Next {
  readonly kind: 'next';
  readonly model: ModelUse;
}

/** What an attempt knows of the models of its call. */
interface Choice {
  /** Those that can be asked and that the call has not gone past. */
  readonly models: readonly ModelUse[];
  /** Those that can't be asked. */
  readonly notAsked: readonly PassedOver[];
}

/**
 * One attempt of a call: reserve, send, settle; and one of each further model that it goes to at once. Answers with what
 * the call's first commit stored.
 */
export async function attemptCall<Plan extends Planned>(call: ModelCall<Plan>): Promise<Attempted> {
  let choice = choiceOf(call);
  let { attempts } = call;
  for (;;) {
    const attempted = await attemptOnce({ ...call, attempts }, choice);
    if (attempted.kind !== 'next') return attempted;
    choice = { ...choice, models: choice.models.slice(choice.models.indexOf(attempted.model)) };
    attempts = (await call.deps.store.call(call.callId)).attempts;
  }
}

/** A model without its key or its address is passed over, where there is another one. */
function choiceOf({ deps, models }: ModelCall): Choice {
  const notAsked: PassedOver[] = [];
  const askable = models.filter(({ ref }) => {
    try {
      deps.target(ref);
      return true;
    } catch (error) {
      if (!(error instanceof LoadlineError) || models.length === 1) throw error;
      notAsked.push({ model: ref, reason: error.message });
      return false;
    }
  });
  if (askable.length === 0) {
    throw new LoadlineError('ProviderError', notAsked.map(({ reason }) => reason).join('; '));
  }
  for (const { model, reason } of notAsked) Context.current().log.warn('a model is passed over', { model, reason });
  return { models: askable, notAsked };
}

async function attemptOnce<Plan extends Planned>(call: ModelCall<Plan>, choice: Choice): Promise<Attempted | Next> {
  const { deps, attempts, callId } = call;
  const secondsLeft = call.secondsLeft - attempts.reduce((sum, row) => sum + (row.durationMs ?? 0), 0) / 1000;
  if (secondsLeft <= 0) throw outOfTime(call, '');
  if (attempts.length >= mostAttempts) {
    throw refuse('ProviderError', `Call ${callId} was tried ${attempts.length} times and never answered`);
  }
  const rowId = rowIdOf(call);
  const attempt = beginAttempt({ secondsLeft, prolong: (until) => deps.store.prolong(rowId, until) });
  try {
    const reserved = await reserveCall(call, modelsLeft(choice.models, attempts), choice.notAsked, attempt);
    if (reserved.kind !== 'reserved') return reserved;
    return await send(call, choice, reserved.plan, reserved.row, attempt, secondsLeft);
  } catch (error) {
    if (error !== attempt.signal.reason) throw error;
    throw stopped(call, attempt, '') ?? error;
  } finally {
    attempt.end();
  }
}

/** An answer that has not begun by then is not waited for where there is another model: its part of the time left. */
const waitShare = 1 / 2;

async function send<Plan extends Planned>(
  call: ModelCall<Plan>,
  choice: Choice,
  plan: Plan,
  row: LedgerRow,
  attempt: AttemptScope,
  secondsLeft: number,
): Promise<Attempted | Next> {
  const { deps } = call;
  const ref = `${row.provider}/${row.model}`;
  const { provider } = deps.target(ref);
  const isLast = choice.models.at(-1)?.ref === ref || row.attempt >= mostAttempts;
  const limit = firstTokenLimit(attempt.signal, isLast ? null : secondsLeft * waitShare);
  const deltas = call.streams ? new DeltaStream(deps, row) : null;
  let answer: ModelAnswer;
  try {
    answer = await provider.stream(plan.request, {
      signal: limit.signal,
      origin: { sessionId: row.sessionId, attemptId: row.id },
      onDelta(delta) {
        limit.begun();
        deltas?.push(delta);
      },
    });
  } catch (error) {
    await deltas?.end();
    if (error instanceof ProviderFailure) return await failed(call, choice, plan, row, attempt, limit.failureOf(error));
    await closeFailed(call, row, null, { message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    limit.begun();
  }
  await deltas?.end();
  const { finishReason } = answer;
  if (finishReason === 'refusal' || finishReason === 'content-filter') {
    const next = nextOf(call, choice, row, finishReason, { retryable: false, retryAfterMs: null });
    if (next !== null) {
      await closeRefused(call, row, answer, next.ref);
      return { kind: 'next', model: next };
    }
  }
  const settlement = await call.settlement(plan, row, answer);
  const { answer: stored, totals, corrected } = await untilStored(() => deps.store.settle(settlement));
  if (corrected) await deps.correct(row.sessionId, totals);
  return { kind: 'answered', answer: stored };
}

function nextOf(
  { attempts }: ModelCall,
  { models }: Choice,
  row: LedgerRow,
  error: string,
  failure: Pick<ProviderFailure, 'retryable' | 'retryAfterMs'>,
): ModelUse | null {
  return nextModel(models, [...attempts, { ...row, error }], failure);
}

/**
 * Closes the attempt's row; what happens next is to try again, to ask another model, to give up, to stop as it was told,
 * or to send less.
 */
async function failed<Plan extends Planned>(
  call: ModelCall<Plan>,
  choice: Choice,
  plan: Plan,
  row: LedgerRow,
  attempt: AttemptScope,
  failure: ProviderFailure,
): Promise<Attempted | Next> {
  const cause = attempt.cause();
  const next = cause === null ? nextOf(call, choice, row, failure.kind, failure) : null;
  const more = call.attempts.length + 1 < mostAttempts;
  const again = cause === null ? failure.retryable && more && next === null : cause === 'worker-shutdown';
  await closeFailed(call, row, failure, {
    message: failure.message,
    ...(again ? { retryInMs: failure.retryAfterMs ?? 0 } : {}),
    ...(next === null ? {} : { nextModel: next.ref }),
  });
  const text = failure.partial?.text ?? '';
  const stop = stopped(call, attempt, text);
  if (stop !== null) throw stop;
  if (next !== null) return { kind: 'next', model: next };
  if (again) throw tryAgain('ProviderError', failure.message, failure.retryAfterMs);
  if (failure.kind === 'context-length') {
    const ref = `${row.provider}/${row.model}`;
    await learnWindow(call.deps, ref, plan, failure);
    return { kind: 'overflow', ref, message: failure.message };
  }
  throw refuse('ProviderError', wordsOf(call, choice, row, failure), { kind: failure.kind, status: failure.status });
}

/** The failure's own words, and where other models came before it, how it went with them. */
function wordsOf({ attempts }: ModelCall, { notAsked }: Choice, row: LedgerRow, { message }: ProviderFailure): string {
  const ref = `${row.provider}/${row.model}`;
  const before = [...notAsked, ...passedOver(attempts, ref)].map(({ model, reason }) => `${model}: ${reason}`);
  return before.length === 0 ? message : `${ref}: ${message} (of the others, ${before.join('; ')})`;
}
