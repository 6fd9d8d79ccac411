import type { RunView } from '../../../src/client/inspect-api.ts';

export type SpendMeasure = 'tokens' | 'cost';

/** What a session had spent by an instant (milliseconds since the epoch). */
export interface SpendPoint {
  readonly at: number;
  readonly spent: number;
}

/**
 * The sum of a session's spending over time, a step at each run's end. What is not of these runs (earlier ones, and
 * compactions between them) comes first, so that the last point is the session's total.
 *
 * @param runs oldest first: the newest ones, or all.
 */
export function spendPoints(
  runs: readonly RunView[],
  total: number,
  measure: SpendMeasure,
  now: number,
): readonly SpendPoint[] {
  const of = ({ metrics }: RunView): number => (measure === 'cost' ? metrics.cost : metrics.totalTokens) ?? 0;
  const [first] = runs;
  if (first === undefined) return [];
  let spent = Math.max(0, total - runs.reduce((all, run) => all + of(run), 0));
  const points = [{ at: Date.parse(first.startedAt), spent }];
  for (const run of runs) {
    spent += of(run);
    points.push({ at: run.endedAt === null ? now : Date.parse(run.endedAt), spent });
  }
  return points;
}
