import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { SessionFilters } from '../api/sessions.ts';

const names = ['status', 'agent', 'user', 'q'] as const;
export type FilterName = (typeof names)[number];

/** What the list is narrowed to. It lives in the URL, so that it can be shared and gone back to. */
export function useFilters(): readonly [SessionFilters, (name: FilterName, value: string | null) => void] {
  const [params, setParams] = useSearchParams();
  const query = params.toString();
  const filters = useMemo(() => {
    const words = new URLSearchParams(query);
    return Object.fromEntries(names.flatMap((name) => (words.get(name) ? [[name, words.get(name)]] : [])));
  }, [query]) as SessionFilters;
  const change = (name: FilterName, value: string | null): void => {
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === null || value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      // Each letter of a search is no page to go back to.
      { replace: name === 'q' },
    );
  };
  return [filters, change];
}
