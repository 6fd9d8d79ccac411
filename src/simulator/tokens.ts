import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';

/** Text is text: `<|endoftext|>` in a message is counted as its characters, as providers do. */
const plainText = { disallowedSpecial: new Set<string>() };
const longestChunk = 2_048;
/** Characters of o200k's longest token: a run of spaces. */
const longestToken = 128;
const shortestRemembered = 128;
const rememberedCharacters = 8_000_000;

/** Cuts before a space where there is one, so that cutting does not change the count of ordinary prose. */
function* chunksOf(text: string): Generator<string> {
  let from = 0;
  while (text.length - from > longestChunk) {
    let to = from + longestChunk;
    const space = text.lastIndexOf(' ', to);
    if (space > from + longestChunk - 256) to = space;
    else if (/[\uD800-\uDBFF]/.test(text[to - 1] ?? '')) to -= 1;
    yield text.slice(from, to);
    from = to;
  }
  yield text.slice(from);
}

const remembered = new Map<string, number>();
let characters = 0;

function remember(text: string, tokens: number): void {
  remembered.set(text, tokens);
  characters += text.length;
  for (const oldest of remembered.keys()) {
    if (characters <= rememberedCharacters) break;
    remembered.delete(oldest);
    characters -= oldest.length;
  }
}

/**
 * Tokens of a text in OpenAI's o200k encoding.
 *
 * Unbroken text of 32,000 characters would take seconds in one piece, so it is counted in pieces of at most 2,048; long
 * texts are remembered, since each request of a conversation repeats those before it.
 */
export function countTokens(text: string): number {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  let tokens = 0;
  for (const chunk of chunksOf(text)) tokens += countO200k(chunk, plainText);
  if (text.length >= shortestRemembered) remember(text, tokens);
  return tokens;
}

/** The longest beginning of a text, of whole characters, that counts at most `limit` tokens. */
export function firstTokens(text: string, limit: number): string {
  if (countTokens(text) <= limit) return text;
  const characters = Array.from(text.slice(0, (limit + 1) * longestToken));
  let kept = 0;
  let tooMany = characters.length;
  while (tooMany - kept > 1) {
    const middle = Math.floor((kept + tooMany) / 2);
    if (countTokens(characters.slice(0, middle).join('')) <= limit) kept = middle;
    else tooMany = middle;
  }
  return characters.slice(0, kept).join('');
}

const words = 'the river runs past the old mill and on to the sea while the wind turns over the quiet fields'.split(
  ' ',
);

/** A text of exactly `tokens` tokens. */
export function textOf(tokens: number): string {
  return Array.from({ length: tokens }, (_, at) => words[at % words.length]).join(' ');
}
