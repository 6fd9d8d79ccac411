import { createLogUpdate } from 'log-update';
import stringWidth from 'string-width';
import { Writable } from 'node:stream';
import { hasStyles } from '../terminal/colours.ts';
import { guarded } from '../terminal/neutral.ts';

/** What is drawn at the end of the screen, over and over. */
export interface Frame {
  readonly rows: readonly string[];
  /** Where the cursor stands: a row counted from the last one (0), and cells from the left. */
  readonly cursor: { readonly fromEnd: number; readonly column: number };
}

const beginTogether = '\u001B[?2026h';
const endTogether = '\u001B[?2026l';
/** So that a paste arrives as one piece, its line breaks included. */
const pastesInOne = '\u001B[?2004h';
const pastesAsTyped = '\u001B[?2004l';

/**
 * A terminal with lines that stay and, below them, a frame that is drawn in place. Each change is one write, so that
 * nothing flickers over a slow connection.
 */
export class Screen {
  readonly #terminal: NodeJS.WriteStream;
  readonly #frameOf: () => Frame;
  readonly #draw: ReturnType<typeof createLogUpdate>;
  #frame: Frame | null = null;
  #written = '';

  constructor(terminal: NodeJS.WriteStream, frameOf: () => Frame) {
    this.#terminal = terminal;
    this.#frameOf = frameOf;
    const gathering = new Writable({
      decodeStrings: false,
      write: (chunk: string, _, done) => {
        this.#written += chunk;
        done();
      },
    });
    Object.defineProperties(gathering, {
      columns: { get: () => terminal.columns },
      rows: { get: () => terminal.rows },
    });
    this.#draw = createLogUpdate(gathering, { showCursor: true });
    terminal.write(pastesInOne);
  }

  /** After `end`, draws again. */
  begin(): void {
    this.#terminal.write(pastesInOne);
    this.#drawFrame();
  }

  /** Draws the frame as it is now. */
  draw(): void {
    this.#toEnd();
    this.#drawFrame();
  }

  /** Lines above the frame, for good. */
  print(text: string): void {
    this.#toEnd();
    this.#draw.clear();
    this.#written += `${guarded(text, hasStyles(this.#terminal))}\n`;
    this.#drawFrame();
  }

  /** Draws anew at the width that the terminal has now, which may have broken what stood there into more rows. */
  resized(): void {
    this.#written += `${up(this.#rowsAboveCursor())}\r\u001B[J`;
    this.#draw.done();
    this.#drawFrame();
  }

  /** Clears the terminal, all but the frame. */
  clear(): void {
    this.#written += '\u001B[H\u001B[2J';
    this.#draw.done();
    this.#drawFrame();
  }

  /** Takes the frame away and leaves the terminal as it was found. */
  end(): void {
    this.#toEnd();
    this.#draw.clear();
    this.#frame = null;
    this.#flush();
    this.#terminal.write(pastesAsTyped);
  }

  #drawFrame(): void {
    const frame = this.#frameOf();
    this.#draw(frame.rows.join('\n'));
    const { fromEnd, column } = frame.cursor;
    this.#written += `${up(fromEnd + 1)}\r${column === 0 ? '' : `\u001B[${column}C`}`;
    this.#frame = frame;
    this.#flush();
  }

  /** Below the frame, where the next change of it begins. */
  #toEnd(): void {
    if (this.#frame !== null) this.#written += `\u001B[${this.#frame.cursor.fromEnd + 1}B\r`;
  }

  #rowsAboveCursor(): number {
    if (this.#frame === null) return 0;
    const width = this.#terminal.columns;
    const { rows, cursor } = this.#frame;
    const above = rows.slice(0, rows.length - 1 - cursor.fromEnd);
    const broken = above.map((row) => Math.max(1, Math.ceil(stringWidth(row) / width)));
    return broken.reduce((sum, one) => sum + one, Math.floor(cursor.column / width));
  }

  #flush(): void {
    if (this.#written !== '') this.#terminal.write(beginTogether + this.#written + endTogether);
    this.#written = '';
  }
}

function up(rows: number): string {
  return rows === 0 ? '' : `\u001B[${rows}A`;
}
