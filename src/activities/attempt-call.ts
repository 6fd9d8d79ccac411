import { CancelledFailure } from '@temporalio/activity';
import type { ResolvedAgent } from '../config/index.ts';
import type { BudgetShortfall } from '../domain/budget.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import type { CallInput } from '../domain/steps.ts';
import { ProviderFailure, type ModelAnswer } from '../providers/provider.ts';
import type { RunRow, StoredAnswer } from '../store/store.ts';
import { beginAttempt, type AttemptScope } from './attempt.ts';
import { chargeOfFailure, rowIdOf } from './charges.ts';
import { DeltaStream } from './deltas.ts';
import type { ActivityDeps } from './deps.ts';
import { refuse, tryAgain } from './failures.ts';
import { reserveCall } from './reserve.ts';
import type { PlannedRequest } from './plan-request.ts';
import { untilStored } from './until-stored.ts';
import { settlementOf } from './settle.ts';

/** A provider that fails the same call this often is given up; so is a call that its workers never survive. */
const mostAttempts = 8;

export interface CallToAttempt {
  readonly deps: ActivityDeps;
  readonly agent: ResolvedAgent;
  readonly input: CallInput;
  readonly run: RunRow;
  readonly callId: string;
  /** Those before this one. */
  readonly attempts: readonly LedgerRow[];
}

export type Attempted =
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'waiting'; readonly shortfall: BudgetShortfall };

/** One attempt of a call: reserve, send, settle. Answers with what the call's first commit stored. */
export async function attemptCall(call: CallToAttempt): Promise<Attempted> {
  const { deps, input, attempts, callId } = call;
  const secondsLeft = input.secondsLeft - attempts.reduce((sum, row) => sum + (row.durationMs ?? 0), 0) / 1000;
  if (secondsLeft <= 0) throw outOfTime(input, '');
  if (attempts.length >= mostAttempts) {
    throw refuse('ProviderError', `Call ${callId} was tried ${attempts.length} times and never answered`);
  }
  const rowId = rowIdOf(call);
  const attempt = beginAttempt({ secondsLeft, prolong: (until) => deps.store.prolong(rowId, until) });
  try {
    const reserved = await reserveCall(call, attempt);
    if (reserved.kind !== 'reserved') return reserved;
    return { kind: 'answered', answer: await send(call, reserved.plan, reserved.row, attempt) };
  } catch (error) {
    if (error !== attempt.signal.reason) throw error;
    throw stopped(call, attempt, '') ?? error;
  } finally {
    attempt.end();
  }
}

async function send(
  call: CallToAttempt,
  plan: PlannedRequest,
  row: LedgerRow,
  attempt: AttemptScope,
): Promise<StoredAnswer> {
  const { deps } = call;
  const { provider } = deps.target(`${row.provider}/${row.model}`);
  const deltas = new DeltaStream(deps, call.input.run, row);
  let answer: ModelAnswer;
  try {
    answer = await provider.stream(plan.request, {
      signal: attempt.signal,
      onDelta: (delta) => deltas.push(delta),
    });
  } catch (error) {
    await deltas.end();
    if (error instanceof ProviderFailure) throw await failed(call, plan, row, attempt, error);
    await close(call, row, null, error instanceof Error ? error.message : String(error), null);
    throw error;
  }
  await deltas.end();
  const settlement = await settlementOf(call, plan, row, answer);
  const { answer: stored, totals, corrected } = await untilStored(() => deps.store.settle(settlement));
  if (corrected) await deps.correct(row.sessionId, totals);
  return stored;
}

/** Closes the attempt's row and says what the workflow does next: try again, give up, or stop as it was told. */
async function failed(
  call: CallToAttempt,
  plan: PlannedRequest,
  row: LedgerRow,
  attempt: AttemptScope,
  failure: ProviderFailure,
): Promise<Error> {
  const cause = attempt.cause();
  const more = call.attempts.length + 1 < mostAttempts;
  const again = cause === null ? failure.retryable && more : cause === 'worker-shutdown';
  await close(call, row, failure, failure.message, again ? (failure.retryAfterMs ?? 0) : null);
  const text = failure.partial?.text ?? '';
  const stop = stopped(call, attempt, text);
  if (stop !== null) return stop;
  if (again) return tryAgain('ProviderError', failure.message, failure.retryAfterMs);
  if (failure.kind === 'context-length') {
    return refuse('LimitReached', `${row.provider}/${row.model} found the request too long: ${failure.message}`, {
      inputBound: plan.inputBound,
    });
  }
  return refuse('ProviderError', failure.message, { kind: failure.kind, status: failure.status });
}

/** What the workflow is told of an attempt that was stopped; `null`: it was not. */
function stopped({ input }: CallToAttempt, attempt: AttemptScope, text: string): Error | null {
  switch (attempt.cause()) {
    case null:
      return null;
    case 'deadline':
      return outOfTime(input, text);
    case 'worker-shutdown':
      return tryAgain('ProviderError', 'The worker shut down in mid-call', 0);
    case 'cancelled':
    case 'superseded':
      return new CancelledFailure('CANCELLED', [text]);
  }
}

async function close(
  call: CallToAttempt,
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

function outOfTime(input: CallInput, text: string): Error {
  const message = `run ${input.run.runId} has used up the time that limits.runSeconds gives it`;
  return refuse('LimitReached', message, { text });
}
