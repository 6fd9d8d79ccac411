import type { ReactNode } from 'react';
import type { LedgerRowView } from '../../../src/client/inspect-api.ts';
import { count, dollars, duration } from '../../../src/domain/figures.ts';
import { Badge, type BadgeTone } from '../ui/badge.tsx';
import { stateWords } from './ledger-words.ts';
import { clockTime, dateTime } from './times.ts';
import { VirtualRows } from './virtual-rows.tsx';
import './ledger-table.css';

const tones: Readonly<Record<LedgerRowView['state'], BadgeTone>> = {
  settled: 'fine',
  reserved: 'wait',
  estimated: 'warn',
  lost: 'critical',
  released: 'plain',
};

const columns = ['Time', 'Call', 'Agent', 'Model', 'State', 'Input', 'Output', 'Cost'] as const;

export interface LedgerTableProps {
  readonly rows: readonly LedgerRowView[];
  /** Shows the session of each row: they are of several. */
  readonly sessions?: boolean;
  readonly onEnd?: () => void;
  readonly onOpenCall?: (row: LedgerRowView) => void;
}

/** Rows of the ledger, one an attempt, of which thousands scroll smoothly. */
export function LedgerTable({ rows, sessions = false, onEnd, onOpenCall }: LedgerTableProps): ReactNode {
  return (
    <div className="ledger" role="table" aria-label="Ledger rows" aria-rowcount={rows.length}>
      <div role="rowgroup" className="ledger-head">
        <div role="row" className="ledger-row">
          {columns.map((title) => (
            <span key={title} role="columnheader" className={`ledger-${title.toLowerCase()}`}>
              {title}
            </span>
          ))}
        </div>
      </div>
      <VirtualRows
        rows={rows}
        keyOf={({ rowId }) => rowId}
        estimate={45}
        scrolls=".drawer-body, .session-panel"
        role="rowgroup"
        {...(onEnd === undefined ? {} : { onEnd })}
        render={(row) => <Row row={row} sessions={sessions} onOpenCall={onOpenCall} />}
      />
    </div>
  );
}

function Row({
  row,
  sessions,
  onOpenCall,
}: {
  readonly row: LedgerRowView;
  readonly sessions: boolean;
  readonly onOpenCall: LedgerTableProps['onOpenCall'];
}): ReactNode {
  const { state, error, cacheReadTokens, reasoningTokens, unreserved, simulated, member } = row;
  return (
    <div role="row" className={`ledger-row ledger-${state}`}>
      <span role="cell" className="ledger-time" title={dateTime(row.startedAt)}>
        {clockTime(row.startedAt)}
        <small>{row.durationMs === null ? '' : duration(row.durationMs / 1000)}</small>
      </span>
      <span role="cell" className="ledger-call">
        {onOpenCall === undefined ? (
          <code title={row.callId}>{row.callId}</code>
        ) : (
          <button type="button" className="ledger-open" onClick={() => onOpenCall(row)} title="What the model saw">
            <code>{row.callId}</code>
          </button>
        )}
        <small>{sessions && row.sessionId !== null ? row.sessionId : `attempt ${row.attempt}`}</small>
      </span>
      <span role="cell" className="ledger-agent">
        {member ?? row.agent}
        <small>{row.modelType}</small>
      </span>
      <span role="cell" className="ledger-model">
        {row.model}
        <small>
          {row.provider}
          {simulated && row.provider !== 'simulated' ? ' · simulated' : ''}
        </small>
      </span>
      <span role="cell" className="ledger-state">
        <Badge tone={tones[state]} title={stateWords[state]}>
          {state}
        </Badge>
        {unreserved ? (
          <Badge tone="warn" title="Told after the fact: no budget was asked before">
            unreserved
          </Badge>
        ) : null}
        {error === null ? null : <small>{error}</small>}
      </span>
      <Tokens name="Input" of={row.inputTokens} part={cacheReadTokens} word="cached" live={state === 'reserved'} />
      <Tokens name="Output" of={row.outputTokens} part={reasoningTokens} word="reasoning" live={state === 'reserved'} />
      <span role="cell" className="ledger-cost">
        {state === 'reserved' ? '–' : state === 'released' ? '$0' : dollars(row.cost)}
      </span>
    </div>
  );
}

function Tokens({
  name,
  of,
  part,
  word,
  live,
}: {
  readonly name: 'Input' | 'Output';
  readonly of: number | null;
  readonly part: number | null;
  readonly word: string;
  readonly live: boolean;
}): ReactNode {
  return (
    <span role="cell" className={`ledger-${name.toLowerCase()}`} data-name={name}>
      {of === null && live ? '–' : count(of)}
      <small>{part === null || part === 0 ? '' : `${count(part)} ${word}`}</small>
    </span>
  );
}
