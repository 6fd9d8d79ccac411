/** Money is kept as integer nano-dollars (1e-9 US dollars) and turned into dollars only where it is shown. */
export type NanoUsd = number;

export const nanoPerUsd = 1_000_000_000;

/** Dollars as a number for people and JSON; at most nine decimals. */
export function toUsd(nano: NanoUsd): number {
  return nano / nanoPerUsd;
}

/**
 * Nano-dollars from dollars, rounded half up to the nearest.
 *
 * @throws RangeError when the amount is not finite or is past 2^53 nano-dollars (nine million dollars), where integers
 * would no longer be exact.
 */
export function fromUsd(usd: number): NanoUsd {
  const nano = Math.round(usd * nanoPerUsd);
  if (!Number.isSafeInteger(nano)) throw new RangeError(`${usd} dollars can't be kept exactly in nano-dollars`);
  return nano;
}
