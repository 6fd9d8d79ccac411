import { describe, expect, it } from '@jest/globals';
import { projectBurn } from '../../web/src/charts/projection.ts';
import { spendPoints } from '../../web/src/charts/spend-points.ts';
import { windowStart } from '../../web/src/charts/window-start.ts';
import { runView, start } from './inspect-fixtures.ts';

const hour = 3_600_000;
const day = { windowStart: 0, windowEnd: 24 * hour };

describe('The projected end of a window', () => {
  it('goes on as the window has so far', () => {
    expect(projectBurn({ ...day, spent: 300, limit: 1000, now: 6 * hour })).toEqual({
      atEnd: 1200,
      limitAt: 20 * hour,
    });
    expect(projectBurn({ ...day, spent: 200, limit: 1000, now: 6 * hour })).toEqual({ atEnd: 800, limitAt: null });
  });

  it('says nothing of a window that has only begun, of one that is over, and of nothing spent', () => {
    expect(projectBurn({ ...day, spent: 300, limit: 1000, now: hour / 10 })).toBeNull();
    expect(projectBurn({ ...day, spent: 300, limit: 1000, now: 24 * hour })).toBeNull();
    expect(projectBurn({ ...day, spent: 0, limit: 1000, now: 6 * hour })).toBeNull();
  });

  it('puts the limit at now once it is met', () => {
    expect(projectBurn({ ...day, spent: 1000, limit: 1000, now: 6 * hour })?.limitAt).toBe(6 * hour);
  });

  it("begins a window at the zone's own midnight, on days of 23 and of 25 hours too", () => {
    const began = (window: Parameters<typeof windowStart>[0], resetsAt: string, timeZone: string): string =>
      new Date(windowStart(window, resetsAt, timeZone) ?? 0).toISOString();
    expect(began('day', '2026-11-23T00:00:00.000Z', 'UTC')).toBe('2026-11-22T00:00:00.000Z');
    expect(began('day', '2026-03-29T22:00:00.000Z', 'Europe/Oslo')).toBe('2026-03-28T23:00:00.000Z');
    expect(began('day', '2026-10-25T23:00:00.000Z', 'Europe/Oslo')).toBe('2026-10-24T22:00:00.000Z');
    expect(began('week', '2026-11-23T00:00:00.000Z', 'UTC')).toBe('2026-11-16T00:00:00.000Z');
    expect(began('month', '2026-03-01T05:00:00.000Z', 'America/New_York')).toBe('2026-02-01T05:00:00.000Z');
    expect(began('hour', '2026-11-22T16:00:00.000Z', 'UTC')).toBe('2026-11-22T15:00:00.000Z');
  });

  it('knows no beginning of a lifetime', () => {
    expect(windowStart('lifetime', null, 'UTC')).toBeNull();
  });
});

describe('Spending over time', () => {
  it('ends at what the session has spent, whatever of it came before these runs', () => {
    const runs = [runView(1, { totalTokens: 30 }), runView(2, { totalTokens: 50 })];
    expect(spendPoints(runs, 100, 'tokens', start).map(({ at, spent }) => [at - start, spent])).toEqual([
      [60_000, 20],
      [119_000, 50],
      [179_000, 100],
    ]);
  });
});
