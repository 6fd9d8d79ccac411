import stringWidth from 'string-width';
import { paint } from './colours.ts';
import { wrap } from './wrap.ts';

export type Field = readonly [label: string, value: string | null];

/** Labels on the left, values on the right, wrapped under themselves; a field without a value is left out. */
export function fields(list: readonly Field[], width: number, indent = ''): string {
  const shown = list.filter((field): field is readonly [string, string] => field[1] !== null);
  const labels = Math.max(...shown.map(([label]) => stringWidth(label)));
  const left = indent.length + labels + 2;
  return shown
    .map(([label, value]) => {
      const [first = '', ...more] = value.split('\n').flatMap((line) => wrap(line, width - left));
      const head = indent + paint('dim', label) + ' '.repeat(labels - stringWidth(label) + 2) + first;
      return [head, ...more.map((line) => ' '.repeat(left) + line)].join('\n');
    })
    .join('\n');
}
