import type { AttemptView, CallView, ToolCallView } from '../../../src/client/inspect-api.ts';

/**
 * What a stretch of a call's time went into. `waiting` is before its first attempt: for a budget, a person, a place in
 * the queue; `retrying` between two attempts.
 */
export type PhaseKind = 'waiting' | 'retrying' | 'first-token' | 'streaming' | 'failed' | 'tool' | 'tool-failed';

/** Milliseconds since the epoch. */
export interface Phase {
  readonly kind: PhaseKind;
  readonly from: number;
  readonly to: number;
  /** Of an attempt. */
  readonly attempt?: AttemptView;
  /** It goes on: `to` is now. */
  readonly live?: true;
}

/** Shorter gaps are the work of passing a call on, and tell nothing. */
const leastWaitMs = 100;

/** @param readyAt when the call could have begun, and `null` when that is not known. */
export function callPhases({ attempts }: CallView, readyAt: number | null, now: number): readonly Phase[] {
  const phases: Phase[] = [];
  let free = readyAt;
  for (const [index, attempt] of attempts.toSorted((a, b) => a.attempt - b.attempt).entries()) {
    if (free !== null && attempt.startedAt - free >= leastWaitMs) {
      phases.push({ kind: index === 0 ? 'waiting' : 'retrying', from: free, to: attempt.startedAt });
    }
    phases.push(...attemptPhases(attempt, now));
    free = phases.at(-1)?.to ?? free;
  }
  return phases;
}

function attemptPhases(attempt: AttemptView, now: number): readonly Phase[] {
  const { startedAt: from, state, answered, timeToFirstTokenMs } = attempt;
  const live = state === 'reserved' && attempt.endedAt === null;
  const to = Math.max(from, attempt.endedAt ?? (live ? now : from + (attempt.durationMs ?? 0)));
  const open = live ? { live: true as const } : {};
  if (!live && !answered) return [{ kind: 'failed', from, to, attempt }];
  if (timeToFirstTokenMs === null) return [{ kind: 'first-token', from, to, attempt, ...open }];
  const first = Math.min(to, from + timeToFirstTokenMs);
  return [
    { kind: 'first-token', from, to: first, attempt },
    { kind: 'streaming', from: first, to, attempt, ...open },
  ];
}

/** @param askedAt when the answer that asks for the tool had ended. */
export function toolPhases(tool: ToolCallView, askedAt: number | null, now: number): readonly Phase[] {
  const { startedAt: from, endedAt, isError } = tool;
  if (from === null) return [];
  const waited = askedAt !== null && from - askedAt >= leastWaitMs;
  const to = Math.max(from, endedAt ?? now);
  return [
    ...(waited ? [{ kind: 'waiting', from: askedAt, to: from } as const] : []),
    { kind: isError ? 'tool-failed' : 'tool', from, to, ...(endedAt === null ? { live: true as const } : {}) },
  ];
}
