import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deriveUsage, plainUsage, sumKnown, unknownUsage, usageFields } from '../../src/domain/usage.ts';

const tokens = fc.option(fc.nat({ max: 1_000_000 }));
const classes = fc.record({
  input: tokens,
  cacheRead: tokens,
  cacheWrite5m: tokens,
  cacheWrite1h: tokens,
  audioInput: tokens,
  output: tokens,
  reasoning: tokens,
  audioOutput: tokens,
});

describe('sumKnown', () => {
  it('leaves two unknowns unknown', () => {
    expect(sumKnown(null, null)).toBeNull();
    expect(sumKnown()).toBeNull();
  });

  it('adds nothing for an unknown beside a known number, not even to zero', () => {
    expect(sumKnown(null, 3, null, 4)).toBe(7);
    expect(sumKnown(null, 0)).toBe(0);
  });
});

describe('usage as users see it', () => {
  it('reads all that the model read: uncached, cached, written to a cache, audio', () => {
    const usage = deriveUsage({
      input: 1,
      cacheRead: 20,
      cacheWrite5m: 300,
      cacheWrite1h: 4000,
      audioInput: 50_000,
      output: 6,
      reasoning: 70,
      audioOutput: 800,
    });
    expect(usage).toEqual({
      inputTokens: 54_321,
      outputTokens: 876,
      totalTokens: 55_197,
      cacheReadTokens: 20,
      cacheWriteTokens: 4300,
      reasoningTokens: 70,
      audioInputTokens: 50_000,
      audioOutputTokens: 800,
      audioTotalTokens: 50_800,
    });
  });

  it('is null in every number when the provider told none', () => {
    const usage = deriveUsage(unknownUsage);
    expect(usageFields.map((field) => usage[field])).toEqual(usageFields.map(() => null));
  });

  it('has as its total exactly the known classes, each once', () => {
    fc.assert(
      fc.property(classes, (each) => {
        const usage = deriveUsage(each);
        expect(usage.totalTokens).toBe(sumKnown(...Object.values(each)));
        expect(usage.totalTokens).toBe(sumKnown(usage.inputTokens, usage.outputTokens));
      }),
    );
  });

  it('of a reservation has both directions and no class that nobody knows', () => {
    expect(deriveUsage(plainUsage(10, 4))).toMatchObject({ totalTokens: 14, reasoningTokens: null });
  });
});
