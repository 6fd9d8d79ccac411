import { ToolError } from '../../config/tool-error.ts';
import { factorial, finite, integer, shown, type Value } from './values.ts';

export const constants: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['e', Math.E],
  ['tau', 2 * Math.PI],
]);

interface NamedFunction {
  readonly least: number;
  readonly most: number;
  of(values: readonly Value[]): Value;
}

const ofOne = (compute: (value: number) => number): NamedFunction => ({
  least: 1,
  most: 1,
  of: ([value = 0]) => finite(wholeOf(compute(Number(value)))),
});

/** A double that is a safe integer goes on as an exact one. */
function wholeOf(value: number): Value {
  return Number.isSafeInteger(value) ? BigInt(value) : value;
}

const compare = (a: Value, b: Value): number => (a < b ? -1 : a > b ? 1 : 0);

/** Half away from zero, as people round; by the digits that are shown, so that 1.005 becomes 1.01. */
function round(value: Value, digits: bigint): Value {
  if (typeof value === 'bigint' && digits >= 0n) return value;
  if (digits < -300n || digits > 300n) throw new ToolError('round takes at most 300 digits');
  const [mantissa = '0', exponent = '0'] = shown(value).split('e');
  const scaled = Number(`${mantissa}e${Number(exponent) + Number(digits)}`);
  const rounded = Math.sign(scaled) * Math.round(Math.abs(scaled));
  const [figure = '0', shift = '0'] = String(rounded).split('e');
  return finite(wholeOf(Number(`${figure}e${Number(shift) - Number(digits)}`)));
}

const keepsWhole = (compute: (value: number) => number): NamedFunction => ({
  least: 1,
  most: 1,
  of: ([value = 0]) => (typeof value === 'bigint' ? value : finite(wholeOf(compute(value)))),
});

export const functions: ReadonlyMap<string, NamedFunction> = new Map([
  ['sqrt', ofOne(Math.sqrt)],
  ['cbrt', ofOne(Math.cbrt)],
  ['exp', ofOne(Math.exp)],
  ['ln', ofOne(Math.log)],
  ['log', ofOne(Math.log)],
  ['log2', ofOne(Math.log2)],
  ['log10', ofOne(Math.log10)],
  ['sin', ofOne(Math.sin)],
  ['cos', ofOne(Math.cos)],
  ['tan', ofOne(Math.tan)],
  ['asin', ofOne(Math.asin)],
  ['acos', ofOne(Math.acos)],
  ['atan', ofOne(Math.atan)],
  ['floor', keepsWhole(Math.floor)],
  ['ceil', keepsWhole(Math.ceil)],
  ['trunc', keepsWhole(Math.trunc)],
  ['abs', { least: 1, most: 1, of: ([value = 0]) => (value < 0 ? -value : value) }],
  ['factorial', { least: 1, most: 1, of: ([value = 0]) => factorial(value) }],
  ['round', { least: 1, most: 2, of: ([value = 0, digits = 0n]) => round(value, integer(digits, 'round')) }],
  ['min', { least: 1, most: 100, of: (values) => values.toSorted(compare)[0] ?? 0 }],
  ['max', { least: 1, most: 100, of: (values) => values.toSorted(compare).at(-1) ?? 0 }],
]);
