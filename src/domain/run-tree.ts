import type { Limits } from './agent.ts';
import { toUsd, type NanoUsd } from './money.ts';

/** Limits of a run that hold for all the runs below it too: a team's members spend what their leader may. */
export interface TreeLimits extends Pick<Limits, 'callsPerRun' | 'toolCallsPerRun' | 'tokensPerRun' | 'costPerRun'> {
  readonly runId: string;
}

/** What a run and all the runs below it have taken so far. */
export interface TreeCounters {
  readonly runId: string;
  /** Calls of models that were begun. */
  readonly calls: number;
  /** Tool calls that models asked for. */
  readonly toolCalls: number;
  readonly tokens: number;
  readonly costNanoUsd: NanoUsd;
  /** Of calls in flight: the worst that they may come to. */
  readonly reservedTokens: number;
  readonly reservedNanoUsd: NanoUsd;
}

export interface TreeLimitReached {
  /** Whose limit it is. */
  readonly runId: string;
  readonly reason: string;
  /** Only calls in flight stand in the way, which may end with less. */
  readonly onlyForOthers: boolean;
}

export function treeLimitsOf(runId: string, limits: Limits): TreeLimits {
  const { callsPerRun, toolCallsPerRun, tokensPerRun, costPerRun } = limits;
  return { runId, callsPerRun, toolCallsPerRun, tokensPerRun, costPerRun };
}

function reachedBy(of: TreeCounters, limits: TreeLimits): Omit<TreeLimitReached, 'runId'> | null {
  const { callsPerRun, toolCallsPerRun, tokensPerRun, costPerRun } = limits;
  const settled = (reason: string) => ({ reason, onlyForOthers: false });
  const inFlight = (reason: string) => ({ reason: `${reason}, with the calls in flight`, onlyForOthers: true });
  if (of.toolCalls > toolCallsPerRun) {
    return settled(`the team's run would make ${of.toolCalls} tool calls; toolCallsPerRun allows ${toolCallsPerRun}`);
  }
  if (of.calls >= callsPerRun) {
    return settled(`the team's run has made ${of.calls} model calls; callsPerRun allows ${callsPerRun}`);
  }
  if (tokensPerRun !== null) {
    const reason = (tokens: number) => `the team's run has used ${tokens} tokens; tokensPerRun allows ${tokensPerRun}`;
    if (of.tokens >= tokensPerRun) return settled(reason(of.tokens));
    if (of.tokens + of.reservedTokens >= tokensPerRun) return inFlight(reason(of.tokens + of.reservedTokens));
  }
  if (costPerRun !== null) {
    const reason = (nano: NanoUsd) => `the team's run has cost $${toUsd(nano)}; costPerRun allows $${costPerRun}`;
    if (toUsd(of.costNanoUsd) >= costPerRun) return settled(reason(of.costNanoUsd));
    const most = of.costNanoUsd + of.reservedNanoUsd;
    if (toUsd(most) >= costPerRun) return inFlight(reason(most));
  }
  return null;
}

/**
 * The first limit that leaves no room for another call of a model.
 *
 * @param counters of a run and of those above it.
 */
export function treeLimitReached(
  counters: readonly TreeCounters[],
  limits: readonly TreeLimits[],
): TreeLimitReached | null {
  for (const one of limits) {
    const of = counters.find(({ runId }) => runId === one.runId);
    const reached = of === undefined ? null : reachedBy(of, one);
    if (reached !== null) return { runId: one.runId, ...reached };
  }
  return null;
}
