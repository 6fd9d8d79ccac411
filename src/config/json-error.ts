/** Could this be the beginning of a JSON text? */
function mayGoOn(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const [, position] = /at position (\d+)/.exec(message) ?? [];
    return /end of JSON input|Unterminated string/.test(message) || Number(position) >= text.length;
  }
}

/**
 * `line:column` (from 1) of the first character that makes a text no JSON. V8 tells the place for some of its messages
 * only, so the longest beginning that may still go on is looked for.
 */
export function jsonErrorAt(text: string): string {
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (mayGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  const before = text.slice(0, good).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}
