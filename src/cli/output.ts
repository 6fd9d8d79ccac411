/** Standard output of one command: one JSON document, or lines for people. */
export function printDocument(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined)}\n`);
}

/** One of several documents, each on a line of its own. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** For a person who watches, never part of the answer. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
