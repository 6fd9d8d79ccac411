import type { SessionListItem } from '../../../src/client/api.ts';

type Placed = Pick<SessionListItem, 'sessionId' | 'createdAt'>;

/** The list's own order: newest first, and by id where two are of the same instant. */
export function isBefore(one: Placed, other: Placed): boolean {
  if (one.createdAt !== other.createdAt) return one.createdAt > other.createdAt;
  return one.sessionId > other.sessionId;
}

/**
 * The list with one of its pages read anew: what is in the page takes the place of all that was between the session
 * before the page and the page's last one. Sessions that came in between push nothing out.
 *
 * @param after the session before the page; `null`: it is the first page.
 * @param isLast nothing comes after this page.
 */
export function mergePage<Item extends Placed>(
  items: readonly Item[],
  page: readonly Item[],
  { after, isLast }: { readonly after: Placed | null; readonly isLast: boolean },
): Item[] {
  const end = page.at(-1) ?? after;
  const above = after === null ? [] : items.filter((item) => !isBefore(after, item));
  const below = isLast || end === null ? [] : items.filter((item) => isBefore(end, item));
  return [...above, ...page, ...below];
}
