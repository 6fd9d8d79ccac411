import { queryOptions } from '@tanstack/react-query';
import type { CallView, CompactionView, Receipt, RequestView, RunView } from '../../../src/client/inspect-api.ts';
import { apiGet } from './request.ts';
import { sessionPath } from './sessions.ts';

/** All keys begin with `['session', id]`: a session's events refresh what is shown of it. */
export function runsQuery(sessionId: string, limit = 200) {
  return queryOptions({
    queryKey: ['session', sessionId, 'runs', limit],
    queryFn: ({ signal }) =>
      apiGet<{ readonly runs: readonly RunView[]; readonly cursor: string | null }>(
        sessionPath(sessionId, '/runs'),
        { limit },
        signal,
      ),
  });
}

export function callsQuery(sessionId: string, runId?: string) {
  return queryOptions({
    queryKey: ['session', sessionId, 'calls', runId ?? null],
    queryFn: ({ signal }) =>
      apiGet<{ readonly calls: readonly CallView[] }>(sessionPath(sessionId, '/calls'), { runId }, signal),
    select: ({ calls }) => calls,
  });
}

export function requestQuery(sessionId: string, callId: string, attempt?: number) {
  return queryOptions({
    queryKey: ['session', sessionId, 'request', callId, attempt ?? null],
    queryFn: ({ signal }) =>
      apiGet<RequestView>(sessionPath(sessionId, `/calls/${encodeURIComponent(callId)}/request`), { attempt }, signal),
  });
}

export function compactionsQuery(sessionId: string) {
  return queryOptions({
    queryKey: ['session', sessionId, 'compactions'],
    queryFn: ({ signal }) =>
      apiGet<{ readonly compactions: readonly CompactionView[] }>(sessionPath(sessionId, '/compactions'), {}, signal),
    select: ({ compactions }) => compactions,
  });
}

export function receiptQuery(sessionId: string) {
  return queryOptions({
    queryKey: ['session', sessionId, 'receipt'],
    queryFn: ({ signal }) => apiGet<Receipt>(sessionPath(sessionId, '/receipt'), {}, signal),
  });
}
