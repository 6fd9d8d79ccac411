import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { excerptWithin, shareOut } from '../../src/domain/excerpts.ts';

describe('an excerpt', () => {
  it('is the text itself where that is short, else its beginning and end with what is missing', () => {
    expect(excerptWithin('short', 5)).toBe('short');
    expect(excerptWithin('abcdefghij', 4)).toBe('abc\n[… 6 characters are left out …]\nj');
  });
});

describe('sharing out', () => {
  it('gives those that need little what they need, and the others the rest in equal parts', () => {
    expect(shareOut([10, 100, 100], 70)).toEqual([10, 30, 30]);
    expect(shareOut([1, 2], 100)).toEqual([1, 2]);
  });

  it('never gives more than there is or than is needed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000)), fc.integer({ min: -5, max: 20_000 }), (needs, whole) => {
        const shares = shareOut(needs, whole);
        expect(shares.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(Math.max(0, whole));
        for (const [at, share] of shares.entries()) expect(share).toBeLessThanOrEqual(needs[at] ?? 0);
      }),
    );
  });
});
