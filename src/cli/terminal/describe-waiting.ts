import type { WaitingFor } from '../../domain/run.ts';
import { resetText } from './describe-budgets.ts';

/** What a run waits for: `a budget, which resets in 13 h (2026-11-23 00:00 UTC)`. */
export function describeWaiting(waitingFor: readonly WaitingFor[], now: number): string {
  return waitingFor.map((one) => (one.kind === 'budget' ? budget(one, now) : JSON.stringify(one))).join(', ');
}

function budget({ until }: WaitingFor, now: number): string {
  return until === undefined ? 'a budget, which never resets' : `a budget, which resets ${resetText(until, now)}`;
}
