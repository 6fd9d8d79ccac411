import { infiniteQueryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { RunView } from '../../../src/client/inspect-api.ts';
import { runsQuery } from '../api/inspect.ts';
import { apiGet } from '../api/request.ts';
import { sessionPath } from '../api/sessions.ts';

type Page = { readonly runs: readonly RunView[]; readonly cursor: string | null };

const newest = 50;
const pageSize = 500;

/** Runs that have ended don't change: they are read once, and an event of the session reads none of them again. */
function earlierQuery(sessionId: string, after: string | null) {
  return infiniteQueryOptions({
    queryKey: ['earlier-runs', sessionId, after],
    queryFn: ({ pageParam, signal }) =>
      apiGet<Page>(sessionPath(sessionId, '/runs'), { limit: pageSize, after: pageParam }, signal),
    initialPageParam: after,
    getNextPageParam: ({ cursor }) => cursor,
    staleTime: Infinity,
  });
}

/** The newest runs of a session, oldest first: so many as are asked for, or all of them. */
export function useRuns(
  sessionId: string,
  atLeast: number,
): { readonly runs: readonly RunView[]; readonly error: unknown } {
  const tail = useQuery(runsQuery(sessionId, newest));
  const cursor = tail.data?.cursor ?? null;
  const [from, setFrom] = useState<string | null>(null);
  const wanted = atLeast > newest && from !== null;
  const earlier = useInfiniteQuery({ ...earlierQuery(sessionId, from), enabled: wanted });
  const pages = earlier.data?.pages;
  const missing = (tail.data?.runs.at(-1)?.number ?? 0) - (pages?.[0]?.runs[0]?.number ?? 0) - 1;
  // The first cursor that was seen stays until runs have come that stand on neither page.
  useEffect(() => {
    if (cursor !== null && (from === null || (pages !== undefined && missing > 0))) setFrom(cursor);
  }, [cursor, from, pages, missing]);
  const loaded = pages?.reduce((all, page) => all + page.runs.length, newest) ?? newest;
  const { hasNextPage, isFetching, fetchNextPage } = earlier;
  useEffect(() => {
    if (wanted && hasNextPage && !isFetching && loaded < atLeast) void fetchNextPage();
  }, [wanted, hasNextPage, isFetching, fetchNextPage, loaded, atLeast]);
  const runs = useMemo(() => {
    const byId = new Map<string, RunView>();
    for (const run of pages?.flatMap((page) => page.runs) ?? []) byId.set(run.runId, run);
    for (const run of tail.data?.runs ?? []) byId.set(run.runId, run);
    return [...byId.values()].toSorted((a, b) => a.number - b.number);
  }, [pages, tail.data]);
  return { runs, error: tail.error };
}
