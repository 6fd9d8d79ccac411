import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of what was typed, so much is found again with the arrow keys. */
const keptEntries = 500;

/** What was typed into chats of this home, for the arrow keys of the next one; only its owner may read the file. */
export class InputHistory {
  readonly #file: string;

  constructor(home: string) {
    this.#file = join(home, 'chat-history');
  }

  /** Newest first. */
  entries(): string[] {
    if (!existsSync(this.#file)) return [];
    const lines = readFileSync(this.#file, 'utf8').split('\n');
    const entries = lines.flatMap(entryOf);
    if (entries.length > 2 * keptEntries) this.#shorten(entries.slice(-keptEntries));
    return entries.slice(-keptEntries).reverse();
  }

  /** Lines of a chat beside this one are kept too: each is appended on its own. */
  add(entry: string): void {
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  }

  #shorten(entries: readonly string[]): void {
    const shorter = `${this.#file}.${process.pid}`;
    writeFileSync(shorter, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
    renameSync(shorter, this.#file);
  }
}

/** A line that was cut in half by a full disk is none. */
function entryOf(line: string): string[] {
  try {
    const entry = JSON.parse(line) as unknown;
    return typeof entry === 'string' ? [entry] : [];
  } catch {
    return [];
  }
}
