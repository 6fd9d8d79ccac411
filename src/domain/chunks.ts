/**
 * As many of the first texts as have room together, and what is left. A text that has no room alone is cut, at a
 * space where there is one.
 *
 * @param room tokens, at least 1.
 * @param tokensOf of a text, in the same measure.
 */
export function takeChunk(
  texts: readonly string[],
  room: number,
  tokensOf: (text: string) => number,
): { readonly chunk: readonly string[]; readonly rest: readonly string[] } {
  let left = room;
  let taken = 0;
  for (const text of texts) {
    const tokens = tokensOf(text);
    if (tokens > left) break;
    left -= tokens;
    taken += 1;
  }
  const [first, ...others] = texts;
  if (taken > 0 || first === undefined) return { chunk: texts.slice(0, taken), rest: texts.slice(taken) };
  const at = cutAt(first, Math.max(1, Math.floor((first.length * room) / Math.max(1, tokensOf(first)))));
  return { chunk: [first.slice(0, at)], rest: [first.slice(at), ...others] };
}

function cutAt(text: string, most: number): number {
  const space = text.lastIndexOf(' ', most);
  const at = space > most / 2 ? space + 1 : most;
  // Not between the two halves of a character beyond the basic plane.
  return at > 1 && /[\uD800-\uDBFF]/.test(text.charAt(at - 1)) ? at - 1 : at;
}
