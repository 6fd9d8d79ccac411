import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromUsd } from '../../src/domain/money.ts';
import { plainUsage, unknownUsage, type UsageClasses } from '../../src/domain/usage.ts';
import { createCatalogue } from '../../src/models/catalogue.ts';
import { costOf, flatRate, ratesOf, worstCostOf, type Rates } from '../../src/models/rates.ts';

const at = new Date('2026-11-22T12:00:00Z');
const catalogue = createCatalogue({
  'local/some-model': { contextWindow: 2048, maxOutputTokens: 512, price: { input: 0.1, output: 0.4 } },
  'openai/gpt-5.2': { maxOutputTokens: 1000 },
});

const usage = (classes: Partial<UsageClasses>): UsageClasses => ({ ...unknownUsage, ...classes });

describe('prices', () => {
  // Dollars a million tokens as the providers' own price pages show them:
  // developers.openai.com/api/docs/pricing, platform.claude.com/docs/en/about-claude/pricing,
  // ai.google.dev/gemini-api/docs/pricing, groq.com/pricing, docs.x.ai/docs/models.
  it.each([
    ['openai/gpt-5.2', usage({ input: 1_000_000, output: 1_000_000 }), 1.75 + 14],
    ['openai/gpt-5.2', usage({ input: 200, cacheRead: 800, output: 50, reasoning: 150 }), 0.00035 + 0.00014 + 0.0028],
    ['openai.responses/gpt-5.2', usage({ input: 1000, output: 1000 }), 0.00175 + 0.014],
    ['openai/gpt-5-mini', usage({ input: 1_000_000, output: 1_000_000 }), 0.25 + 2],
    ['openai/gpt-4.1-mini', usage({ input: 1000, cacheRead: 1000, output: 1000 }), 0.0004 + 0.0001 + 0.0016],
    ['openai/gpt-4o', usage({ input: 1_000_000, output: 1_000_000 }), 2.5 + 10],
    ['openai/gpt-4o-audio-preview', usage({ audioInput: 1000, audioOutput: 1000 }), 0.04 + 0.08],
    ['openai/gpt-audio', usage({ input: 100, audioInput: 1000, audioOutput: 1000 }), 0.00025 + 0.032 + 0.064],
    ['anthropic/claude-opus-4-5', usage({ input: 1000, cacheWrite5m: 1000, output: 1000 }), 0.005 + 0.00625 + 0.025],
    [
      'anthropic/claude-haiku-4-5',
      usage({ cacheRead: 1000, cacheWrite1h: 1000, output: 1000 }),
      0.0001 + 0.002 + 0.005,
    ],
    ['anthropic/claude-opus-5-5', usage({ input: 1_000_000, output: 1_000_000 }), 4 + 20],
    ['google/gemini-2.5-flash', usage({ input: 1000, audioInput: 1000, output: 1000 }), 0.0003 + 0.001 + 0.0025],
    ['groq/llama-3.3-70b-versatile', usage({ input: 1_000_000, output: 1_000_000 }), 0.59 + 0.79],
    ['xai/grok-4', usage({ input: 1000, cacheRead: 1000, output: 1000 }), 0.00125 + 0.0002 + 0.0025],
    ['openrouter/anthropic/claude-haiku-4.5', usage({ cacheWrite1h: 1000 }), 0.002],
    ['local/some-model', usage({ input: 1000, cacheRead: 500, output: 100 }), 0.0001 + 0.00005 + 0.00004],
  ])('of %s are those of its provider', (ref, classes, usd) => {
    expect(catalogue.price(ref, classes, at)).toBe(fromUsd(usd));
  });

  it('rise for the whole request above the long-context mark', () => {
    const below = usage({ input: 100_000, cacheRead: 100_000, output: 1000 });
    const above = usage({ input: 100_001, cacheRead: 100_000, output: 1000 });
    expect(catalogue.price('google/gemini-2.5-pro', below, at)).toBe(fromUsd(0.125 + 0.0125 + 0.01));
    expect(catalogue.price('google/gemini-2.5-pro', above, at)).toBe(fromUsd(0.2500025 + 0.025 + 0.015));
  });

  it('rise above a mark of the config’s own, in what is reserved and in what is settled', () => {
    const longContext = { above: 200_000, input: 6, output: 22.5 };
    const price = { input: 3, cacheRead: 0.3, output: 15, longContext };
    const own = createCatalogue({ 'local/big': { contextWindow: 1_000_000, price } });
    expect(own.price('local/big', usage({ input: 199_000, cacheRead: 1000, output: 100 }), at)).toBe(fromUsd(0.5988));
    expect(own.price('local/big', usage({ input: 200_000, cacheRead: 1000, output: 100 }), at)).toBe(fromUsd(1.20825));
    expect(own.worstCase('local/big', 200_000, 100, at)).toBe(fromUsd(0.6015));
    expect(own.worstCase('local/big', 200_001, 100, at)).toBe(fromUsd(1.202256));
    expect(own.list(at).find(({ ref }) => ref === 'local/big')?.longContextPrice).toBe(true);
  });

  it('are those of the day and of the hour', () => {
    const million = usage({ input: 1_000_000 });
    expect(catalogue.price('openai/o3', million, new Date('2025-06-01T00:00:00Z'))).toBe(fromUsd(10));
    expect(catalogue.price('openai/o3', million, at)).toBe(fromUsd(2));
    expect(catalogue.price('deepseek/deepseek-v4-pro', million, new Date('2026-11-23T07:00:00Z'))).toBe(fromUsd(1.32));
    expect(catalogue.price('deepseek/deepseek-v4-pro', million, new Date('2026-11-23T12:00:00Z'))).toBe(fromUsd(0.66));
    expect(catalogue.price('deepseek/deepseek-v4-pro', million, new Date('2026-11-22T07:00:00Z'))).toBe(fromUsd(0.66));
    const read = usage({ cacheRead: 1_000_000 });
    expect(catalogue.price('anthropic/claude-sonnet-5-5', read, new Date('2026-10-06T23:59:59Z'))).toBe(fromUsd(0.2));
    expect(catalogue.price('anthropic/claude-sonnet-5-5', read, new Date('2026-10-07T00:00:00Z'))).toBe(fromUsd(0.1));
  });

  it.each(['local/other', 'openai/no-such-model', 'my-openai/gpt-5.2', 'lmstudio/qwen3'])(
    'of %s are unknown, not zero',
    (ref) => {
      expect(catalogue.price(ref, plainUsage(10, 10), at)).toBeNull();
      expect(catalogue.worstCase(ref, 10, 10, at)).toBeNull();
      expect(catalogue.facts(ref, at)).toMatchObject({ priced: false, contextWindow: null, maxOutputTokens: null });
    },
  );

  it('are unknown for audio where only the price of text is told, and for usage that nobody told', () => {
    expect(catalogue.price('openai/gpt-5.2', usage({ input: 10, audioInput: 1 }), at)).toBeNull();
    expect(catalogue.price('openai/gpt-5.2', usage({ input: 10, audioInput: 0 }), at)).toBe(17_500);
    expect(catalogue.price('openai/gpt-5.2', unknownUsage, at)).toBeNull();
  });

  it.each(['simulated/loadline-sim-1', 'simulated/anything', 'ollama/llama3.2'])('of %s are zero', (ref) => {
    expect(catalogue.price(ref, plainUsage(1000, 1000), at)).toBe(0);
    expect(catalogue.worstCase(ref, 1000, 1000, at)).toBe(0);
  });
});

