import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stripVTControlCharacters } from 'node:util';
import { closingLine as painted } from '../../src/cli/terminal/closing-line.ts';
import { gauge, gaugeCells } from '../../src/cli/terminal/gauge.ts';
import { levelOf } from '../../src/domain/gauge-level.ts';

/** Without colours, which the terminal of the tests decides on. */
const closingLine = (...given: Parameters<typeof painted>): string => stripVTControlCharacters(painted(...given));

const marks = { warn: 0.75, critical: 0.95 };
const spent = {
  inputTokens: 1204,
  outputTokens: 96,
  cacheReadTokens: 812,
  cost: 0.0021,
  duration: 1.4,
  estimatedTokens: 0,
};

describe('the load line', () => {
  it('is filled in eighths of a cell and marked where the thresholds stand', () => {
    expect(gauge(0, marks)).toBe('▕        ┊ ┊▏');
    expect(gauge(0.5, marks)).toBe('▕█████▌  ┊ ┊▏');
    expect(gauge(0.8, marks)).toBe('▕████████▊ ┊▏');
    expect(gauge(1, marks)).toBe('▕███████████▏');
    expect(gauge(2, marks)).toBe('▕███████████▏');
  });

  it('is empty where the window is unknown, and without marks where nothing fires', () => {
    expect(gauge(null, marks)).toBe('▕        ┊ ┊▏');
    expect(gauge(0.1, { warn: null, critical: null })).toBe('▕█▏         ▏');
  });

  it('never draws what is used as nothing, nor what is not full as full', () => {
    expect(gauge(0.0001, marks)).toBe('▕▏       ┊ ┊▏');
    expect(gauge(0.9999, marks)).toBe('▕██████████▉▏');
  });

  it('always has the same length and grows with what is used', () => {
    const filled = (line: string): number =>
      [...line.slice(1, -1)].reduce((sum, cell) => sum + Math.max(0, ' ▏▎▍▌▋▊▉█'.indexOf(cell)), 0);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1.5, noNaN: true }),
        fc.double({ min: 0, max: 1.5, noNaN: true }),
        (a, b) => {
          const [less, more] = a < b ? [a, b] : [b, a];
          expect(gauge(less, marks)).toHaveLength(gaugeCells + 2);
          expect(filled(gauge(less, marks))).toBeLessThanOrEqual(filled(gauge(more, marks)));
        },
      ),
    );
  });

  it('changes its level at the thresholds', () => {
    expect([0.1, 0.75, 0.949, 0.95, 1].map((use) => levelOf(use, marks))).toEqual([
      'fine',
      'warn',
      'warn',
      'critical',
      'critical',
    ]);
    expect(levelOf(null, marks)).toBe('fine');
    expect(levelOf(0.99, { warn: null, critical: null })).toBe('fine');
  });
});

describe('the closing line', () => {
  it('says how full the context is and what the run took', () => {
    expect(closingLine({ use: 0.41, marks }, spent, Infinity)).toBe(
      '▕████▌   ┊ ┊▏ 41 %  1,204 in (812 cached) · 96 out · $0.0021 · 1.4 s',
    );
  });

  it('says that a run was simulated', () => {
    expect(closingLine({ use: 0.41, marks }, { ...spent, simulated: true }, Infinity)).toMatch(/ · simulated$/);
  });

  it('breaks between its parts on a narrow terminal', () => {
    expect(closingLine({ use: 0.41, marks }, spent, 40).split('\n')).toEqual([
      '▕████▌   ┊ ┊▏ 41 %',
      '1,204 in (812 cached) · 96 out · $0.0021',
      '1.4 s',
    ]);
  });
});
