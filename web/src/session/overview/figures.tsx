import type { ReactNode } from 'react';
import type { LedgerQuery } from '../../../../src/client/inspect-api.ts';
import type { SessionMetrics } from '../../../../src/domain/metrics.ts';
import type { ShownNumber } from '../../inspect/ledger-verdict.ts';
import { count } from '../../../../src/domain/figures.ts';
import { Num } from '../../ui/num.tsx';
import { useScene } from '../thread/session-context.ts';
import './figures.css';

export interface FiguresProps {
  readonly metrics: SessionMetrics;
  /** With what calls in flight have used by now. */
  readonly tokens: number | null;
  readonly settled: boolean;
}

/** What the session has used. Each sum opens the ledger rows that it is made of. */
export function Figures({ metrics, tokens, settled }: FiguresProps): ReactNode {
  const { openLedger } = useScene();
  const open = (query: LedgerQuery, shown: ShownNumber) => ({ onOpen: () => openLedger(query, shown), settled });
  const { totalTokens, inputTokens, outputTokens, cacheReadTokens, reasoningTokens, cost, cacheSavings } = metrics;
  return (
    <dl className="figures figure-grid">
      <Figure
        name="Tokens"
        note={metrics.estimatedTokens === 0 ? undefined : `${count(metrics.estimatedTokens)} estimated`}
      >
        <Num value={tokens} label="tokens" {...open({}, { label: 'Tokens of the session', tokens: totalTokens })} />
      </Figure>
      <Figure name="Cost" note={metrics.costUnknown === true ? 'some prices are unknown' : undefined}>
        <Num value={cost} kind="usd" label="of cost" {...open({}, { label: 'Cost of the session', cost })} />
      </Figure>
      <Figure name="Cache saved">
        <Num value={cacheSavings} kind="usd" settled={settled} />
      </Figure>
      <Figure name="Runs">
        <Num value={metrics.runs} />
      </Figure>
      <Figure name="In">
        <Num
          value={inputTokens}
          label="tokens in"
          {...open({}, { label: 'Tokens in', tokens: inputTokens, field: 'inputTokens' })}
        />
      </Figure>
      <Figure name="of it cached">
        <Num
          value={cacheReadTokens}
          label="cached tokens"
          {...open({}, { label: 'Cached tokens', tokens: cacheReadTokens, field: 'cacheReadTokens' })}
        />
      </Figure>
      <Figure name="Out">
        <Num
          value={outputTokens}
          label="tokens out"
          {...open({}, { label: 'Tokens out', tokens: outputTokens, field: 'outputTokens' })}
        />
      </Figure>
      <Figure name="of it reasoning">
        <Num
          value={reasoningTokens}
          label="reasoning tokens"
          {...open({}, { label: 'Reasoning tokens', tokens: reasoningTokens, field: 'reasoningTokens' })}
        />
      </Figure>
      <Figure
        name="Calls"
        note={
          metrics.failedAttempts === 0
            ? undefined
            : `${metrics.failedAttempts} failed ${metrics.failedAttempts === 1 ? 'attempt' : 'attempts'}`
        }
      >
        <Num value={metrics.calls} settled={settled} />
      </Figure>
      <Figure name="Tools" note={metrics.toolErrors === 0 ? undefined : `${metrics.toolErrors} failed`}>
        <Num value={metrics.toolCalls} />
      </Figure>
      <Figure name="Compactions">
        <Num value={metrics.compactions} />
      </Figure>
      <Figure name="Working time">
        <Num value={metrics.duration} kind="seconds" />
      </Figure>
    </dl>
  );
}

function Figure({
  name,
  note,
  children,
}: {
  readonly name: string;
  readonly note?: string | undefined;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        {note === undefined ? null : <span className="figure-note">{note}</span>}
      </dd>
    </div>
  );
}
