import type { ModelType, LedgerRow } from '../domain/ledger.ts';
import type { ModelAnswer } from '../providers/provider.ts';
import type { Settlement } from '../store/store.ts';
import type { ActivityDeps, ModelTarget } from './deps.ts';
import type { Planned, TooLong } from './plan-request.ts';

/** Whose call it is. `runId` is `null` for the work between two runs. */
export interface Caller {
  readonly sessionId: string;
  readonly runId: string | null;
  readonly agent: string;
  readonly user?: string;
  readonly tenant?: string;
}

/** A model, by `provider/model`, and what it is used as. */
export interface ModelUse {
  readonly ref: string;
  readonly modelType: ModelType;
}

/** One request to a model that is to be answered once, whoever makes it and however often it is tried. */
export interface ModelCall<Plan extends Planned = Planned> {
  readonly deps: ActivityDeps;
  readonly caller: Caller;
  readonly callId: string;
  /** Those before this one, oldest first. */
  readonly attempts: readonly LedgerRow[];
  /** For all its attempts together. */
  readonly secondsLeft: number;
  /** What gives it that time, in words. */
  readonly timeLimit: string;
  /** The first that the budgets cover is used. */
  readonly models: readonly [ModelUse, ...ModelUse[]];
  /** What happens when no budget covers any: it is refused, or waits, which the session must know of first. */
  readonly onBudget: 'refuse' | 'wait';
  readonly mayWait: boolean;
  /** Is the answer handed on to readers while it is written? */
  readonly streams: boolean;
  /** @param signal Ends it. */
  plan(target: ModelTarget, signal: AbortSignal): Promise<Plan | TooLong>;
  settlement(plan: Plan, row: LedgerRow, answer: ModelAnswer): Promise<Settlement>;
}
