/**
 * Control characters, and those that change the order in which text is read. Not the joiners, marks and variation
 * selectors that writing and emoji need.
 */
const steering = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/gu;

/**
 * Text of a stranger (a model, a tool, a person) that can't steer a terminal: what could move its cursor, set its title,
 * fill its clipboard or turn text around is shown by its code. Lines and tabs stay.
 *
 * @example
 * neutral('\u001B]0;owned\u0007'); // '\\u{1b}]0;owned\\u{7}'
 */
export function neutral(text: string): string {
  return text
    .replaceAll(/\r(?=\n|$)/g, '')
    .replaceAll(steering, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The styles that we paint with: bold, dim, inverse and the colours of text; none that hides it. */
// oxlint-disable-next-line no-control-regex
const ownStyle = /(\u001B\[(?:[1-47]|2[2347]|3[0-79]|9[0-7])m)/;

/** The same for text that is painted already: the styles stay where they are on, all else is neutral. */
export function guarded(text: string, hasStyles: boolean): string {
  if (!hasStyles) return neutral(text);
  return text
    .split(ownStyle)
    .map((part, index) => (index % 2 === 1 ? part : neutral(part)))
    .join('');
}

const unseen = /[\u007F-\u009F\u2028-\u202E\u2066-\u2069]/g;

/** A JSON text in which what JSON leaves as it is, but a terminal obeys, is escaped: the same value. */
export function guardedJson(json: string): string {
  return json.replaceAll(unseen, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
