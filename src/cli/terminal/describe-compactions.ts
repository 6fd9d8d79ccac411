import type { ModelDetail, SessionMetrics } from '../../domain/metrics.ts';
import { cost } from './closing-line.ts';
import { amountOf, count } from '../../domain/figures.ts';

/**
 * What compactions saved and what they cost; `null` while there was none.
 *
 *     3 compactions made the context shorter by 12,304 tokens in all, which no later request has to carry. Their …
 */
export function describeCompactions(metrics: SessionMetrics): string | null {
  const { compactions, tokensSavedByCompaction, details } = metrics;
  const summaries = details['summaryModel'] ?? [];
  if (compactions === 0)
    return summaries.length === 0 ? null : `Compactions that brought nothing took ${taken(summaries)}.`;
  if (tokensSavedByCompaction === 0) {
    return summaries.length === 0 ? null : `The summary in its context took ${taken(summaries)}.`;
  }
  const what = `${amountOf(compactions, 'compaction')} made the context shorter by ${amountOf(tokensSavedByCompaction, 'token')}`;
  const all = compactions === 1 ? '' : ' in all';
  const saved = `${what}${all}, which no later request has to carry.`;
  if (summaries.length === 0) return `${saved} That took no call of a model.`;
  return `${saved} The summaries for it took ${taken(summaries)}; the totals above have that in them.`;
}

function taken(summaries: readonly ModelDetail[]): string {
  const tokens = summaries.reduce((sum, { totalTokens }) => sum + (totalTokens ?? 0), 0);
  const calls = summaries.reduce((sum, detail) => sum + detail.calls, 0);
  const unknown = summaries.some(({ totalTokens }) => totalTokens === null) ? ' + ?' : '';
  const known = summaries.flatMap((detail) => detail.cost ?? []);
  const dollars = cost({
    cost: known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0),
    ...(known.length === summaries.length && summaries.every(({ costUnknown }) => costUnknown !== true)
      ? {}
      : { costUnknown: true as const }),
    estimatedTokens: 0,
  });
  return `${count(tokens)}${unknown} tokens in ${amountOf(calls, 'call')}, ${dollars}`;
}
