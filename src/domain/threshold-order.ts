import type { Thresholds } from './agent.ts';
import { contextLevels } from './thresholds.ts';

export interface OrderProblem {
  /** Below `thresholds`: `['context', 'warn']`. */
  readonly path: readonly [keyof Thresholds, string];
  readonly text: string;
}

/** Levels that would fire in another order than their names promise. */
export function orderProblems({ context, session }: Thresholds): OrderProblem[] {
  const set = contextLevels.flatMap((level) => {
    const at = context[level];
    return at === null ? [] : [{ level, at }];
  });
  const problems = set.flatMap(({ level, at }, index): OrderProblem[] => {
    const before = set[index - 1];
    if (before === undefined || before.at < at || (before.at === at && before.level !== 'warn')) return [];
    const must = before.level === 'warn' ? 'below' : 'at most';
    return [{ path: ['context', before.level], text: `${before.at} must be ${must} ${level} (${at})` }];
  });
  if (session.warnAt <= session.criticalAt) return problems;
  const text = `${session.warnAt} must be at most criticalAt (${session.criticalAt})`;
  return [...problems, { path: ['session', 'warnAt'], text }];
}
