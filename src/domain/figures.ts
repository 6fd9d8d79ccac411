const grouped = new Intl.NumberFormat('en-US');

/** A count with thousands separators; `?` when nobody told. */
export function count(value: number | null): string {
  return value === null ? '?' : grouped.format(value);
}

/** So many of a thing: `1 run`, `12 runs`. */
export function amountOf(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/**
 * US dollars with as many decimals as the amount needs; `?` when unknown.
 *
 * @example
 * dollars(0.0021); // '$0.0021'
 */
export function dollars(usd: number | null): string {
  if (usd === null) return '?';
  if (usd === 0) return '$0';
  if (usd >= 1)
    return `$${new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(usd)}`;
  const leadingZeros = Math.floor(-Math.log10(usd));
  return `$${usd.toFixed(Math.min(9, Math.max(4, leadingZeros + 2)))}`;
}

/** A price of a million tokens: whole cents, or more decimals where it has them. */
export function price(usd: number | undefined): string {
  if (usd === undefined) return '?';
  return usd === 0 ? '$0' : `$${usd.toFixed(Math.max(2, Math.min(6, decimalsOf(usd))))}`;
}

function decimalsOf(value: number): number {
  return String(Number(value.toFixed(6))).split('.')[1]?.length ?? 0;
}

/** A duration in seconds as people say it. */
export function duration(seconds: number | null): string {
  if (seconds === null) return '?';
  if (seconds < 0.0995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${grouped.format(Math.floor(whole / 3600))} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A fraction of 1 in percent. */
export function percent(fraction: number | null): string {
  if (fraction === null) return '? %';
  const value = fraction * 100;
  return value > 0 && value < 1 ? `${value.toFixed(1)} %` : `${Math.round(value)} %`;
}

/** How long ago that was, in one unit. */
export function ago(at: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
  ] as const;
  const unit = units.find(([size]) => seconds >= size);
  return unit === undefined ? `${seconds} s ago` : `${Math.floor(seconds / unit[0])} ${unit[1]} ago`;
}

/** How long until an instant, in two units at most. */
export function inWords(at: string, now: number): string {
  const minutes = Math.max(1, Math.ceil((Date.parse(at) - now) / 60_000));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days > 0) return `in ${days} d${hours === 0 || days > 2 ? '' : ` ${hours} h`}`;
  return hours > 0 ? `in ${hours} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}` : `in ${minutes} min`;
}
