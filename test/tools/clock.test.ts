import { describe, expect, it } from '@jest/globals';
import { clock } from '../../src/index.ts';
import { callTool } from '../support/call-tool.ts';

describe('the clock', () => {
  it('tells the time of now, in UTC unless a zone is named', async () => {
    const before = Math.floor(Date.now() / 1000);
    const now = (await callTool(clock, {})) as { readonly unixSeconds: number; readonly iso: string };
    expect(now.unixSeconds).toBeGreaterThanOrEqual(before);
    expect(now.unixSeconds).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000));
    expect(now).toMatchObject({ timeZone: 'UTC', offset: '+00:00' });
    expect(Date.parse(now.iso) / 1000).toBe(now.unixSeconds);
  });

  it.each([
    ['2026-03-29T14:30', 'Asia/Tokyo', 'Europe/Oslo', '2026-03-29T07:30:00+02:00', 'Sunday'],
    ['2026-03-28T14:30', 'Asia/Tokyo', 'Europe/Oslo', '2026-03-28T06:30:00+01:00', 'Saturday'],
    ['2026-12-31T20:00:00-05:00', undefined, 'Australia/Sydney', '2027-01-01T12:00:00+11:00', 'Friday'],
    ['2026-07-01T12:00', 'UTC', 'Asia/Kolkata', '2026-07-01T17:30:00+05:30', 'Wednesday'],
  ])('knows what %s (%s) is in %s', async (at, from, timeZone, iso, weekday) => {
    expect(await callTool(clock, { at, from, timeZone })).toMatchObject({ iso, weekday, timeZone });
  });

  it.each([
    [{ timeZone: 'Oslo' }, /no time zone "Oslo".*Europe\/Oslo/],
    [{ at: 'next Friday' }, /"next Friday" is no ISO 8601/],
  ])('refuses %j in words that help', async (input, message) => {
    await expect(callTool(clock, input)).rejects.toThrow(message);
  });
});
