import { neutral } from '../terminal/neutral.ts';
import { fillRows, lineStart, type GrowingRow } from './fill-rows.ts';

type Style = 'dim' | undefined;

/**
 * Text that comes in pieces, broken into rows: those that are whole leave for good, the last one may still grow.
 * Whoever wrote it, it can't steer the terminal.
 */
export class TextFlow {
  readonly #width: () => number;
  readonly #leave: (rows: readonly string[], style: Style) => void;
  #last: GrowingRow = lineStart;
  #style: Style;
  #broken = false;

  constructor(width: () => number, leave: (rows: readonly string[], style: Style) => void) {
    this.#width = width;
    this.#leave = leave;
  }

  /** The row that may still grow. */
  get last(): { readonly text: string; readonly style: Style } {
    const { indent, text } = this.#last;
    return { text: text === '' ? '' : indent + text, style: this.#style };
  }

  /** Ends the row before its time: what follows begins on the next one, without the blank or the line break there. */
  breakRow(): void {
    if (this.last.text === '') return;
    this.#leave([this.last.text], this.#style);
    this.#last = { indent: this.#last.indent, text: '', continues: true };
    this.#broken = true;
  }

  /** A style holds from one line break to the next. */
  write(text: string, style?: Style): void {
    const shown = neutral(text).replaceAll('\t', '    ');
    this.#style = style;
    const leaving: string[] = [];
    for (const [at, piece] of shown.split('\n').entries()) {
      if (at > 0) {
        // The line break after a row that was broken off stands there already.
        if (!this.#broken || this.last.text !== '') leaving.push(this.last.text.trimEnd());
        this.#last = lineStart;
        this.#broken = false;
      }
      const { rows, last } = fillRows(this.#last, piece, this.#width());
      leaving.push(...rows);
      this.#last = last;
      this.#broken &&= last.text === '';
    }
    if (leaving.length > 0) this.#leave(leaving, style);
  }
}
