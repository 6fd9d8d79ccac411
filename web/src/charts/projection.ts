/** An amount that grows within a window of time. Times are milliseconds since the epoch. */
export interface Burn {
  readonly spent: number;
  readonly limit: number | null;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly now: number;
}

/** Where spending ends up if it goes on as it has since the window began: a straight line, no forecast. */
export interface Projection {
  /** What the window will have seen at its end. */
  readonly atEnd: number;
  /** When the limit is met, if that is before the window ends. */
  readonly limitAt: number | null;
}

/** A window of which less than this part has passed tells nothing of its end. */
const leastElapsed = 0.02;

/**
 * Spending goes on at the window's own average so far. `null`: nothing is spent, the window is over, or it has only just
 * begun.
 */
export function projectBurn({ spent, limit, windowStart, windowEnd, now }: Burn): Projection | null {
  const length = windowEnd - windowStart;
  const elapsed = now - windowStart;
  if (spent <= 0 || length <= 0 || now >= windowEnd || elapsed < length * leastElapsed) return null;
  const perMs = spent / elapsed;
  const atEnd = spent + perMs * (windowEnd - now);
  if (limit === null) return { atEnd, limitAt: null };
  if (spent >= limit) return { atEnd, limitAt: now };
  return { atEnd, limitAt: atEnd > limit ? now + (limit - spent) / perMs : null };
}
