import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { partsOf, runBars, runsOfABar } from '../../web/src/charts/run-bars.ts';
import { at, compactionView, runView } from './inspect-fixtures.ts';

const none = { compactions: [], warnings: [] };

describe('Bars of runs', () => {
  it('parts tokens so that the parts are the total', () => {
    const parts = partsOf({ inputTokens: 100, outputTokens: 30, cacheReadTokens: 60, reasoningTokens: 10 });
    expect(parts).toEqual({ uncached: 40, cached: 60, reasoning: 10, output: 20 });
  });

  it('draws what nobody parted as the whole', () => {
    const parts = partsOf({ inputTokens: 100, outputTokens: 30, cacheReadTokens: null, reasoningTokens: null });
    expect(parts).toEqual({ uncached: 100, cached: 0, reasoning: 0, output: 30 });
  });

  it('has as many bars as there is place for, and every run and every token in one of them', () => {
    const property = fc.property(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 3, max: 90 }), (count, most) => {
      const runs = Array.from({ length: count }, (_, index) =>
        runView(index + 1, { inputTokens: index, outputTokens: 1 }),
      );
      const bars = runBars(runs.toReversed(), none, most);
      expect(bars.length).toBeLessThanOrEqual(most);
      expect(bars.flatMap((bar) => bar.runs.map(({ number }) => number))).toEqual(runs.map(({ number }) => number));
      expect(bars.reduce((all, { total }) => all + total, 0)).toBe((count * (count - 1)) / 2 + count);
    });
    fc.assert(property, { numRuns: 40 });
  });

  it('puts round numbers of runs into a bar', () => {
    expect([10, 61, 120, 500, 3000].map((runs) => runsOfABar(runs, 60))).toEqual([1, 2, 5, 10, 100]);
  });

  it('places a compaction between two runs at the one that had begun last', () => {
    const bars = runBars([runView(1), runView(2)], { ...none, compactions: [compactionView(90)] }, 10);
    expect(bars.map(({ compactions }) => compactions.length)).toEqual([1, 0]);
  });

  it("places a warning at its run, and a member's at the session's run of that time", () => {
    const warning = { axis: 'context', level: 'warn', message: '', suggestion: '' } as const;
    const warnings = [
      { ...warning, runId: 'r1', at: at(500) },
      { ...warning, runId: 'r2.t1', at: at(125) },
    ];
    const bars = runBars([runView(1), runView(2)], { ...none, warnings }, 10);
    expect(bars.map((bar) => bar.warnings.length)).toEqual([1, 1]);
  });

  it('knows the cost in part when it knows a part of it', () => {
    const runs = [runView(1, { cost: 0.5 }), runView(2, { cost: null, costUnknown: true })];
    expect(runBars(runs, none, 10).map(({ cost, costUnknown }) => [cost, costUnknown])).toEqual([
      [0.5, false],
      [null, true],
    ]);
    const [both] = runBars([...runs, runView(3), runView(4)], none, 3);
    expect(both).toMatchObject({ first: 1, last: 2, cost: 0.5, costUnknown: true });
  });
});
