import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, type ReactNode } from 'react';
import { amountOf, count, dollars } from '../../../../src/domain/figures.ts';
import { rowsQuery, sessionLedger } from '../../inspect/ledger-source.ts';
import { LedgerTable } from '../../inspect/ledger-table.tsx';
import { Trouble } from '../../ui/trouble.tsx';
import { useScene } from '../thread/session-context.ts';

const everything = {};

/** Every attempt of every call, as the ledger has it. */
export function LedgerTab({ sessionId }: { readonly sessionId: string }): ReactNode {
  const { openRequest } = useScene();
  const pages = useInfiniteQuery(rowsQuery(sessionLedger(sessionId, everything)));
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = pages;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const first = pages.data?.pages[0];
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  if (pages.isError) return <Trouble error={pages.error} />;
  if (first === undefined) return <p className="empty">Reading the ledger…</p>;
  if (rows.length === 0) return <p className="empty">No call was made yet.</p>;
  return (
    <section aria-labelledby="ledger-title">
      <div className="panel-header">
        <h2 id="ledger-title">Ledger</h2>
        <span className="muted figures">
          {amountOf(first.rowCount, 'row')}, {count(first.sums.totalTokens)} tokens, {dollars(first.sums.cost)}
        </span>
      </div>
      <LedgerTable rows={rows} onEnd={more} onOpenCall={({ callId }) => openRequest(callId)} />
    </section>
  );
}
