import { createRequire } from 'node:module';

/** Encodings whose vocabularies are at hand. */
export type EncodingName = 'o200k_base' | 'cl100k_base';
type Encoding = typeof import('gpt-tokenizer/encoding/o200k_base');

const require = createRequire(import.meta.url);
const loaded = new Map<EncodingName, Encoding>();

/** 200 ms and 60 MB: loaded with the first count, not with the worker. */
function encoding(name: EncodingName): Encoding {
  const known = loaded.get(name) ?? (require(`gpt-tokenizer/encoding/${name}`) as Encoding);
  loaded.set(name, known);
  return known;
}

/** Unbroken text costs the merge loop n²: 32,000 characters of CJK take 4 s whole and 40 ms in pieces of this length. */
const pieceLength = 2048;
const seamSearch = 128;

/** Where a piece that starts at `start` ends: before a space near its limit, where no merge crosses, if there is one. */
function endOfPiece(text: string, start: number): number {
  const limit = start + pieceLength;
  if (limit >= text.length) return text.length;
  for (let end = limit; end > limit - seamSearch; end--) if (text.charCodeAt(end) === 32) return end;
  const last = text.charCodeAt(limit - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return splitsPair ? limit - 1 : limit;
}

/**
 * Tokens of a text in o200k, the encoding of OpenAI's models since GPT-4o, or in another. What looks like a special token
 * counts as the text that it is, since providers encode it so.
 */
export function countTokens(text: string, name: EncodingName = 'o200k_base'): number {
  if (text === '') return 0;
  const { countTokens: count } = encoding(name);
  const asText = { disallowedSpecial: new Set<string>() };
  if (text.length <= pieceLength) return count(text, asText);
  let tokens = 0;
  for (let start = 0; start < text.length;) {
    const end = endOfPiece(text, start);
    tokens += count(text.slice(start, end), asText);
    start = end;
  }
  return tokens;
}
