import type { ReactNode } from 'react';
import type { UsageLine } from '../../../src/domain/usage-report.ts';
import { count, dollars, percent } from '../../../src/domain/figures.ts';

/** The sums of a report, with what is remarkable about them. */
export function UsageTotals({ total }: { readonly total: UsageLine }): ReactNode {
  const { totalTokens, inputTokens, cacheReadTokens, cost, cacheSavings, calls, failedTokens, costUnknown } = total;
  const { estimatedTokens, compactionTokens, unreservedTokens } = total;
  const cached = inputTokens === 0 ? null : `${percent(cacheReadTokens / inputTokens)} of the input from a cache`;
  return (
    <dl className="totals figures">
      <Tile name="Tokens" value={count(totalTokens)} hint={cached} />
      <Tile
        name="Cost"
        value={`${costUnknown > 0 ? 'over ' : ''}${dollars(cost)}`}
        hint={costUnknown > 0 ? `the price of ${count(costUnknown)} attempts is unknown` : saved(cacheSavings)}
      />
      <Tile
        name="Calls"
        value={count(calls)}
        hint={failedTokens > 0 ? `${count(failedTokens)} tokens in failed attempts` : null}
      />
      <Tile
        name="Of the tokens"
        value={`${percent(totalTokens === 0 ? 0 : compactionTokens / totalTokens)} compaction`}
        hint={[
          estimatedTokens > 0 ? `${count(estimatedTokens)} estimated` : '',
          unreservedTokens > 0 ? `${count(unreservedTokens)} unreserved` : '',
        ]
          .filter((words) => words !== '')
          .join(', ')}
      />
    </dl>
  );
}

function saved(cacheSavings: number): string | null {
  if (cacheSavings === 0) return null;
  return cacheSavings > 0 ? `caches saved ${dollars(cacheSavings)}` : `caches cost ${dollars(-cacheSavings)} more`;
}

function Tile({
  name,
  value,
  hint,
}: {
  readonly name: string;
  readonly value: string;
  readonly hint: string | null;
}): ReactNode {
  return (
    <div className="total card">
      <dt>{name}</dt>
      <dd>{value}</dd>
      <dd className="total-hint">{hint}</dd>
    </div>
  );
}
