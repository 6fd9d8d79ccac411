import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { calculator } from '../../src/index.ts';
import { evaluate } from '../../src/tools/arithmetic/evaluate.ts';
import { callTool } from '../support/call-tool.ts';

const compute = (expression: string) => callTool(calculator, { expression });

describe('the calculator', () => {
  it.each([
    ['17 * 23', '391'],
    ['1 + 2 * 3 - 4 / 2', '5'],
    ['(1 + 2) * 3', '9'],
    ['2 ^ 3 ^ 2', '512'],
    ['-2 ^ 2', '-4'],
    ['2 ** -1', '0.5'],
    ['0.1 + 0.2', '0.3'],
    ['1 / 3', '0.333333333333333'],
    ['2^64 + 1', '18446744073709551617'],
    ['2^4000 % 1_000', '376'],
    ['7 // 2 + -7 // 2', '-1'],
    ['-7 % 3', '2'],
    ['10 - 2 - 3', '5'],
    ['5!', '120'],
    ['round(1.005, 2)', '1.01'],
    ['round(-2.5)', '-3'],
    ['round(1234, -2)', '1200'],
    ['sqrt(16) + max(1, 5, 3)', '9'],
    ['floor(-1.5)', '-2'],
    ['2 × 3 ÷ 4 − 1', '0.5'],
    ['PI', '3.14159265358979'],
    ['1e3 + .5', '1000.5'],
  ])('computes %s', async (expression, expected) => {
    expect(await compute(expression)).toBe(expected);
  });

  it.each([
    ['1 / 0', /Division by zero/],
    ['sqrt(-1)', /not a real number/],
    ['1 +', /ends too early/],
    ['(1', /closing bracket/],
    ['1 2', /"2" at character 3/],
    ['process.exit(1)', /"\." at character 8/],
    ['eval(1)', /"eval" is unknown/],
    ['constructor', /"constructor" is unknown/],
    ['x = 5', /"=" at character 3/],
    ['sqrt(1, 2)', /can't take 2/],
    ['[].map', /"\[" at character 1/],
    ['', /ends too early/],
  ])('refuses %s in words that help', async (expression, message) => {
    await expect(compute(expression)).rejects.toThrow(message);
  });

  it.each([
    ['a power of powers', '9^9^9'],
    ['a power with a huge exponent', '2^999999999999'],
    ['factorials of factorials', '400!!'],
    ['a chain of products', `${'9^1000*'.repeat(100)}1`],
    ['brackets without end', '('.repeat(500)],
    ['signs without end', `${'-'.repeat(900)}1`],
    ['a text without end', '1'.repeat(1_000_000)],
  ])('refuses %s at once', async (_, expression) => {
    const startedAt = performance.now();
    await expect(compute(expression)).rejects.toMatchObject({ name: 'ToolError' });
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it('agrees with exact integers, whatever is written', () => {
    const whole = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    fc.assert(
      fc.property(whole, whole, whole, (a, b, c) => {
        expect(evaluate(`(${a}) * (${b}) - (${c})`)).toBe(String(a * b - c));
      }),
    );
  });

  it('throws nothing but its own refusals, whatever a model writes', () => {
    const pieces = fc.constantFrom(...'0123456789.+-*/%^!(), eE'.split(''), 'sqrt', 'pi', 'round', '**', '//', '𝟙');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (written) => {
        try {
          expect(evaluate(written.join(''))).toMatch(/^-?\d/);
        } catch (error) {
          expect((error as Error).name).toBe('ToolError');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
