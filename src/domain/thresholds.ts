import type { Thresholds } from './agent.ts';
import { type ContextUse, type Totals, tallyOf } from './metrics.ts';

export type ThresholdMeasure = 'context' | 'tokens' | 'cost' | 'runs' | 'ageHours';
export type ThresholdLevel = 'warn' | 'compact' | 'critical' | 'stop' | 'reached';

/** Where a session stands, in whole numbers: tokens, nano-dollars, runs, milliseconds. */
export interface SessionStanding {
  readonly context: ContextUse;
  readonly tokens: number;
  readonly costNanoUsd: number;
  /** Those that have ended. */
  readonly runs: number;
  readonly ageMs: number;
}

/** The levels in force, and whether a full context could still be made smaller. */
export interface ThresholdRules {
  readonly levels: Thresholds;
  /** Nothing can leave the context any more: its `stop` closes the session. */
  readonly nothingLeftToCompact: boolean;
}

/** A level that a session stands at or above. */
export interface ReachedLevel {
  /** `context.warn`, `session.tokens.critical`, `session.cost.reached` and the like. */
  readonly name: string;
  readonly axis: 'context' | 'session';
  readonly measure: ThresholdMeasure;
  readonly level: ThresholdLevel;
  /** The fraction of the limit at which it fires. */
  readonly fraction: number;
  /** In the measure's whole numbers: tokens, nano-dollars, runs, milliseconds. */
  readonly value: number;
  readonly limit: number;
}

/** In the order in which a filling window meets them. */
export const contextLevels = ['warn', 'compact', 'critical', 'stop'] as const satisfies readonly ThresholdLevel[];
export const sessionMeasures = ['tokens', 'cost', 'runs', 'ageHours'] as const satisfies readonly ThresholdMeasure[];

/** @param at the time (ISO 8601) by which the session's age is told. */
export function standingOf(
  session: {
    readonly totals: Totals;
    readonly context: ContextUse;
    readonly runsEnded: number;
    readonly createdAt: string;
  },
  at: string,
): SessionStanding {
  const { totals, context, runsEnded, createdAt } = session;
  return {
    context,
    tokens: tallyOf(totals).usage.totalTokens.known,
    costNanoUsd: tallyOf(totals).costNanoUsd,
    runs: runsEnded,
    ageMs: Math.max(0, Date.parse(at) - Date.parse(createdAt)),
  };
}

/** The least whole value that is no smaller than this fraction of a whole limit. */
export function markOf(limit: number, fraction: number): number {
  const millionths = BigInt(Math.round(fraction * 1e6));
  // Exact: nano-dollars in millionths are past what a double holds.
  return Math.max(1, Number((BigInt(limit) * millionths + 999_999n) / 1_000_000n));
}

/** A session limit as people set it (tokens, dollars, runs, hours) in the whole numbers that are counted. */
export function wholeLimit(measure: ThresholdMeasure, limit: number): number {
  const scale = measure === 'cost' ? 1e9 : measure === 'ageHours' ? 3_600_000 : 1;
  return Math.min(Math.max(1, Math.round(limit * scale)), Number.MAX_SAFE_INTEGER);
}

/** A counted number as people read it: tokens, dollars, runs, hours. */
export function shownValue(measure: ThresholdMeasure, value: number): number {
  return measure === 'cost' ? value / 1e9 : measure === 'ageHours' ? value / 3_600_000 : value;
}

export function valueOf(measure: ThresholdMeasure, standing: SessionStanding): number {
  switch (measure) {
    case 'context':
      return standing.context.tokens;
    case 'tokens':
      return standing.tokens;
    case 'cost':
      return standing.costNanoUsd;
    case 'runs':
      return standing.runs;
    case 'ageHours':
      return standing.ageMs;
  }
}

/** All levels that the session stands at or above, each measure's from the lowest up. */
export function reachedLevels({ context, session }: Thresholds, standing: SessionStanding): ReachedLevel[] {
  const { window } = standing.context;
  const inContext = contextLevels.flatMap((level) => {
    const fraction = context[level];
    if (fraction === null || window === null || window <= 0) return [];
    return [{ name: `context.${level}`, axis: 'context', measure: 'context', level, fraction, limit: window } as const];
  });
  const fractions = [
    ['warn', session.warnAt],
    ['critical', session.criticalAt],
    ['reached', 1],
  ] as const;
  const ofSession = sessionMeasures.flatMap((measure) => {
    const set = session[measure];
    if (set === null) return [];
    const limit = wholeLimit(measure, set);
    return fractions.map(([level, fraction]) => {
      return { name: `session.${measure}.${level}`, axis: 'session', measure, level, fraction, limit } as const;
    });
  });
  return [...inContext, ...ofSession]
    .map((level) => ({ ...level, value: valueOf(level.measure, standing) }))
    .filter(({ value, limit, fraction }) => value >= markOf(limit, fraction));
}

/**
 * Which levels stand fired now, and which of them have just begun to: a level fires once until the session falls back
 * below it. While the window is unknown, nothing fires on the context and nothing falls back.
 */
export function fireThresholds(
  before: readonly string[],
  thresholds: Thresholds,
  standing: SessionStanding,
): { readonly fired: readonly string[]; readonly begun: readonly ReachedLevel[] } {
  const reached = reachedLevels(thresholds, standing);
  const held = contextLevels
    .filter((level) => standing.context.window === null && thresholds.context[level] !== null)
    .map((level) => `context.${level}`)
    .filter((name) => before.includes(name));
  return {
    fired: [...held, ...reached.map(({ name }) => name)],
    begun: reached.filter(({ name }) => !before.includes(name)),
  };
}

/**
 * The level that closes the session, if there is one.
 *
 * @param runIsOpen a run is to be ended by it: the run that fills a number of runs is answered whole.
 */
export function stopLevel(
  { levels, nothingLeftToCompact }: ThresholdRules,
  standing: SessionStanding,
  runIsOpen: boolean,
): ReachedLevel | null {
  const closes = ({ axis, measure, level }: ReachedLevel): boolean => {
    if (axis === 'context') return level === 'stop' && nothingLeftToCompact;
    return level === 'reached' && levels.session.onReach === 'stop' && !(measure === 'runs' && runIsOpen);
  };
  return reachedLevels(levels, standing).find(closes) ?? null;
}
