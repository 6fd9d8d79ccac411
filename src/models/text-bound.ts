import { countTokens } from './tokenizer.ts';
import type { TokenizerFamily } from './tokenizer-families.ts';

/**
 * Characters that another tokeniser may make more of than o200k does, each at its worst: digits one by one (Llama 2,
 * Gemma, Qwen), every blank of a run (GPT-2), every ASCII sign by itself, and every byte of what is not ASCII (a
 * vocabulary without that script falls back on bytes).
 */
function finerSplits(text: string, bytes: number): number {
  let ascii = 0;
  let finer = 0;
  let blank = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 127) {
      blank = false;
      continue;
    }
    ascii += 1;
    const letter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
    if (code === 32) {
      if (blank) finer += 1;
      blank = true;
      continue;
    }
    blank = false;
    if (!letter) finer += 1;
  }
  return finer + (bytes - ascii);
}

const rememberedCharacters = 4_000_000;
const remembered = new Map<string, number>();
let characters = 0;

/** A conversation's texts come again with every plan, so their counts are kept. */
function countCl100k(text: string): number {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const tokens = countTokens(text, 'cl100k_base');
  remembered.set(text, tokens);
  characters += text.length;
  for (const oldest of remembered.keys()) {
    if (characters <= rememberedCharacters) break;
    remembered.delete(oldest);
    characters -= oldest.length;
  }
  return tokens;
}

/** Tokens more where each digit is one, rather than up to three of them; of digits that are not ASCII every byte. */
export function lonelyDigits(text: string): number {
  let more = 0;
  for (const [digits] of text.matchAll(/[0-9]+/g)) more += digits.length - Math.ceil(digits.length / 3);
  for (const [digits] of text.matchAll(/(?![0-9])\p{N}+/gu)) more += Buffer.byteLength(digits);
  return more;
}

/** 2 % for seams between the pieces that are counted, and between a text and its template. */
const withSeams = (tokens: number): number => Math.ceil(tokens * 1.02) + 2;

function cl100kBound(text: string, splitsDigits: boolean): number {
  // What Qwen reads is normalised first.
  const tokens = splitsDigits ? countCl100k(text.normalize('NFC')) + lonelyDigits(text) : countCl100k(text);
  return withSeams(tokens);
}

/**
 * The most tokens that a text can be for a family. Never above one token a byte, which no byte-level tokeniser can
 * exceed; the 2 are SentencePiece's leading blank and a seam.
 */
export function textBound(text: string, tokens: number, family: TokenizerFamily): number {
  if (text === '') return 0;
  if (family.tokenizer === 'cl100k and more') return cl100kBound(text, family.splitsDigits);
  return family.tokenizer === 'o200k' ? withSeams(tokens) : rewrittenBound(text, tokens, family);
}

/** The same for what a template may write in another way: JSON with blanks after its commas, or indented. */
export function rewrittenBound(text: string, tokens: number, family: TokenizerFamily): number {
  if (text === '') return 0;
  if (!family.template.rewrites) return withSeams(tokens);
  const bytes = Buffer.byteLength(text);
  return Math.min(bytes, Math.ceil(tokens * family.bound) + finerSplits(text, bytes)) + 2;
}
