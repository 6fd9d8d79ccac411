import { readFileSync } from 'node:fs';

/** The last lines a server wrote, for the person who must find out why it did not start. */
export function lastLines(logFile: string, count = 5): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}
