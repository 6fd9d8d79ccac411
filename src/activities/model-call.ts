import type { ModelUse } from '../domain/fallbacks.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import type { TreeLimits } from '../domain/run-tree.ts';
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
  /** In the order in which they are tried: the next one when one is down, refuses, or can't be asked. */
  readonly models: readonly [ModelUse, ...ModelUse[]];
  /**
   * What happens when no budget covers the call: it is refused, or waits, which the session must know of first, or goes
   * to the next model, and is refused when none of them is covered.
   */
  readonly onBudget: 'refuse' | 'wait' | 'fallback';
  readonly mayWait: boolean;
  /** In a team: limits of the run and of those above it. */
  readonly tree?: readonly TreeLimits[];
  /** Is the answer handed on to readers while it is written? */
  readonly streams: boolean;
  /** @param signal Ends it. */
  plan(target: ModelTarget, signal: AbortSignal): Promise<Plan | TooLong>;
  settlement(plan: Plan, row: LedgerRow, answer: ModelAnswer): Promise<Settlement>;
}
