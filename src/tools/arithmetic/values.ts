import { ToolError } from '../../config/tool-error.ts';

/** Integers are exact, whatever their size; all else is a double. */
export type Value = bigint | number;

/** Of an exact integer: about 1,200 decimal digits. */
const mostBits = 4096;
const largestFactorial = 450;

export function finite(value: Value): Value {
  if (typeof value === 'number') {
    if (Number.isNaN(value)) throw new ToolError('The result is not a real number');
    if (!Number.isFinite(value)) throw new ToolError('The result is infinite, or too large to be told');
    return value;
  }
  if (bitsOf(value) > mostBits) throw new ToolError(`The result has more than ${mostBits} bits`);
  return value;
}

function bitsOf(value: bigint): number {
  return (value < 0n ? -value : value).toString(2).length;
}

const isWhole = (value: Value): value is bigint => typeof value === 'bigint';

function exactly(
  a: Value,
  b: Value,
  whole: (a: bigint, b: bigint) => Value,
  real: (a: number, b: number) => number,
): Value {
  return finite(isWhole(a) && isWhole(b) ? whole(a, b) : real(Number(a), Number(b)));
}

export const add = (a: Value, b: Value): Value =>
  exactly(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  );
export const subtract = (a: Value, b: Value): Value =>
  exactly(
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  );
export const multiply = (a: Value, b: Value): Value =>
  exactly(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  );
export const negate = (value: Value): Value => -value;

function divisor(value: Value): void {
  if (Number(value) === 0) throw new ToolError('Division by zero');
}

export function divide(a: Value, b: Value): Value {
  divisor(b);
  return exactly(
    a,
    b,
    (x, y) => (x % y === 0n ? x / y : Number(x) / Number(y)),
    (x, y) => x / y,
  );
}

/** Rounded down, so that `divideDown(a, b) * b + remainder(a, b)` is `a`. */
export function divideDown(a: Value, b: Value): Value {
  divisor(b);
  return exactly(
    a,
    b,
    (x, y) => (x - floorMod(x, y)) / y,
    (x, y) => Math.floor(x / y),
  );
}

/** With the sign of the divisor. */
export function remainder(a: Value, b: Value): Value {
  divisor(b);
  return exactly(a, b, floorMod, (x, y) => x - Math.floor(x / y) * y);
}

function floorMod(a: bigint, b: bigint): bigint {
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

export function power(base: Value, exponent: Value): Value {
  if (!isWhole(base) || !isWhole(exponent) || exponent < 0n) return finite(Number(base) ** Number(exponent));
  // Before it is computed: 9^9^9 has 369 million digits.
  if ((bitsOf(base) - 1) * Number(exponent) > mostBits) {
    throw new ToolError(`The result has more than ${mostBits} bits`);
  }
  return finite(base ** exponent);
}

export function factorial(value: Value): Value {
  const whole = integer(value, 'a factorial');
  if (whole < 0n || whole > largestFactorial) throw new ToolError(`Factorials are for 0 to ${largestFactorial}`);
  let product = 1n;
  for (let factor = 2n; factor <= whole; factor++) product *= factor;
  return finite(product);
}

export function integer(value: Value, what: string): bigint {
  if (isWhole(value)) return value;
  if (Number.isInteger(value)) return BigInt(value);
  throw new ToolError(`${what} needs a whole number, not ${shown(value)}`);
}

export function valueOf(numeral: string): Value {
  return finite(/^\d+$/.test(numeral) ? BigInt(numeral) : Number(numeral));
}

/** 15 digits: what a double is sure of, so that 0.1 + 0.2 is 0.3. */
export function shown(value: Value): string {
  return isWhole(value) ? String(value) : String(Number(value.toPrecision(15)));
}