describe('what a cache saved', () => {
  it.each([
    ['openai/gpt-5.2', usage({ input: 200, cacheRead: 800, output: 50 }), 0.0014 - 0.00014],
    ['anthropic/claude-haiku-4-5', usage({ input: 9, cacheRead: 9_000, cacheWrite5m: 1_000 }), 0.0081 - 0.00025],
    ['anthropic/claude-haiku-4-5', usage({ input: 9, cacheRead: 0, cacheWrite1h: 1_000 }), -0.001],
    // Dearer above 100,000 tokens of input, with the cache or without.
    ['anthropic/claude-haiku-5-5', usage({ input: 0, cacheRead: 100_001 }), 0.0450005 - 0.00000005],
    ['local/some-model', usage({ input: 1000, cacheRead: 500 }), 0],
    ['ollama/qwen3', usage({ input: 1000, cacheRead: 500 }), 0],
  ])('of %s is the price without it less the price', (ref, classes, usd) => {
    expect(catalogue.bill(ref, classes, at).cacheSavedNanoUsd).toBe(fromUsd(usd));
  });

  it('is unknown without a price, and where nobody told of a cache', () => {
    const unpriced = catalogue.bill('local/unpriced', usage({ input: 10, cacheRead: 10 }), at);
    expect(unpriced).toEqual({ costNanoUsd: null, cacheSavedNanoUsd: null });
    const untold = catalogue.bill('openai/gpt-5.2', plainUsage(10, 10), at);
    expect(untold).toEqual({ costNanoUsd: 157_500, cacheSavedNanoUsd: null });
  });

  const tokens = fc.integer({ min: 0, max: 1_000_000 });
  const classes = fc.record({ input: tokens, cacheRead: tokens, cacheWrite5m: tokens, cacheWrite1h: tokens });
  it.each(['anthropic/claude-haiku-5-5', 'openai/gpt-6.1-sol', 'deepseek/deepseek-v4-pro'])(
    'of %s and the cost always add up to the cost without it',
    (ref) => {
      fc.assert(
        fc.property(classes, (spread) => {
          const { costNanoUsd, cacheSavedNanoUsd } = catalogue.bill(ref, usage({ ...spread, output: 7 }), at);
          const input = spread.input + spread.cacheRead + spread.cacheWrite5m + spread.cacheWrite1h;
          expect((costNanoUsd ?? NaN) + (cacheSavedNanoUsd ?? NaN)).toBe(
            catalogue.price(ref, plainUsage(input, 7), at),
          );
        }),
      );
    },
  );
});

