import { describe, expect, it } from '@jest/globals';
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { fields as painted } from '../../src/cli/terminal/fields.ts';
import { fit, table, type Column } from '../../src/cli/terminal/table.ts';

/** Without colours, which the terminal of the tests decides on. */
const fields = (...given: Parameters<typeof painted>): string => stripVTControlCharacters(painted(...given));

interface Row {
  readonly name: string;
  readonly tokens: string;
  readonly note: string;
}

const columns: readonly Column<Row>[] = [
  { title: 'NAME', value: ({ name }) => name },
  { title: 'TOKENS', align: 'right', spare: 1, value: ({ tokens }) => tokens },
  { title: 'NOTE', spare: 2, value: ({ note }) => note },
];
const rows: readonly Row[] = [
  { name: 'ann', tokens: '1,204', note: 'first' },
  { name: '日本語', tokens: '7', note: '👍🏽 wide' },
];

describe('tables', () => {
  it('line up, whatever the width of their characters', () => {
    const lines = table(columns, rows, Infinity).split('\n');
    expect(lines).toEqual(['NAME    TOKENS  NOTE', 'ann      1,204  first', '日本語       7  👍🏽 wide']);
    expect(lines.map((line) => stringWidth(line.slice(0, line.search(/NOTE|first|👍/u))))).toEqual([16, 16, 16]);
  });

  it('give up spare columns, the sparest first, until they fit', () => {
    expect(table(columns, rows, 16).split('\n')[0]).toBe('NAME    TOKENS');
    expect(table(columns, rows, 10).split('\n')[0]).toBe('NAME');
  });

  it('cut the widest column when nothing spare is left, and never run over the edge', () => {
    const lines = table(columns, [{ name: 'a-very-long-session-id', tokens: '1', note: '' }], 12).split('\n');
    expect(lines).toEqual(['NAME', 'a-very-long…']);
  });

  it('cut between characters, not within them', () => {
    expect(fit('日本語', 5)).toBe('日本…');
    expect(fit('日本語', 4)).toBe('日… ');
  });
});

describe('fields', () => {
  it('are wrapped under themselves, with what has no value left out', () => {
    expect(
      fields(
        [
          ['why', 'no key is set here'],
          ['none', null],
          ['a', 'b'],
        ],
        14,
      ),
    ).toBe('why  no key is\n     set here\na    b');
  });

  it('keep a long word whole, so that an address can be copied', () => {
    expect(fields([['at', 'http://127.0.0.1:4100/readyz']], 10)).toBe('at  http://127.0.0.1:4100/readyz');
  });
});
