import type { SessionDetails } from '../../../../src/client/api.ts';
import type { SessionMetrics } from '../../../../src/domain/metrics.ts';
import type { Live } from './live-state.ts';

/** A rough one, until the provider has counted. */
const charsOfToken = 4;

function draftTokens(live: Live, callId: string): number {
  const draft = live.drafts.get(callId);
  return draft === undefined ? 0 : Math.ceil((draft.text.length + draft.reasoning.length) / charsOfToken);
}

/** Tokens of the session with what its calls in flight have used by now, as far as one can guess. */
export function liveTokens(metrics: Pick<SessionMetrics, 'totalTokens'>, live: Live): number | null {
  const known = metrics.totalTokens;
  if (live.inFlight.size === 0) return known;
  const inFlight = [...live.inFlight.values()].reduce(
    (sum, { callId, inputTokensEstimated }) => sum + inputTokensEstimated + draftTokens(live, callId),
    0,
  );
  return (known ?? 0) + inFlight;
}

/** How full the context is while the agent itself is being answered; else as the session says. */
export function liveContext(
  { contextTokens, contextWindow, agent }: Pick<SessionDetails, 'contextTokens' | 'contextWindow' | 'agent'>,
  live: Live,
): { readonly tokens: number; readonly use: number | null } {
  const call = [...live.inFlight.values()].find(
    (one) => one.agent === agent && (one.modelType === 'model' || one.modelType === 'leader'),
  );
  const tokens = call === undefined ? contextTokens : call.inputTokensEstimated + draftTokens(live, call.callId);
  return { tokens, use: contextWindow === null ? null : tokens / contextWindow };
}
