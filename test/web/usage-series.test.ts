import { describe, expect, it } from '@jest/globals';
import { emptyLine } from '../../src/domain/usage-report.ts';
import { others, usageSeries } from '../../web/src/usage/usage-series.ts';
import { dayIn, readState, reportQuery, rowsBehind, writeState } from '../../web/src/usage/usage-state.ts';

const line = (group: Record<string, string | null>, totalTokens: number) => ({ ...emptyLine(group), totalTokens });

describe('The chart of usage', () => {
  it('has a place for days without spending too', () => {
    const lines = [line({ day: '2026-02-27' }, 5), line({ day: '2026-03-02' }, 7)];
    const { places } = usageSeries(lines, ['day'], { measure: 'totalTokens', mostSeries: 8 });
    expect(places.map(({ name, total }) => [name, total])).toEqual([
      ['2026-02-27', 5],
      ['2026-02-28', 0],
      ['2026-03-01', 0],
      ['2026-03-02', 7],
    ]);
  });

  it('has a place for each day of the report', () => {
    const range = { from: '2026-11-21', to: '2026-11-23' };
    const { places } = usageSeries([], ['day'], { measure: 'cost', mostSeries: 8, ...range });
    expect(places.map(({ name, total }) => [name, total])).toEqual([
      ['2026-11-21', 0],
      ['2026-11-22', 0],
      ['2026-11-23', 0],
    ]);
  });

  it('stacks the largest first and puts what is beyond the most together', () => {
    const lines = ['a', 'b', 'c', null].map((model, index) => line({ day: '2026-11-22', model }, index + 1));
    const { series, places } = usageSeries(lines, ['model', 'day'], { measure: 'totalTokens', mostSeries: 3 });
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
    const { places } = usageSeries(lines, ['user'], { measure: 'totalTokens', mostSeries: 8 });
    expect(places.map(({ name }) => name)).toEqual(['bob', null, 'ann']);
  });
});

describe('The state of the usage page', () => {
  const words = 'by=user%2Ctype&range=custom&from=2026-11-01&to=2026-11-05&zone=Europe%2FOslo&simulated=true';

  it('is what its URL says, and the other way round', () => {
    expect(writeState(readState(new URLSearchParams(words))).toString()).toBe(words);
    expect(writeState(readState(new URLSearchParams(''))).toString()).toBe('');
  });

  it('takes nothing from a URL that it does not know', () => {
    expect(readState(new URLSearchParams('by=day,moon&range=toString'))).toMatchObject({ by: ['day'], range: '30d' });
  });

  it("ends a range today, on the zone's calendar", () => {
    const now = Date.parse('2026-11-22T23:30:00Z');
    const state = readState(new URLSearchParams('range=7d&zone=Europe/Oslo'));
    expect(dayIn('Europe/Oslo', now)).toBe('2026-11-23');
    expect(reportQuery(state, now)).toMatchObject({ from: '2026-11-17', to: '2026-11-23' });
  });

  it('finds the rows of a line, also of those that nobody named', () => {
    const query = { from: '2026-11-01', to: '2026-11-30', timeZone: 'UTC', simulated: false };
    expect(rowsBehind({ group: { day: '2026-11-22', user: null } }, query)).toEqual({
      day: '2026-11-22',
      user: null,
      unnamed: ['user'],
      timeZone: 'UTC',
      simulated: false,
    });
    expect(rowsBehind({ group: { model: 'openai/gpt-5.2' } }, query)).toEqual({
      ...query,
      model: 'openai/gpt-5.2',
    });
  });
});
