import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  applyRow,
  emptyTotals,
  toMessageMetrics,
  toRunMetrics,
  toSessionMetrics,
  type Totals,
  tallyOf,
  emptyTally,
} from '../../src/domain/metrics.ts';
import type { LedgerRow } from '../../src/domain/ledger.ts';
import { plainUsage, unknownUsage, usageFields } from '../../src/domain/usage.ts';
import { reservedRow } from '../store/fixtures.ts';

const tokens = fc.option(fc.nat({ max: 1_000_000 }));
const rowOf = (changes: Partial<LedgerRow>): LedgerRow => ({ ...reservedRow('s1', 'r1', 'c1'), ...changes });
const settled = (changes: Partial<LedgerRow> = {}) =>
  rowOf({ state: 'settled', answered: true, usage: plainUsage(100, 20), costNanoUsd: 5_000, ...changes });

const row = fc
  .record({
    state: fc.constantFrom(
      'reserved' as const,
      'settled' as const,
      'estimated' as const,
      'lost' as const,
      'released' as const,
    ),
    provider: fc.constantFrom('openai', 'anthropic'),
    model: fc.constantFrom('small', 'large/fast'),
    modelType: fc.constantFrom('model', 'summaryModel', 'tool'),
    simulated: fc.boolean(),
    answered: fc.boolean(),
    costNanoUsd: tokens,
    cacheSavedNanoUsd: fc.option(fc.integer({ min: -1_000_000, max: 1_000_000 })),
    usage: fc.option(
      fc.record({
        input: tokens,
        cacheRead: tokens,
        cacheWrite5m: tokens,
        cacheWrite1h: tokens,
        audioInput: tokens,
        output: tokens,
        reasoning: tokens,
        audioOutput: tokens,
      }),
    ),
  })
  .map(rowOf);

const sumOf = (rows: readonly LedgerRow[]): Totals =>
  rows.reduce((totals, each) => applyRow(totals, null, each), emptyTotals);

describe('totals', () => {
  it('do not depend on the order of their rows', () => {
    const rowsTwice = fc
      .array(row, { maxLength: 12 })
      .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })));
    fc.assert(fc.property(rowsTwice, ([rows, shuffled]) => expect(sumOf(shuffled)).toEqual(sumOf(rows))));
  });

  it('lose exactly what a replaced row had added', () => {
    const sameModel = fc.tuple(row, row).map(([before, after]): [LedgerRow, LedgerRow] => {
      const { provider, model, modelType } = before;
      return [before, { ...after, provider, model, modelType }];
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), sameModel, (others, [before, after]) => {
        const replaced = applyRow(sumOf([...others, before]), before, after);
        expect(replaced.details).toEqual(sumOf([...others, after]).details);
      }),
    );
  });

  it('are never negative, and their details add up to the sum', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
        const { details } = sumOf(rows);
        const sum = tallyOf({ details });
        const tallies = Object.values(details).flatMap((models) => Object.values(models));
        for (const name of usageFields) {
          expect(sum.usage[name].known).toBeGreaterThanOrEqual(0);
          expect(tallies.reduce((total, tally) => total + tally.usage[name].known, 0)).toBe(sum.usage[name].known);
        }
        expect(tallies.reduce((total, tally) => total + tally.costNanoUsd, 0)).toBe(sum.costNanoUsd);
        const saved = tallies.reduce((total, tally) => total + tally.cacheSavedNanoUsd, 0);
        expect(saved).toBe(sum.cacheSavedNanoUsd);
        expect(tallies.reduce((total, tally) => total + tally.rows, 0)).toBe(sum.rows);
      }),
    );
  });

  it('rise in version with every change', () => {
    expect(applyRow(applyRow(emptyTotals, null, rowOf({})), rowOf({}), settled()).version).toBe(2);
  });

  it('count nothing of a row in flight and only the failed attempt of a released one', () => {
    expect(tallyOf(sumOf([rowOf({})]))).toEqual(emptyTally);
    expect(tallyOf(sumOf([rowOf({ state: 'released' })]))).toEqual({ ...emptyTally, failedAttempts: 1 });
  });
});

