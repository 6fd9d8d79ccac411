import { CancelledFailure } from '@temporalio/activity';
import type { EventBody } from '../domain/events.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import type { ModelAnswer, ProviderFailure } from '../providers/provider.ts';
import type { AttemptScope } from './attempt.ts';
import { chargeOfFailure } from './charges.ts';
import { refuse, tryAgain } from './failures.ts';
import type { ModelCall } from './model-call.ts';
import { billOf } from './settle.ts';
import { untilStored } from './until-stored.ts';

/** As much of a call as its end needs. */
type Ending = Pick<ModelCall, 'deps' | 'timeLimit'>;

/** What people are told of an attempt without an answer. */
interface Told {
  readonly message: string;
  readonly retryInMs?: number;
  readonly nextModel?: string;
}

/** What the workflow is told of an attempt that was stopped; `null`: it was not. */
export function stopped(call: Ending, attempt: AttemptScope, text: string): Error | null {
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

export function outOfTime({ timeLimit }: Ending, text: string): Error {
  return refuse('LimitReached', timeLimit, { text });
}

/** Closes the row of an attempt that failed. */
export async function closeFailed(
  { deps }: Ending,
  row: LedgerRow,
  failure: ProviderFailure | null,
  told: Told,
): Promise<void> {
  const endedAt = Date.now();
  const charge = await chargeOfFailure(deps, row, failure);
  const error = failure?.kind ?? 'server';
  await untilStored(() =>
    deps.store.endAttempt({
      rowId: row.id,
      ...charge,
      error,
      endedAt,
      timeToFirstTokenMs: failure?.partial?.timeToFirstTokenMs ?? null,
      events: [callFailed(row, error, told)],
    }),
  );
}

/** Settles the row of an attempt that was refused, as another model is asked: the refusal is paid for all the same. */
export async function closeRefused(
  { deps }: Ending,
  row: LedgerRow,
  answer: ModelAnswer,
  nextModel: string,
): Promise<void> {
  const error = answer.finishReason;
  const message =
    error === 'refusal' ? 'The model refused to answer' : "The provider's content filter stopped the answer";
  const bill = billOf(deps, row, answer);
  const { totals, corrected } = await untilStored(() =>
    deps.store.settleRefused({ ...bill, error, events: [callFailed(row, error, { message, nextModel })] }),
  );
  if (corrected) await deps.correct(row.sessionId, totals);
}

function callFailed(row: LedgerRow, error: string, { message, retryInMs, nextModel }: Told): EventBody {
  return {
    type: 'call.failed',
    callId: row.callId,
    attempt: row.attempt,
    model: `${row.provider}/${row.model}`,
    error,
    message,
    retryInMs: retryInMs ?? (nextModel === undefined ? null : 0),
    ...(nextModel === undefined ? {} : { nextModel }),
  };
}
