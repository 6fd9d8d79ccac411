import { describe, expect, it } from '@jest/globals';
import { describeCaching } from '../../src/cli/terminal/describe-caching.ts';
import { emptyTotals, toRunMetrics } from '../../src/domain/metrics.ts';

const sum = { ...toRunMetrics(emptyTotals, null), inputTokens: 12_410, cacheReadTokens: 11_020, cost: 0.004 };

describe('what is said about a cache', () => {
  it('explains why input seems to drop, with what was saved', () => {
    expect(describeCaching({ ...sum, cacheSavings: 0.0031 })).toBe(
      'Of 12,410 input tokens the provider read 11,020 (89 %) from its prompt cache, where they cost less: $0.0031 saved. ' +
        `Some providers' own figures leave cached tokens out of "input", which then seems to drop when caching begins; here input is all that the model read.`,
    );
  });

  it.each([
    [{ cacheSavings: -0.0021 }, 'so far $0.0021 less than writing to it cost extra.'],
    [{ cacheSavings: 0.0031, costUnknown: true as const }, '$0.0031 saved, as far as prices are known.'],
    [{ cacheSavings: null }, 'what that saved is not known without a price.'],
  ])('says no more than is known: %j', (known, words) => {
    expect(describeCaching({ ...sum, ...known })).toContain(words);
  });

  it.each([0, null])('says nothing where %s tokens were read from one', (cacheReadTokens) => {
    expect(describeCaching({ ...sum, cacheReadTokens, cacheSavings: -1 })).toBeNull();
  });
});
