import type { ResolvedAgent } from '../config/index.ts';
import type { Thresholds } from '../domain/agent.ts';
import type { ThresholdFacts } from '../domain/steps.ts';
import { stopReason } from '../domain/threshold-words.ts';
import { standingOf, stopLevel, type ThresholdRules } from '../domain/thresholds.ts';
import type { SessionRow } from '../store/store.ts';

/**
 * The levels in force for an agent's session. An agent that never summarises has nothing to compact; one that sends no
 * history has no context that fills.
 *
 * @param agent `undefined`: the worker's config no longer has it.
 */
export function thresholdRules(agent: ResolvedAgent | undefined, levels: Thresholds): ThresholdRules {
  const spec = agent?.spec;
  return { levels, nothingLeftToCompact: spec?.summary === false && spec.history !== false };
}

/** What the workflow is told of a session's thresholds, from the row as its latest transaction left it. */
export function thresholdFacts(session: SessionRow, rules: ThresholdRules, runIsOpen: boolean): ThresholdFacts {
  const level = stopLevel(rules, standingOf(session, session.updatedAt), runIsOpen);
  return { thresholdsFired: session.thresholdsFired, stop: level === null ? null : stopReason(level) };
}
