import { useMemo, type ReactNode } from 'react';
import type { MessageMetrics } from '../../../../src/domain/metrics.ts';
import { Badge } from '../../ui/badge.tsx';
import { Num } from '../../ui/num.tsx';
import { callOfAnswer } from '../live/transcript.ts';
import { useScene } from './session-context.ts';

/** What an answer cost. Each figure opens the ledger rows of its call. */
export function MessageFigures({
  messageId,
  metrics,
}: {
  readonly messageId: string;
  readonly metrics: MessageMetrics;
}): ReactNode {
  const { openLedger, openRequest } = useScene();
  const callId = callOfAnswer(messageId);
  const { inputTokens, outputTokens, cacheReadTokens, totalTokens, cost, duration, model, provider, source } = metrics;
  const open = useMemo(() => {
    if (callId === null) return {};
    return { onOpen: () => openLedger({ callId }, { label: 'This answer', tokens: totalTokens, cost }) };
  }, [callId, openLedger, totalTokens, cost]);
  return (
    <p className="figures message-figures">
      <span title={`${provider}/${model}`}>{model}</span>
      <span>
        <Num value={inputTokens} label="tokens in" settled={source === 'reported'} {...open} /> in
        {cacheReadTokens === null || cacheReadTokens === 0 ? null : (
          <>
            {' '}
            (<Num value={cacheReadTokens} /> cached)
          </>
        )}
      </span>
      <span>
        <Num value={outputTokens} label="tokens out" settled={source === 'reported'} {...open} /> out
      </span>
      <Num value={cost} kind="usd" label="of cost" settled={source === 'reported'} {...open} />
      <Num value={duration} kind="seconds" />
      {source === 'estimated' ? <Badge tone="warn">estimated</Badge> : null}
      {callId === null ? null : (
        <button type="button" className="link-button" onClick={() => openRequest(callId)}>
          what the model saw
        </button>
      )}
    </p>
  );
}
