import { Context } from '@temporalio/activity';
import { setTimeout as sleep } from 'node:timers/promises';
import { neverFits, waitsOnlyForOthers, type BudgetShortfall } from '../domain/budget.ts';
import { explainShortfall } from '../domain/budget-words.ts';
import { LoadlineError } from '../domain/errors.ts';
import { passedOver, type ModelUse, type PassedOver } from '../domain/fallbacks.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import { toUsd } from '../domain/money.ts';
import type { StoredAnswer } from '../store/store.ts';
import { leaseMs, type AttemptScope } from './attempt.ts';
import { reservedRow } from './charges.ts';
import { tryAgain } from './failures.ts';
import type { ModelCall } from './model-call.ts';
import type { Planned, TooLong } from './plan-request.ts';

/** Calls in flight hold their worst case; most end within this with far less. */
const othersMs = 30_000;
const lookAgainMs = 200;

/**
 * A waiting call looks again soon at first, while somebody may be about to raise the limit, and later less and less often,
 * but always within 30 s: a wait of days must not keep the server busy.
 */
const firstWaitMs = 1_000;
const waitGrowth = 1.5;
const waitMs = 25_000;
/** Part of the wait. */
const jitter = 0.12;

export type Reserved<Plan extends Planned> =
  | { readonly kind: 'reserved'; readonly row: LedgerRow; readonly plan: Plan }
  /** An earlier attempt's answer came in between. */
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  /** The policy is to wait, and nobody knows of it yet. */
  | { readonly kind: 'waiting'; readonly shortfall: BudgetShortfall }
  | TooLong;

/**
 * Plans the call's request for the first model and reserves its worst case on every budget that applies. Under the policy
 * `fallback` a model that a budget does not cover gives way to the next; so does a fallback for which the request is too
 * long. Else the call waits or is refused, as its policy is.
 *
 * @param models in the order in which they are tried.
 * @param notAsked those before them that can't be asked.
 * @throws LoadlineError `BudgetExceeded` when it is refused; a retryable failure while it waits.
 */
export async function reserveCall<Plan extends Planned>(
  call: ModelCall<Plan>,
  models: readonly ModelUse[],
  notAsked: readonly PassedOver[],
  attempt: AttemptScope,
): Promise<Reserved<Plan>> {
  let passed = [...notAsked];
  let short: BudgetShortfall | null = null;
  let tooLong: TooLong | null = null;
  for (const model of models) {
    const before = [...passed, ...passedOver(call.attempts, model.ref)];
    const tried = await tryModel(call, model, before, attempt);
    if (tried.kind === 'short') {
      short ??= tried.shortfall;
      if (call.onBudget !== 'fallback') break;
      passed = [...passed, { model: model.ref, reason: explainShortfall(tried.shortfall) }];
    } else if (tried.kind === 'too-long' && model.modelType === 'fallback') {
      tooLong ??= tried;
      passed = [...passed, { model: model.ref, reason: explainTooLong(tried) }];
    } else return tried;
  }
  if (short === null && tooLong !== null) return tooLong;
  if (short === null) throw new Error(`Call ${call.callId} has no model left to go to`);
  if (call.onBudget !== 'wait' || neverFits(short)) throw exceeded(short);
  if (!call.mayWait) return { kind: 'waiting', shortfall: short };
  throw tryAgain('BudgetExceeded', explainShortfall(short), delayUntil(short.end));
}

function explainTooLong({ inputBound, window }: TooLong): string {
  return `the request needs up to ${inputBound} tokens, its window has ${window}`;
}

type Tried<Plan extends Planned> = Reserved<Plan> | { readonly kind: 'short'; readonly shortfall: BudgetShortfall };

/** One model; where only calls in flight stand in the way, for as long as these may need to end. */
async function tryModel<Plan extends Planned>(
  call: ModelCall<Plan>,
  { ref, modelType }: ModelUse,
  before: readonly PassedOver[],
  attempt: AttemptScope,
): Promise<Tried<Plan>> {
  const { deps } = call;
  const target = deps.target(ref);
  const plan = await call.plan(target, attempt.signal);
  if (plan.kind === 'too-long') return plan;
  const until = Date.now() + othersMs;
  for (;;) {
    const row = reservedRow(call, target, plan, modelType);
    const { answer, shortfall, limit } = await deps.store.reserve({
      row,
      rules: deps.budgets,
      owner: { taskToken: Context.current().info.base64TaskToken, ...deps.process },
      leaseUntil: Date.now() + leaseMs,
      request: plan.record,
      ...(call.tree === undefined ? {} : { tree: call.tree }),
      events: [
        {
          type: 'call.started',
          callId: row.callId,
          attempt: row.attempt,
          model: ref,
          modelType,
          inputTokensEstimated: plan.inputTokens,
          plan: plan.report,
          ...(before.length === 0 ? {} : { passedOver: before }),
        },
      ],
    });
    if (answer !== null) return { kind: 'answered', answer };
    if (limit === null && shortfall === null) return { kind: 'reserved', row, plan };
    const isLate = Date.now() >= until;
    // For as long as the run has time: a member that waits holds nothing that others wait for.
    if (limit?.onlyForOthers === false) throw new LoadlineError('LimitReached', limit.reason);
    if (shortfall !== null && (isLate || !waitsOnlyForOthers(shortfall))) return { kind: 'short', shortfall };
    await sleep(lookAgainMs, undefined, { signal: attempt.signal }).catch(() => undefined);
    attempt.signal.throwIfAborted();
  }
}

function exceeded(shortfall: BudgetShortfall): LoadlineError {
  const { scope, key, window, unit, limit, spent, reserved, needed, end } = shortfall;
  const shown = (amount: number): number => (unit === 'cost' ? toUsd(amount) : amount);
  return new LoadlineError('BudgetExceeded', explainShortfall(shortfall), {
    scope,
    key,
    window,
    unit,
    limit: shown(limit),
    spent: shown(spent),
    reserved: shown(reserved),
    needed: needed === null ? null : shown(needed),
    resetsAt: end,
  });
}

/** Waiters of one budget must not all come back at its reset in the same moment. */
function delayUntil(end: string | null): number {
  const reset = end === null ? Infinity : Math.max(0, Date.parse(end) - Date.now());
  const growing = firstWaitMs * waitGrowth ** (Context.current().info.attempt - 1);
  const spread = Math.random() * jitter * Math.max(growing, firstWaitMs);
  return Math.round(Math.min(reset, growing, waitMs) + Math.min(spread, jitter * waitMs));
}
