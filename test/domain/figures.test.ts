import { describe, expect, it } from '@jest/globals';
import { cost, tokens, type Spent } from '../../src/cli/terminal/closing-line.ts';
import { ago, count, dollars, duration, percent, price } from '../../src/domain/figures.ts';

const spent: Spent = {
  inputTokens: 1204,
  outputTokens: 96,
  cacheReadTokens: 812,
  cost: 0.0021,
  duration: 1.4,
  estimatedTokens: 0,
};

describe('numbers for people', () => {
  it('separates thousands and shows the unknown as a question mark, never as nothing', () => {
    expect(count(1_234_567)).toBe('1,234,567');
    expect(count(0)).toBe('0');
    expect(count(null)).toBe('?');
    expect(dollars(null)).toBe('?');
    expect(duration(null)).toBe('?');
    expect(percent(null)).toBe('? %');
  });

  it('gives a small amount of money the decimals it needs', () => {
    expect([0, 0.0021, 0.00000123, 0.5, 12.3456, 1234.5].map(dollars)).toEqual([
      '$0',
      '$0.0021',
      '$0.0000012',
      '$0.5000',
      '$12.35',
      '$1,234.50',
    ]);
  });

  it('never writes an amount that is not zero as zero, down to the nano-dollar that money is kept in', () => {
    for (let exponent = 0; exponent <= 9; exponent++)
      expect(Number(dollars(10 ** -exponent).slice(1))).toBeGreaterThan(0);
  });

  it('shows prices of a million tokens in whole cents, or exactly', () => {
    expect([3, 0.1, 0.075, 0.1234].map(price)).toEqual(['$3.00', '$0.10', '$0.075', '$0.1234']);
    expect(price(undefined)).toBe('?');
  });

  it('says durations as people do', () => {
    expect([0.041, 1.42, 59.9, 65, 3725].map(duration)).toEqual(['41 ms', '1.4 s', '59.9 s', '1 min 5 s', '1 h 2 min']);
    expect(duration(59.96)).toBe('1 min 0 s');
  });

  it('keeps a decimal for what is under one percent', () => {
    expect([0, 0.002, 0.41, 1].map(percent)).toEqual(['0 %', '0.2 %', '41 %', '100 %']);
  });

  it('says how long ago in one unit', () => {
    const now = Date.parse('2026-01-02T00:00:00Z');
    const before = (seconds: number): string => ago(new Date(now - seconds * 1000).toISOString(), now);
    expect([5, 90, 7200, 200_000].map(before)).toEqual(['5 s ago', '1 min ago', '2 h ago', '2 d ago']);
  });

  it('marks sums with estimates or unknown parts in them', () => {
    expect(tokens(spent, 'inputTokens')).toBe('1,204');
    expect(tokens({ ...spent, estimatedTokens: 5 }, 'inputTokens')).toBe('~1,204');
    expect(tokens({ ...spent, unknownParts: { outputTokens: 1 } }, 'outputTokens')).toBe('96 + ?');
    expect(tokens({ ...spent, outputTokens: null }, 'outputTokens')).toBe('?');
  });

  it('takes no missing price for free', () => {
    expect(cost({ cost: null, costUnknown: true, estimatedTokens: 0 })).toBe('$?');
    expect(cost({ cost: 0.5, costUnknown: true, estimatedTokens: 0 })).toBe('$0.5000 + ?');
    expect(cost({ cost: 0.5, estimatedTokens: 9 })).toBe('~$0.5000');
    expect(cost({ cost: 0, estimatedTokens: 0 })).toBe('$0');
  });
});
