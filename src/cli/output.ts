import { hasStyles } from './terminal/colours.ts';
import { guarded, guardedJson } from './terminal/neutral.ts';

/** Standard output of one command: one JSON document, or lines for people. */
export function printDocument(value: unknown): void {
  process.stdout.write(`${guardedJson(JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined))}\n`);
}

/** One of several documents, each on a line of its own. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${guardedJson(JSON.stringify(value))}\n`);
}

export function print(...lines: readonly string[]): void {
  write(`${lines.join('\n')}\n`);
}

/** Text for people as it comes; whoever wrote it, it can't steer their terminal. */
export function write(text: string): void {
  process.stdout.write(guarded(text, hasStyles(process.stdout)));
}

/** Comma-separated values: byte by byte as they are, except on a terminal. */
export function printCsv(text: string): void {
  if (process.stdout.isTTY) write(text);
  else process.stdout.write(text);
}

/** For a person who watches, never part of the answer. */
export function note(line: string): void {
  process.stderr.write(`${guarded(line, hasStyles(process.stderr))}\n`);
}
