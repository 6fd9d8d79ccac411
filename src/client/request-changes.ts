import type { RequestItem } from './inspect-api.ts';

/** An item before it is held against the call before. */
export type SentItem = Omit<RequestItem, 'change'>;

/**
 * Items of a request with those that the one before had and this one has not, each where it stood.
 *
 * @param before `null`: there is none, and nothing is told as new.
 */
export function compareItems(items: readonly SentItem[], before: readonly SentItem[] | null): readonly RequestItem[] {
  if (before === null) return items.map((item) => ({ ...item, change: 'same' }));
  const had = new Set(before.map(({ key }) => key));
  const has = new Set(items.map(({ key }) => key));
  const rest = items.map((item): RequestItem => ({ ...item, change: had.has(item.key) ? 'same' : 'added' }));
  const compared: RequestItem[] = [];
  for (const earlier of before) {
    if (!has.has(earlier.key)) {
      compared.push({ ...earlier, change: 'removed' });
      continue;
    }
    const upTo = rest.findIndex(({ key }) => key === earlier.key);
    compared.push(...rest.splice(0, upTo + 1));
  }
  return [...compared, ...rest];
}
