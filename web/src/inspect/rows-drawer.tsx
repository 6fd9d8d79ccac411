import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useState, type ReactNode } from 'react';
import type { LedgerRowView } from '../../../src/client/inspect-api.ts';
import { count } from '../../../src/domain/figures.ts';
import { messageOf } from '../api/problem.ts';
import { Drawer } from '../ui/drawer.tsx';
import { Icon } from '../ui/icon.tsx';
import { inFlightQuery, rowsQuery, type LedgerSource } from './ledger-source.ts';
import { LedgerTable } from './ledger-table.tsx';
import { ledgerVerdict, type LedgerVerdict, type ShownNumber } from './ledger-verdict.ts';
import { verdictLine } from './ledger-words.ts';
import { RequestDrawer } from './request-view.tsx';

export interface RowsDrawerProps {
  readonly source: LedgerSource;
  readonly shown: ShownNumber;
  /** Names the session of each row: they are of several. */
  readonly sessions?: boolean;
  readonly onClose: () => void;
}

/** Ledger rows with the line that says whether they are what is shown. */
export function RowsDrawer({ source, shown, sessions = false, onClose }: RowsDrawerProps): ReactNode {
  const pages = useInfiniteQuery(rowsQuery(source));
  const inFlight = useQuery(inFlightQuery(source)).data ?? 0;
  const [call, setCall] = useState<LedgerRowView | null>(null);
  const { fetchNextPage, hasNextPage, isFetchingNextPage, isFetching } = pages;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const first = pages.data?.pages[0];
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  const verdict = first === undefined ? null : ledgerVerdict(first, shown, inFlight > 0 || isFetching);
  const listed = first === undefined || rows.length === first.rowCount ? '' : `, ${count(rows.length)} listed so far`;
  return (
    <>
      <Drawer
        title={shown.label}
        subtitle={`The ledger rows behind it, oldest first${listed}`}
        footer={
          verdict === null ? (
            <span className="muted">{pages.isError ? '' : 'Adding up …'}</span>
          ) : (
            <Verdict of={verdict} shown={shown} />
          )
        }
        onClose={onClose}
      >
        {pages.isError ? <p className="empty">{messageOf(pages.error)}</p> : null}
        {first?.rowCount === 0 ? <p className="empty">No attempt was made for this.</p> : null}
        {rows.length === 0 ? null : <LedgerTable rows={rows} sessions={sessions} onEnd={more} onOpenCall={setCall} />}
      </Drawer>
      {call === null || call.sessionId === null ? null : (
        <RequestDrawer
          sessionId={call.sessionId}
          callId={call.callId}
          attempt={call.attempt}
          onClose={() => setCall(null)}
        />
      )}
    </>
  );
}

function Verdict({ of, shown }: { readonly of: LedgerVerdict; readonly shown: ShownNumber }): ReactNode {
  return (
    <span className={`ledger-verdict ledger-verdict-${of.verdict}`} role="status">
      <Icon name={of.verdict === 'equal' ? 'check' : of.verdict === 'open' ? 'clock' : 'alert'} />
      {verdictLine(of, shown)}
    </span>
  );
}
