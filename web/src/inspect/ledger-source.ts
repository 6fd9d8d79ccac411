import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { LedgerQuery, LedgerView } from '../../../src/client/inspect-api.ts';
import { apiGet, type Query } from '../api/request.ts';
import { sessionPath } from '../api/sessions.ts';

/** Where rows are listed, and which: those of a session, or of all that somebody may see. */
export interface LedgerSource {
  readonly path: string;
  readonly query: Query;
  /** Begins with what refreshes it. */
  readonly key: readonly unknown[];
}

export function sessionLedger(sessionId: string, query: LedgerQuery): LedgerSource {
  const path = sessionPath(sessionId, '/ledger');
  return { path, query: { ...query }, key: ['session', sessionId, 'ledger', query] };
}

export function wholeLedger(query: Query): LedgerSource {
  return { path: '/v1/ledger', query, key: ['ledger', query] };
}

export function rowsQuery({ path, query, key }: LedgerSource) {
  return infiniteQueryOptions({
    queryKey: [...key, 'rows'],
    queryFn: ({ pageParam, signal }) => apiGet<LedgerView>(path, { ...query, after: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
  });
}

/** How many of the rows are in flight; none where the query leaves them out. */
export function inFlightQuery({ path, query, key }: LedgerSource) {
  return queryOptions({
    queryKey: [...key, 'in-flight'],
    queryFn: ({ signal }) => apiGet<LedgerView>(path, { ...query, state: 'reserved', limit: 1 }, signal),
    select: ({ rowCount }) => rowCount,
    enabled: query['state'] === undefined,
  });
}
