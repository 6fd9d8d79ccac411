import type { TokenRange } from '../domain/context.ts';
import type { MediaPart } from '../domain/messages.ts';

const bytesOf = (part: MediaPart): number | null =>
  part.data === undefined ? null : Math.floor((part.data.length * 3) / 4);

/**
 * Tokens of an image after the provider has scaled it down; its size in pixels is not looked at.
 *
 * - GPT-4o, 4.1, 5, o-series: 85 (or 70, 65, 75) + up to 8 tiles of 170 (140, 129, 150) = 1,445 at most; mini and nano
 *   models: 1,536 patches × up to 2.46 = 3,779; gpt-4o-mini: 2,833 + 8 × 5,667 = 48,169; from GPT-5.4 on up to 10,000
 *   patches: https://developers.openai.com/api/docs/guides/images-vision#calculating-costs
 * - Claude: about 1,600 at most, 4,784 from Opus 4.7 on: https://platform.claude.com/docs/en/build-with-claude/vision
 * - Gemini: 258 a tile, up to 2,240: https://ai.google.dev/gemini-api/docs/media-resolution
 * - Open models: Qwen-VL's default limit of 16,384 is the highest known.
 */
function imageTokens(model: string): TokenRange {
  if (model.includes('claude')) return { tokens: 1600, upperBound: 4784 };
  if (model.includes('gemini')) return { tokens: 1120, upperBound: 4128 };
  if (/gpt-4o-mini/.test(model)) return { tokens: 25_501, upperBound: 48_169 };
  if (/gpt-(4o|4-turbo)|^o[13]/.test(model)) return { tokens: 765, upperBound: 1445 };
  if (/gpt-(4\.1|5)(-mini|-nano)?(-\d|$)|^o4/.test(model)) return { tokens: 1536, upperBound: 3779 };
  if (/gpt-/.test(model)) return { tokens: 1536, upperBound: 16_384 };
  return { tokens: 1600, upperBound: 16_384 };
}

/**
 * Audio by its length, which is told from its size. OpenAI hears 10 tokens a second, Gemini 32, open models up to 25:
 * https://ai.google.dev/gemini-api/docs/audio. WAV is at least 8,000 bytes a second (telephone quality) and usually
 * 32,000; compressed speech at least 1,000 and usually 8,000. Behind a URL the length is unknown: a minute is assumed,
 * half an hour at most.
 */
function audioTokens(part: MediaPart, model: string): TokenRange {
  const perSecond = /^gpt-|^o\d/.test(model) ? 10 : 32;
  const bytes = bytesOf(part);
  if (bytes === null) return { tokens: 60 * perSecond, upperBound: 1800 * perSecond };
  const wave = /wav|pcm|l16/.test(part.mediaType);
  return {
    tokens: Math.ceil((bytes / (wave ? 32_000 : 8000)) * perSecond),
    upperBound: Math.ceil((bytes / (wave ? 8000 : 1000)) * perSecond) + perSecond,
  };
}

/**
 * A file such as a PDF: providers read its text and an image of every page, 1,500 to 3,000 tokens of text a page and the
 * image: https://platform.claude.com/docs/en/build-with-claude/pdf-support. A page of scanned paper takes some 50,000
 * bytes, one of compressed text 3,000. Behind a URL: 10 pages are assumed, 100 at most (Claude's limit for a request).
 */
function fileTokens(part: MediaPart): TokenRange {
  const bytes = bytesOf(part);
  const page = { tokens: 3000, upperBound: 3000 + 4784 };
  if (bytes === null) return { tokens: 10 * page.tokens, upperBound: 100 * page.upperBound };
  return {
    tokens: Math.ceil(bytes / 50_000) * page.tokens,
    upperBound: Math.ceil(bytes / 3000) * page.upperBound,
  };
}

/** The text of a file that models read as text (`text/*`, JSON, XML…); `null` for all else. */
export function textOfFile(part: MediaPart): string | null {
  if (part.type !== 'file' || part.data === undefined) return null;
  if (!/^text\/|[/+](json|xml|yaml|javascript|typescript|csv)\b/.test(part.mediaType)) return null;
  return Buffer.from(part.data, 'base64').toString('utf8');
}

/** Tokens of an image, a sound or a file by the rules that providers document. */
export function mediaTokens(part: MediaPart, model: string): TokenRange {
  if (part.type === 'image') return imageTokens(model);
  return part.type === 'audio' ? audioTokens(part, model) : fileTokens(part);
}
