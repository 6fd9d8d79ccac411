import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { leastOutputTokens, planContext, type TokenRange } from '../../src/domain/context.ts';

const runs = (...sizes: number[]) =>
  sizes.map((tokens, at) => ({ runId: `r${at}`, tokens, upperBound: Math.ceil(tokens * 1.5) }));
const bounds = {
  window: 1000,
  maxInputTokens: null,
  maxOutputTokens: 200,
  fixed: { tokens: 100, upperBound: 150 },
  counted: null,
  keepsAll: false,
};

describe('the plan of a request', () => {
  it('keeps the newest whole runs that leave the answer its room', () => {
    expect(planContext(runs(100, 200, 200), bounds)).toEqual({
      fits: true,
      keptRuns: 2,
      inputTokens: 500,
      inputBound: 750,
      maxOutputTokens: 200,
    });
  });

  it('does not send more than the provider takes as input, whatever the window', () => {
    expect(planContext(runs(100, 200, 200), { ...bounds, maxInputTokens: 700 })).toMatchObject({ keptRuns: 1 });
    expect(planContext([], { ...bounds, maxInputTokens: 149 })).toEqual({ fits: false, inputBound: 150, window: 149 });
  });

  it("shortens the answer only for the message's own run", () => {
    const fixed = { tokens: 600, upperBound: 900 };
    expect(planContext(runs(1), { ...bounds, fixed })).toMatchObject({ keptRuns: 0, maxOutputTokens: 100 });
    expect(planContext([], { ...bounds, fixed: { tokens: 990, upperBound: 990 } })).toMatchObject({ fits: false });
  });

  it('prefers the count that is exact, and keeps with it what the sum of bounds would leave out', () => {
    const counted = { keptRuns: 3, tokens: 600, upperBound: 620 };
    expect(planContext(runs(100, 200, 200), { ...bounds, counted })).toMatchObject({ keptRuns: 3, inputBound: 620 });
    const tooLong = { keptRuns: 3, tokens: 600, upperBound: 900 };
    expect(planContext(runs(100, 200, 200), { ...bounds, counted: tooLong })).toMatchObject({ keptRuns: 2 });
  });

  const size = fc.integer({ min: 0, max: 2000 });
  const range = fc.tuple(size, size).map(([tokens, more]): TokenRange => ({ tokens, upperBound: tokens + more }));

  it('never passes the window or the input limit, and never asks for an answer that is not worth a call', () => {
    const given = fc.record({
      window: fc.option(size),
      maxInputTokens: fc.option(size),
      maxOutputTokens: fc.integer({ min: leastOutputTokens, max: 500 }),
      fixed: range,
      keepsAll: fc.boolean(),
      counted: fc.option(
        fc.record({ keptRuns: fc.nat(5), range }).map(({ keptRuns, range: of }) => ({ keptRuns, ...of })),
      ),
    });
    fc.assert(
      fc.property(fc.array(range, { minLength: 5, maxLength: 8 }), given, (past, limits) => {
        const plan = planContext(
          past.map((one, at) => ({ runId: `r${at}`, ...one })),
          limits,
        );
        if (!plan.fits) return;
        expect(plan.inputBound + plan.maxOutputTokens).toBeLessThanOrEqual(limits.window ?? Infinity);
        expect(plan.inputBound).toBeLessThanOrEqual(limits.maxInputTokens ?? Infinity);
        expect(plan.maxOutputTokens).toBeGreaterThanOrEqual(leastOutputTokens);
        expect(plan.keptRuns).toBeLessThanOrEqual(past.length);
      }),
    );
  });
});
