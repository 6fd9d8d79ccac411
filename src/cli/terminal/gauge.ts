import type { GaugeMarks } from '../../domain/gauge-level.ts';

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const mark = '┊';

export const gaugeCells = 11;

/**
 * A load line: how much of the window is used, in eighths of a cell, with the thresholds marked where they stand. What
 * is used is never drawn as nothing, and what is not full never as full.
 *
 * @example
 * gauge(0.5, { warn: 0.75, critical: 0.95 }); // '▕█████▌  ┊ ┊▏'
 */
export function gauge(use: number | null, marks: GaugeMarks, cells = gaugeCells): string {
  const filled = use === null ? 0 : eighthsOf(use, cells * 8);
  const full = Math.floor(filled / 8);
  const drawn = '█'.repeat(full) + (eighths[filled % 8] ?? '');
  const rest = Array.from({ length: cells - drawn.length }, (_, index) => {
    const cell = drawn.length + index;
    const marked = [marks.warn, marks.critical].some((at) => at !== null && cellOf(at, cells) === cell);
    return marked ? mark : ' ';
  });
  return `▕${drawn}${rest.join('')}▏`;
}

function eighthsOf(use: number, most: number): number {
  if (use <= 0) return 0;
  if (use >= 1) return most;
  return Math.min(most - 1, Math.max(1, Math.round(use * most)));
}

function cellOf(fraction: number, cells: number): number {
  return Math.min(cells - 1, Math.floor(fraction * cells));
}
