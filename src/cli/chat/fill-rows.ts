import stringWidth from 'string-width';

/** Characters; browsers take no longer ones. */
const longestAddress = 2_000;

/** The last row of a line that may still grow. */
export interface GrowingRow {
  /** Blanks before it, as far in as its line. */
  readonly indent: string;
  readonly text: string;
  /** Does the row before it belong to the same line? */
  readonly continues: boolean;
}

export const lineStart: GrowingRow = { indent: '', text: '', continues: false };

/**
 * Adds text without line breaks to a row: rows that are full, broken at blanks, and the one that may still grow. A word
 * that is longer than a row is broken where the row is full, since some scripts have no blanks; an address stays whole,
 * so that it can be copied.
 *
 * @param width cells of a row
 */
export function fillRows(
  row: GrowingRow,
  piece: string,
  width: number,
): { readonly rows: readonly string[]; readonly last: GrowingRow } {
  const { indent, text } = withIndent(row, piece, width);
  const left = width - indent.length;
  const rows: string[] = [];
  let growing: string | null = null;
  for (const word of text.split(' ')) {
    // Blanks at which a line was broken are gone.
    if (growing === null && word === '' && (row.continues || rows.length > 0)) continue;
    const longer: string = growing === null ? word : `${growing} ${word}`;
    if (stringWidth(longer) <= left) {
      growing = longer;
      continue;
    }
    if (growing !== null) rows.push(growing.trimEnd());
    const parts = isAddress(word) ? [word] : partsOf(word, left);
    growing = parts.pop() ?? null;
    rows.push(...parts);
    if (growing === '') growing = null;
  }
  const last = { indent, text: growing ?? '', continues: row.continues || rows.length > 0 };
  return { rows: rows.map((one) => indent + one), last };
}

/** All rows of a line. */
export function rowsOf(line: string, width: number): string[] {
  const { rows, last } = fillRows(lineStart, line, width);
  return [...rows, last.text === '' ? '' : last.indent + last.text];
}

/** A line that begins far to the right has no room below its beginning. */
function withIndent({ indent, text, continues }: GrowingRow, piece: string, width: number) {
  if (continues) return { indent, text: text + piece };
  const line = indent + text + piece;
  const [blanks = ''] = /^ */.exec(line) ?? [];
  return blanks.length > width / 2 ? { indent: '', text: line } : { indent: blanks, text: line.slice(blanks.length) };
}

function isAddress(word: string): boolean {
  return word.length <= longestAddress && /^\S{0,8}:\/\//.test(word);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function partsOf(word: string, width: number): string[] {
  const rows = [''];
  let cells = 0;
  for (const { segment } of graphemes.segment(word)) {
    const more = stringWidth(segment);
    if (cells + more > width) {
      rows.push('');
      cells = 0;
    }
    rows[rows.length - 1] += segment;
    cells += more;
  }
  return rows;
}
