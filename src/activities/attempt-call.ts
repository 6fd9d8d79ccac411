import { CancelledFailure } from '@temporalio/activity';
import type { BudgetShortfall } from '../domain/budget.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import { ProviderFailure, type ModelAnswer } from '../providers/provider.ts';
import type { StoredAnswer } from '../store/store.ts';
import { beginAttempt, type AttemptScope } from './attempt.ts';
import { chargeOfFailure, rowIdOf } from './charges.ts';
import { DeltaStream } from './deltas.ts';
import { refuse, tryAgain } from './failures.ts';
import { learnWindow } from './learn-window.ts';
import type { ModelCall } from './model-call.ts';
import type { Planned, TooLong } from './plan-request.ts';
import { reserveCall } from './reserve.ts';
import { untilStored } from './until-stored.ts';

/** A provider that fails the same call this often is given up; so is a call that its workers never survive. */
const mostAttempts = 8;

export type Attempted =
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'waiting'; readonly shortfall: BudgetShortfall }
  | TooLong
  /** The provider refused the request as longer than its window, which it may have named. */
  | { readonly kind: 'overflow'; readonly ref: string; readonly message: string };

/** One attempt of a call: reserve, send, settle. Answers with what the call's first commit stored. */
export async function attemptCall<Plan extends Planned>(call: ModelCall<Plan>): Promise<Attempted> {
  const { deps, attempts, callId } = call;
  const secondsLeft = call.secondsLeft - attempts.reduce((sum, row) => sum + (row.durationMs ?? 0), 0) / 1000;
  if (secondsLeft <= 0) throw outOfTime(call, '');
  if (attempts.length >= mostAttempts) {
    throw refuse('ProviderError', `Call ${callId} was tried ${attempts.length} times and never answered`);
  }
  const rowId = rowIdOf(call);
  const attempt = beginAttempt({ secondsLeft, prolong: (until) => deps.store.prolong(rowId, until) });
  try {
    const reserved = await reserveCall(call, attempt);
    if (reserved.kind !== 'reserved') return reserved;
    return await send(call, reserved.plan, reserved.row, attempt);
  } catch (error) {
    if (error !== attempt.signal.reason) throw error;
    throw stopped(call, attempt, '') ?? error;
  } finally {
    attempt.end();
  }
}

async function send<Plan extends Planned>(
  call: ModelCall<Plan>,
  plan: Plan,
  row: LedgerRow,
  attempt: AttemptScope,
): Promise<Attempted> {
  const { deps } = call;
  const { provider } = deps.target(`${row.provider}/${row.model}`);
  const deltas = call.streams ? new DeltaStream(deps, row) : null;
  let answer: ModelAnswer;
  try {
    answer = await provider.stream(plan.request, {
      signal: attempt.signal,
      onDelta: (delta) => deltas?.push(delta),
    });
  } catch (error) {
    await deltas?.end();
    if (error instanceof ProviderFailure) return await failed(call, plan, row, attempt, error);
    await close(call, row, null, error instanceof Error ? error.message : String(error), null);
    throw error;
  }
  await deltas?.end();
  const settlement = await call.settlement(plan, row, answer);
  const { answer: stored, totals, corrected } = await untilStored(() => deps.store.settle(settlement));
  if (corrected) await deps.correct(row.sessionId, totals);
  return { kind: 'answered', answer: stored };
}

/** As much of a call as its end needs. */
type Stoppable = Pick<ModelCall, 'deps' | 'attempts' | 'timeLimit'>;

/** Closes the attempt's row; what happens next is to try again, to give up, to stop as it was told, or to send less. */
async function failed(
  call: Stoppable,
  plan: Planned,
  row: LedgerRow,
  attempt: AttemptScope,
  failure: ProviderFailure,
): Promise<Attempted> {
  const cause = attempt.cause();
  const more = call.attempts.length + 1 < mostAttempts;
  const again = cause === null ? failure.retryable && more : cause === 'worker-shutdown';
  await close(call, row, failure, failure.message, again ? (failure.retryAfterMs ?? 0) : null);
  const text = failure.partial?.text ?? '';
  const stop = stopped(call, attempt, text);
  if (stop !== null) throw stop;
  if (again) throw tryAgain('ProviderError', failure.message, failure.retryAfterMs);
  if (failure.kind === 'context-length') {
    const ref = `${row.provider}/${row.model}`;
    await learnWindow(call.deps, ref, plan, failure);
    return { kind: 'overflow', ref, message: failure.message };
  }
  throw refuse('ProviderError', failure.message, { kind: failure.kind, status: failure.status });
}

/** What the workflow is told of an attempt that was stopped; `null`: it was not. */
function stopped(call: Stoppable, attempt: AttemptScope, text: string): Error | null {
  switch (attempt.cause()) {
    case null:
      return null;
    case 'deadline':
      return outOfTime(call, text);
    case 'worker-shutdown':
      return tryAgain('ProviderError', 'The worker shut down in mid-call', 0);
    case 'cancelled':
    case 'superseded':
      return new CancelledFailure('CANCELLED', [text]);
  }
}

async function close(
  call: Stoppable,
  row: LedgerRow,
  failure: ProviderFailure | null,
  message: string,
  retryInMs: number | null,
): Promise<void> {
  const endedAt = Date.now();
  const charge = await chargeOfFailure(call.deps, row, failure);
  const kind = failure?.kind ?? 'server';
  await untilStored(() =>
    call.deps.store.endAttempt({
      rowId: row.id,
      ...charge,
      error: kind,
      endedAt,
      timeToFirstTokenMs: failure?.partial?.timeToFirstTokenMs ?? null,
      events: [
        {
          type: 'call.failed',
          callId: row.callId,
          attempt: row.attempt,
          model: `${row.provider}/${row.model}`,
          error: kind,
          message,
          retryInMs,
        },
      ],
    }),
  );
}

function outOfTime({ timeLimit }: Stoppable, text: string): Error {
  return refuse('LimitReached', timeLimit, { text });
}