describe('the worst case', () => {
  it('takes the dearest class: an hour in the cache, the long-context price', () => {
    expect(catalogue.worstCase('anthropic/claude-haiku-4-5', 1000, 100, at)).toBe(fromUsd(0.002 + 0.0005));
    expect(catalogue.worstCase('openai/gpt-5.2', 1000, 100, at)).toBe(fromUsd(0.00175 + 0.0014));
    expect(catalogue.worstCase('google/gemini-2.5-pro', 300_000, 1000, at)).toBe(fromUsd(0.75 + 0.015));
  });

  const tokens = fc.integer({ min: 0, max: 50_000_000 });
  const classes = fc.record({
    input: tokens,
    cacheRead: tokens,
    cacheWrite5m: tokens,
    cacheWrite1h: tokens,
    audioInput: fc.constant(null),
    output: tokens,
    reasoning: tokens,
    audioOutput: fc.constant(null),
  });

  it.each(['anthropic/claude-sonnet-4-5', 'openai/gpt-5.6-sol', 'deepseek/deepseek-v4-pro', 'local/some-model'])(
    'of %s is never passed, however the tokens are spread',
    (ref) => {
      fc.assert(
        fc.property(classes, (spread) => {
          const input = spread.input + spread.cacheRead + spread.cacheWrite5m + spread.cacheWrite1h;
          const worst = catalogue.worstCase(ref, input, spread.output + spread.reasoning, at);
          const price = catalogue.price(ref, spread, at);
          expect(price ?? Infinity).toBeLessThanOrEqual(worst ?? -1);
          expect(Number.isSafeInteger(price)).toBe(true);
        }),
      );
    },
  );
});

describe('money', () => {
  const rates = ratesOf({ input: 0.1, output: 0.7, cacheRead: 0.025, cacheWrite: 3.125 });
  const tokens = fc.integer({ min: 0, max: 1_000_000_000 });

  it('is additive in tokens, exactly, for prices in steps of a tenth of a cent', () => {
    fc.assert(
      fc.property(tokens, tokens, tokens, tokens, (a, b, c, d) => {
        const whole = costOf(rates, usage({ input: a + b, cacheWrite5m: c + d })) ?? NaN;
        const parts = [usage({ input: a, cacheWrite5m: c }), usage({ input: b, cacheWrite5m: d })];
        expect(whole).toBe(parts.reduce((sum, part) => sum + (costOf(rates, part) ?? NaN), 0));
        expect(whole).toBe((a + b) * 100 + (c + d) * 3125);
      }),
    );
  });

  it('is rounded once, half up, where a token costs a fraction of a nano-dollar', () => {
    const fine: Rates = { ...rates, input: flatRate(0.000_5) };
    expect(costOf(fine, plainUsage(1, 0))).toBe(1);
    expect(costOf(fine, plainUsage(3, 0))).toBe(2);
    expect(costOf(fine, plainUsage(1_000_000, 0))).toBe(500_000);
    expect(
      worstCostOf({ ...fine, cacheRead: null, cacheWrite5m: null, cacheWrite1h: null, audioInput: null }, 1, 0),
    ).toBe(1);
  });
});

describe('the catalogue', () => {
  it('knows windows and output limits, and lets the config override them', () => {
    expect(catalogue.facts('openai/gpt-5.2', at)).toEqual({
      provider: 'openai',
      model: 'gpt-5.2',
      contextWindow: 400_000,
      maxInputTokens: 272_000,
      maxOutputTokens: 1000,
      priced: true,
    });
    expect(catalogue.facts('local/some-model', at)).toMatchObject({ contextWindow: 2048, maxOutputTokens: 512 });
    expect(catalogue.facts('anthropic/claude-opus-4-5-20251101', at)).toMatchObject({
      contextWindow: 200_000,
      maxOutputTokens: 64_000,
    });
    expect(catalogue.facts('openrouter/openai/gpt-5.2', at).contextWindow).toBeGreaterThan(100_000);
  });

  it('knows what the simulator serves', () => {
    const simulatedModels = [{ id: 'loadline-sim-1', contextWindow: 128_000, maxOutputTokens: 16_384 }];
    const own = createCatalogue({}, { simulatedModels });
    expect(own.facts('simulated/loadline-sim-1')).toMatchObject({ contextWindow: 128_000, maxOutputTokens: 16_384 });
  });

  it('refuses a name without provider, saying how to write it', () => {
    expect(() => catalogue.facts('gpt-5.2')).toThrow(/write provider\/model/);
  });

  it('lists what is configured first, then every priced model, in dollars a million tokens', () => {
    const list = catalogue.list(at);
    expect(list[0]).toMatchObject({ ref: 'local/some-model', source: 'config', price: { input: 0.1, output: 0.4 } });
    expect(list.find(({ ref }) => ref === 'anthropic/claude-haiku-4-5')).toMatchObject({
      source: 'catalogue',
      price: { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25, cacheWrite1h: 2 },
    });
    expect(list.every(({ ref, contextWindow }) => ref.includes('/') && contextWindow !== 0)).toBe(true);
    expect(new Set(list.map(({ ref }) => ref)).size).toBe(list.length);
  });
});