describe('metrics as users see them', () => {
  it('are zero, not null, where nothing was spent', () => {
    expect(toRunMetrics(emptyTotals, null)).toMatchObject({
      totalTokens: 0,
      cost: 0,
      calls: 0,
      timeToFirstToken: null,
    });
  });

  it('are null only when all parts are, else say how many are missing', () => {
    const unknown = settled({ usage: unknownUsage });
    const all = toRunMetrics(sumOf([unknown, unknown]), null);
    expect([all.totalTokens, all.unknownParts?.totalTokens]).toEqual([null, 2]);
    const some = toRunMetrics(sumOf([unknown, settled()]), null);
    expect([some.totalTokens, some.unknownParts?.totalTokens]).toEqual([120, 1]);
    expect(toRunMetrics(sumOf([settled({ usage: { ...plainUsage(1, 2), cacheRead: 3 } })]), null)).toMatchObject({
      cacheReadTokens: 3,
      reasoningTokens: null,
    });
  });

  it('mark a cost that is unknown in part and never guess it', () => {
    const priceless = settled({ costNanoUsd: null });
    expect(toRunMetrics(sumOf([priceless]), null)).toMatchObject({ cost: null, costUnknown: true });
    expect(toRunMetrics(sumOf([priceless, settled()]), null)).toMatchObject({ cost: 0.000005, costUnknown: true });
    expect(toRunMetrics(sumOf([settled()]), null)).not.toHaveProperty('costUnknown');
  });

  it('tell what caches saved, where anything is known of it', () => {
    const saved = (...each: (number | null)[]) =>
      toRunMetrics(sumOf(each.map((cacheSavedNanoUsd) => settled({ cacheSavedNanoUsd }))), null).cacheSavings;
    expect(saved()).toBe(0);
    expect(saved(null, null)).toBeNull();
    expect(saved(null, -2_000, 5_000)).toBe(0.000003);
    expect(toMessageMetrics(settled({ cacheSavedNanoUsd: -2_000 })).cacheSavings).toBe(-0.000002);
  });

  it('say which part of the total is estimated', () => {
    const lost = rowOf({ state: 'lost', usage: plainUsage(1000, 500) });
    const metrics = toRunMetrics(sumOf([lost, settled()]), 250);
    expect(metrics).toMatchObject({ totalTokens: 1620, estimatedTokens: 1500, calls: 1, failedAttempts: 1 });
    expect(metrics.timeToFirstToken).toBe(0.25);
  });

  it('list models by type, with a slash in a model id kept', () => {
    const rows = [settled({ model: 'large/fast' }), settled({ modelType: 'summaryModel' })];
    expect(toRunMetrics(sumOf(rows), null).details).toMatchObject({
      model: [{ provider: 'simulated', model: 'large/fast', calls: 1, totalTokens: 120 }],
      summaryModel: [{ provider: 'simulated', model: 'echo', calls: 1 }],
    });
  });

  it('carry a mark of the simulator only where it took part', () => {
    expect(toRunMetrics(sumOf([settled()]), null).simulated).toBe(true);
    expect(toRunMetrics(sumOf([settled({ simulated: false })]), null)).not.toHaveProperty('simulated');
  });

  it('of a session tell the use of its context, null while the window is unknown', () => {
    const totals = { ...emptyTotals, runs: 2, durationMs: 1500 };
    expect(toSessionMetrics('s1', totals, { tokens: 300, window: 1200 })).toMatchObject({
      sessionId: 's1',
      runs: 2,
      duration: 1.5,
      contextUse: 0.25,
    });
    expect(toSessionMetrics('s1', totals, { tokens: 300, window: null }).contextUse).toBeNull();
  });

  it('of a message are those of the attempt that answered', () => {
    const answered = settled({ attempt: 3, durationMs: 1800, timeToFirstTokenMs: 300 });
    expect(toMessageMetrics(answered)).toMatchObject({
      totalTokens: 120,
      cost: 0.000005,
      duration: 1.8,
      timeToFirstToken: 0.3,
      source: 'reported',
      attempt: 3,
    });
    expect(toMessageMetrics(settled({ state: 'estimated', usage: null }))).toMatchObject({
      totalTokens: null,
      source: 'estimated',
    });
  });
});
