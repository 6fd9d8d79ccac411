const wordOperators: readonly (readonly [RegExp, string])[] = [
  [/\bplus\b/gi, '+'],
  [/\bminus\b/gi, '-'],
  [/\b(?:times|multiplied by)\b|[×·]|(?<=\d\s*)x(?=\s*\d)/gi, '*'],
  [/\b(?:divided by|over)\b|[÷:](?=\s*\d)/gi, '/'],
];

const expression = /-?\d+(?:\.\d+)?(?:\s*[-+*/]\s*-?\d+(?:\.\d+)?)+/;

/**
 * The value of the first sum in a text, products before sums.
 *
 * @example
 * firstSum('What is 2 + 3 times 4?'); // { asked: '2 + 3 * 4', value: 14 }
 */
export function firstSum(text: string): { asked: string; value: number } | null {
  const plain = wordOperators.reduce((so, [pattern, operator]) => so.replace(pattern, operator), text);
  const asked = expression.exec(plain.replace(/(?<=\d),(?=\d{3}\b)/g, ''))?.[0];
  if (asked === undefined || /^\d{4}-\d{2}-\d{2}$/.test(asked)) return null;
  const summands: number[] = [];
  let rest = asked;
  for (let first = true; rest.trim() !== ''; first = false) {
    const found = first ? /^\s*()(-?\d+(?:\.\d+)?)/.exec(rest) : /^\s*([-+*/])\s*(-?\d+(?:\.\d+)?)/.exec(rest);
    if (found === null) return null;
    const value = Number(found[2]);
    const last = summands.length - 1;
    if (found[1] === '*') summands[last] = (summands[last] ?? 0) * value;
    else if (found[1] === '/') summands[last] = (summands[last] ?? 0) / value;
    else summands.push(found[1] === '-' ? -value : value);
    rest = rest.slice(found[0].length);
  }
  const value = summands.reduce((sum, summand) => sum + summand, 0);
  return Number.isFinite(value) ? { asked: asked.replace(/\s+/g, ' '), value: Number(value.toFixed(6)) } : null;
}
