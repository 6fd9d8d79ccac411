import { describe, expect, it } from '@jest/globals';
import { emptyTotals, toSessionMetrics } from '../../src/domain/metrics.ts';
import { ledgerVerdict, shownNow } from '../../web/src/inspect/ledger-verdict.ts';
import { ledgerView } from './inspect-fixtures.ts';

describe('The verdict on a shown number', () => {
  it('is equal when the rows add up to it, whatever a double makes of the dollars', () => {
    const view = ledgerView(12_410, 0.1 + 0.2);
    expect(ledgerVerdict(view, { label: 'Tokens', tokens: 12_410, cost: 0.3 }, false).verdict).toBe('equal');
  });

  it('is different by one token or one nano-dollar', () => {
    const view = ledgerView(12_410, 0.3);
    expect(ledgerVerdict(view, { label: 'Tokens', tokens: 12_411 }, false).verdict).toBe('different');
    expect(ledgerVerdict(view, { label: 'Cost', cost: 0.300000001 }, false).verdict).toBe('different');
  });

  it('is open while something is in flight', () => {
    expect(ledgerVerdict(ledgerView(10, 0), { label: 'Tokens', tokens: 12 }, true).verdict).toBe('open');
  });

  it('takes unknown for unknown and never for zero', () => {
    expect(ledgerVerdict(ledgerView(null, null), { label: 'Tokens', tokens: null, cost: null }, false).verdict).toBe(
      'equal',
    );
    expect(ledgerVerdict(ledgerView(null, null), { label: 'Cost', cost: 0 }, false).verdict).toBe('different');
  });

  it('follows a number of the whole session while it is open, and keeps one of what has ended', () => {
    const metrics = toSessionMetrics('s', emptyTotals, { tokens: 0, window: null });
    const shown = { label: 'Tokens', tokens: 12_410, cost: 0.3 };
    expect(shownNow(shown, {}, metrics)).toEqual({ label: 'Tokens', tokens: metrics.totalTokens, cost: metrics.cost });
    expect(shownNow({ label: 'Out', tokens: 1, field: 'outputTokens' }, {}, metrics).tokens).toBe(metrics.outputTokens);
    expect(shownNow(shown, { runId: 's.1' }, metrics)).toBe(shown);
    expect(shownNow(shown, {}, undefined)).toBe(shown);
  });
});
