import { dollars } from '../../../src/domain/figures.ts';

const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** A count for the tick of an axis: `12K`, `1.2M`. */
export function shortCount(value: number): string {
  return short.format(value);
}

/** Dollars for the tick of an axis: as few digits as tell them apart. */
export function shortDollars(value: number): string {
  if (value === 0) return '$0';
  return value >= 1000
    ? `$${short.format(value)}`
    : dollars(value)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '');
}
