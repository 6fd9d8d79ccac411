import { useCallback, useEffect, useRef, useState } from 'react';
import type { SessionListItem } from '../../../src/client/api.ts';
import { getSessions, type SessionFilters } from '../api/sessions.ts';
import { mergePage } from './merge-page.ts';

const pollMs = 2_000;
const pageSize = 50;

interface PagePlace {
  readonly cursor: string | null;
  /** The session before the page's first. */
  readonly after: SessionListItem | null;
}

interface Listing {
  readonly items: readonly SessionListItem[];
  readonly places: readonly PagePlace[];
  /** Of the page to come; `null`: there is none. */
  readonly next: string | null;
  readonly error: unknown;
  readonly loaded: boolean;
}

const nothing: Listing = { items: [], places: [], next: null, error: null, loaded: false };

export interface Sessions extends Listing {
  /** Tells which rows are in sight: pages are fetched as one comes near their end, and read anew where one looks. */
  readonly show: (first: number, last: number) => void;
}

/** The list of sessions, page by page. What is in sight is read anew every two seconds while the tab is. */
export function useSessions(filters: SessionFilters): Sessions {
  const [listing, setListing] = useState(nothing);
  const latest = useRef(listing);
  const inSight = useRef<readonly [number, number]>([0, 0]);
  const busy = useRef(false);
  useEffect(() => {
    latest.current = listing;
  }, [listing]);

  const read = useCallback(
    async (place: PagePlace, isNew: boolean, signal: AbortSignal) => {
      try {
        const { sessions, cursor } = await getSessions(filters, place.cursor, signal, pageSize);
        if (signal.aborted) return;
        setListing((before) => ({
          items: mergePage(before.items, sessions, { after: place.after, isLast: cursor === null }),
          places: isNew ? [...before.places, place] : before.places,
          next: isNew || cursor === null ? cursor : before.next,
          error: null,
          loaded: true,
        }));
      } catch (error) {
        if (!signal.aborted) setListing((before) => ({ ...before, error }));
      }
    },
    [filters],
  );

  const more = useRef<() => void>(() => undefined);
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    setListing(nothing);
    latest.current = nothing;
    const once = (work: () => Promise<void>): void => {
      if (busy.current || signal.aborted) return;
      busy.current = true;
      void work().finally(() => {
        if (!signal.aborted) busy.current = false;
      });
    };
    busy.current = false;
    once(() => read({ cursor: null, after: null }, true, signal));
    more.current = () => {
      const { next, items } = latest.current;
      if (next !== null) once(() => read({ cursor: next, after: items.at(-1) ?? null }, true, signal));
    };
    const timer = setInterval(() => {
      if (document.visibilityState === 'hidden') return;
      const places = placesInSight(latest.current, inSight.current);
      once(async () => {
        for (const place of places) await read(place, false, signal);
      });
    }, pollMs);
    return () => {
      clearInterval(timer);
      ending.abort();
    };
  }, [read]);

  const show = useCallback((first: number, last: number) => {
    inSight.current = [first, last];
    const { items, next } = latest.current;
    if (next !== null && last >= items.length - pageSize / 2) more.current();
  }, []);
  return { ...listing, show };
}

/** The pages of these rows; the first one when nothing could be read yet. */
function placesInSight({ items, places }: Listing, [first, last]: readonly [number, number]): readonly PagePlace[] {
  const indexes = new Map(items.map(({ sessionId }, index) => [sessionId, index]));
  const starts = places.map(({ after }) => (after === null ? 0 : (indexes.get(after.sessionId) ?? -1) + 1));
  const seen = places.filter((_, at) => (starts[at] ?? 0) <= last && (starts[at + 1] ?? Infinity) > first);
  return seen.length === 0 ? [{ cursor: null, after: null }] : seen;
}
