import { describe, expect, it } from '@jest/globals';
import { emptyLine } from '../../src/domain/usage-report.ts';
import { others, usageSeries } from '../../web/src/usage/usage-series.ts';

const line = (group: Record<string, string | null>, totalTokens: number) => ({ ...emptyLine(group), totalTokens });

describe('The chart of usage', () => {
  it('has a place for days without spending too', () => {
    const lines = [line({ day: '2026-02-27' }, 5), line({ day: '2026-03-02' }, 7)];
    const { places } = usageSeries(lines, ['day'], 'totalTokens', 8);
    expect(places.map(({ name, total }) => [name, total])).toEqual([
      ['2026-02-27', 5],
      ['2026-02-28', 0],
      ['2026-03-01', 0],
      ['2026-03-02', 7],
    ]);
  });

  it('stacks the largest first and puts what is beyond the most together', () => {
    const lines = ['a', 'b', 'c', null].map((model, index) => line({ day: '2026-11-22', model }, index + 1));
    const { series, places } = usageSeries(lines, ['model', 'day'], 'totalTokens', 3);
    expect(series).toEqual([
      { key: 's0', name: null },
      { key: 's1', name: 'c' },
      { key: 's2', name: others },
    ]);
    expect(places[0]?.values).toEqual({ s0: 4, s1: 3, s2: 3 });
    expect(places[0]?.total).toBe(10);
  });

  it('orders places that are no days by what they spent', () => {
    const lines = [line({ user: 'ann' }, 1), line({ user: 'bob' }, 9), line({ user: null }, 4)];
    const { places } = usageSeries(lines, ['user'], 'totalTokens', 8);
    expect(places.map(({ name }) => name)).toEqual(['bob', null, 'ann']);
  });
});
