import type { ServerContext } from '../server-env.ts';
import { OpenAiError } from './errors.ts';

const usualPage = 20;
const largestPage = 100;

/**
 * A page of a list as OpenAI's clients walk through it, by `limit`, `after` and `order` of the query.
 *
 * @param items oldest first
 */
export function listOf<Item extends { readonly id: string }>(
  context: ServerContext,
  items: readonly Item[],
  usualOrder: 'asc' | 'desc',
) {
  const { limit, after, order = usualOrder } = context.req.query();
  const size = limit === undefined ? usualPage : Number(limit);
  if (!Number.isSafeInteger(size) || size < 1 || size > largestPage) {
    throw new OpenAiError(400, `limit must be an integer from 1 to ${largestPage}`, { param: 'limit' });
  }
  const ordered = order === 'asc' ? items : items.toReversed();
  const from = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && from === 0) {
    throw new OpenAiError(400, `after names no item of this list: ${after.slice(0, 200)}`, { param: 'after' });
  }
  const data = ordered.slice(from, from + size);
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: from + size < ordered.length,
  };
}
