import { randomInt } from 'node:crypto';

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** A tool call's id: `t` and eight of `[0-9a-z]`. Mistral takes nine letters and digits and nothing else. */
export function newCallId(): string {
  return `t${Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join('')}`;
}
