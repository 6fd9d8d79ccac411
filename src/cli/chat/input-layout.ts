import stringWidth from 'string-width';

/** Stands for a line break within the line that is edited: a private character, which no keyboard has. */
export const lineBreak = '\uE00A';

export interface InputLayout {
  readonly rows: readonly string[];
  /** Where the cursor stands: a row of these, and cells from its left. */
  readonly row: number;
  readonly column: number;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Lays out what is typed: behind the prompt, broken at the width and at line breaks, later rows below the first.
 *
 * @param cursor UTF-16 units of `text` before the cursor
 * @param width cells of a row
 */
export function layoutInput(prompt: string, text: string, cursor: number, width: number): InputLayout {
  const promptCells = stringWidth(prompt);
  const indent = promptCells < width / 2 ? promptCells : 0;
  const rows = [prompt];
  let column = promptCells;
  let at: { row: number; column: number } | null = null;
  const newRow = (): void => {
    rows.push(' '.repeat(indent));
    column = indent;
  };
  if (promptCells >= width) newRow();
  for (const { segment, index } of graphemes.segment(text)) {
    if (segment === lineBreak) {
      if (index >= cursor) at ??= { row: rows.length - 1, column };
      newRow();
      continue;
    }
    const cells = stringWidth(segment);
    if (column + cells > width) newRow();
    if (index >= cursor) at ??= { row: rows.length - 1, column };
    rows[rows.length - 1] += segment;
    column += cells;
  }
  if (column >= width) newRow();
  return { rows, ...(at ?? { row: rows.length - 1, column }) };
}

/** At most `height` rows of a layout, those around the cursor. */
export function visibleRows({ rows, row, column }: InputLayout, height: number): InputLayout {
  if (rows.length <= height) return { rows, row, column };
  const first = Math.max(0, Math.min(row - height + 1, rows.length - height));
  return { rows: rows.slice(first, first + height), row: row - first, column };
}
