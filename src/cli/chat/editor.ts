import { createInterface, emitKeypressEvents, type Interface, type Key } from 'node:readline';
import { PassThrough, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { lineBreak } from './input-layout.ts';

export interface EditorHandlers {
  /** @param begunAt when its first character was typed, milliseconds since the epoch */
  onLine(text: string, begunAt: number): void;
  /** Ctrl-C. */
  onInterrupt(): void;
  /** Ctrl-D at an empty line. */
  onLeave(): void;
  /** Ctrl-L. */
  onClear(): void;
  /** Ctrl-Z. */
  onSuspend(): void;
  onChange(): void;
  completions(line: string): readonly string[];
}

/**
 * A line that is edited with the keys of every shell: Node's readline, which draws nothing here. A backslash at the end
 * and Ctrl-J (or Alt-Enter) break the line, and a paste is taken as one piece.
 */
export class Editor {
  readonly #readline: Interface;
  readonly #terminal: NodeJS.ReadStream;
  readonly #handlers: EditorHandlers;
  readonly #onKey = (typed: string | undefined, key: Key): void => this.#take(typed, key);
  #pasted: string | null = null;
  #begunAt = 0;
  /** What Tab could make of the line. */
  candidates: readonly string[] = [];

  constructor(terminal: NodeJS.ReadStream, history: string[], handlers: EditorHandlers) {
    this.#terminal = terminal;
    this.#handlers = handlers;
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    this.#readline = createInterface({
      input: new PassThrough(),
      output: nowhere,
      terminal: true,
      prompt: '',
      historySize: 500,
      removeHistoryDuplicates: true,
      history: history.map((entry) => entry.replaceAll('\n', lineBreak)),
      completer: (line: string) => this.#complete(line),
    });
    this.#readline.on('line', (line) => handlers.onLine(line.replaceAll(lineBreak, '\n'), this.#begunAt));
    emitKeypressEvents(terminal);
    this.start();
  }

  get line(): string {
    return this.#readline.line;
  }

  get cursor(): number {
    return this.#readline.cursor;
  }

  start(): void {
    this.#terminal.setRawMode(true);
    this.#terminal.on('keypress', this.#onKey);
    this.#terminal.resume();
  }

  /** Gives the keyboard back. */
  stop(): void {
    this.#terminal.off('keypress', this.#onKey);
    this.#terminal.setRawMode(false);
    this.#terminal.pause();
  }

  clear(): void {
    this.#readline.write(null, { ctrl: true, name: 'e' });
    this.#readline.write(null, { ctrl: true, name: 'u' });
  }

  #take(typed: string | undefined, key: Key): void {
    if (key.name === 'paste-start') this.#pasted = '';
    else if (key.name === 'paste-end') this.#paste();
    else if (this.#pasted === null) this.#press(typed, key);
    else this.#pasted += key.sequence ?? typed ?? '';
  }

  #press(typed: string | undefined, key: Key): void {
    this.candidates = [];
    const wasEmpty = this.line === '';
    if (key.ctrl === true && key.name === 'c') this.#handlers.onInterrupt();
    else if (key.ctrl === true && key.name === 'l') this.#handlers.onClear();
    else if (key.ctrl === true && key.name === 'z') this.#handlers.onSuspend();
    else if (key.ctrl === true && key.name === 'd' && wasEmpty) this.#handlers.onLeave();
    else if (this.#breaksLine(key)) this.#readline.write(lineBreak);
    else this.#readline.write(typed ?? null, key);
    if (wasEmpty) this.#begunAt = Date.now();
    this.#handlers.onChange();
  }

  #breaksLine(key: Key): boolean {
    if (key.name === 'enter' || (key.name === 'return' && key.meta === true)) return true;
    if (key.name !== 'return' || this.line[this.cursor - 1] !== '\\') return false;
    this.#readline.write(null, { name: 'backspace' });
    return true;
  }

  /** What steers a terminal is left out of a paste. */
  #paste(): void {
    const text = stripVTControlCharacters(this.#pasted ?? '').replaceAll(/\r\n?|\n/g, lineBreak);
    this.#pasted = null;
    if (this.line === '') this.#begunAt = Date.now();
    // oxlint-disable-next-line no-control-regex
    this.#readline.write(text.replaceAll('\t', '    ').replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, ''));
    this.#handlers.onChange();
  }

  #complete(line: string): [string[], string] {
    const found = this.#handlers.completions(line);
    this.candidates = found.length > 1 ? found : [];
    return [[...found], line];
  }
}
