import stringWidth from 'string-width';
import { stripVTControlCharacters } from 'node:util';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'right';
  /** Given up on a narrow terminal, the highest first. Without it the column stays. */
  readonly spare?: number;
}

const gap = '  ';

/**
 * Aligned columns without borders. On a narrow terminal spare columns go first; then the widest is cut.
 *
 * @param width characters in a line; `Infinity` cuts nothing
 * @param heading how the line of titles is painted
 */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  heading: (text: string) => string = (text) => text,
): string {
  let shown = [...columns];
  for (;;) {
    const cells = rows.map((row) => shown.map((column) => column.value(row)));
    const widths = shown.map(({ title }, at) =>
      Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[at] ?? ''))),
    );
    const excess = widths.reduce((sum, one) => sum + one, gap.length * (shown.length - 1)) - width;
    const leaving = excess > 0 ? sparest(shown) : undefined;
    if (leaving !== undefined) {
      shown = shown.filter((column) => column !== leaving);
      continue;
    }
    if (excess > 0) narrow(widths, excess);
    const line = (values: readonly string[]): string =>
      shown
        .map(({ align }, at) => fit(values[at] ?? '', widths[at] ?? 0, align))
        .join(gap)
        .trimEnd();
    return [heading(line(shown.map(({ title }) => title))), ...cells.map(line)].join('\n');
  }
}

function sparest<Row>(columns: readonly Column<Row>[]): Column<Row> | undefined {
  return columns
    .filter(({ spare }) => spare !== undefined)
    .toSorted((a, b) => (b.spare ?? 0) - (a.spare ?? 0))
    .at(0);
}

function narrow(widths: number[], excess: number): void {
  const widest = widths.indexOf(Math.max(...widths));
  widths[widest] = Math.max(1, (widths[widest] ?? 0) - excess);
}

/** Text padded or cut to a width in terminal cells; what is cut loses its colours. */
export function fit(text: string, width: number, align?: 'right'): string {
  const has = stringWidth(text);
  if (has <= width) return align === 'right' ? ' '.repeat(width - has) + text : text + ' '.repeat(width - has);
  let cut = '';
  for (const { segment } of new Intl.Segmenter().segment(stripVTControlCharacters(text))) {
    if (stringWidth(cut + segment) >= width) break;
    cut += segment;
  }
  return fit(`${cut}…`, width, align);
}
