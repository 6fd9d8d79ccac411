import { ToolError } from '../../config/tool-error.ts';
import { constants, functions } from './functions.ts';
import { tokensOf, type Token } from './tokens.ts';
import * as values from './values.ts';
import type { Value } from './values.ts';

export const longestExpression = 1000;
/** Of brackets, signs and powers in one another: the call stack is finite. */
const deepest = 100;

type Operation = (a: Value, b: Value) => Value;
const sums: ReadonlyMap<string, Operation> = new Map([
  ['+', values.add],
  ['-', values.subtract],
]);
const products: ReadonlyMap<string, Operation> = new Map([
  ['*', values.multiply],
  ['/', values.divide],
  ['//', values.divideDown],
  ['%', values.remainder],
]);

/** Reads an expression by recursive descent and computes as it goes; nothing of it is ever run as code. */
class Expression {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Value {
    const value = this.#sum();
    const rest = this.#tokens[this.#next];
    if (rest !== undefined) throw new ToolError(`"${rest.text}" at character ${rest.at + 1} is not expected there`);
    return value;
  }

  #sum(): Value {
    return this.#chain(sums, () => this.#product());
  }

  #product(): Value {
    return this.#chain(products, () => this.#signed());
  }

  #chain(operations: ReadonlyMap<string, Operation>, operand: () => Value): Value {
    let value = operand();
    for (;;) {
      const operation = operations.get(this.#sign() ?? '');
      if (operation === undefined) return value;
      this.#next += 1;
      value = operation(value, operand());
    }
  }

  /** A power binds more than a sign before it and less than one behind it: -2^2 is -4, 2^-1 is 0.5. */
  #signed(): Value {
    return this.#deeper(() => {
      if (this.#take('-')) return values.negate(this.#signed());
      if (this.#take('+')) return this.#signed();
      const base = this.#postfix();
      return this.#take('^') || this.#take('**') ? values.power(base, this.#signed()) : base;
    });
  }

  #postfix(): Value {
    let value = this.#atom();
    while (this.#take('!')) value = values.factorial(value);
    return value;
  }

  #atom(): Value {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new ToolError('The expression ends too early');
    this.#next += 1;
    if (token.kind === 'number') return values.valueOf(token.text);
    if (token.kind === 'name') return this.#named(token.text);
    if (token.text !== '(') throw new ToolError(`"${token.text}" at character ${token.at + 1} is not expected there`);
    const value = this.#sum();
    this.#close();
    return value;
  }

  #named(written: string): Value {
    const name = written.toLowerCase();
    const constant = constants.get(name);
    if (constant !== undefined) return constant;
    const called = functions.get(name);
    if (called === undefined || !this.#take('(')) {
      const known = [...functions.keys(), ...constants.keys()].join(', ');
      throw new ToolError(
        called === undefined ? `"${written}" is unknown; known are ${known}` : `Write ${name}(…) with its value`,
      );
    }
    const given = [this.#sum()];
    while (this.#take(',')) given.push(this.#sum());
    this.#close();
    if (given.length < called.least || given.length > called.most) {
      throw new ToolError(`${name} can't take ${given.length} values`);
    }
    return called.of(given);
  }

  #close(): void {
    if (!this.#take(')')) throw new ToolError('A closing bracket is missing');
  }

  #deeper(read: () => Value): Value {
    if (++this.#depth > deepest) throw new ToolError(`The expression is more than ${deepest} levels deep`);
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #sign(): string | null {
    const token = this.#tokens[this.#next];
    return token?.kind === 'sign' ? token.text : null;
  }

  #take(sign: string): boolean {
    if (this.#sign() !== sign) return false;
    this.#next += 1;
    return true;
  }
}

/**
 * The value of an arithmetic expression, as text. Whole numbers are exact; others have 15 digits.
 *
 * @throws ToolError in words for the model that wrote it.
 *
 * @example
 * evaluate('2^64 + 1'); // '18446744073709551617'
 */
export function evaluate(expression: string): string {
  if (expression.length > longestExpression) {
    throw new ToolError(`The expression has ${expression.length} characters; at most ${longestExpression} are taken`);
  }
  return values.shown(new Expression(tokensOf(expression)).whole());
}
