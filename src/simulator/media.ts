import { isBase64 } from '../domain/base64.ts';

/** OpenAI's price of an image in tokens: 85 at low detail, 765 for a square of 1,024 pixels at high. */
export function openaiImageTokens(detail: unknown): number {
  return detail === 'low' ? 85 : 765;
}

/** Anthropic: width × height / 750, for the usual 1.15 megapixels. */
export const anthropicImageTokens = 1_600;
export const ollamaImageTokens = 256;

/** A page of a document. */
const pageTokens = 1_500;
const pageBytes = 50_000;

/** Tokens of a file; one by URL or id counts as one page. */
export function fileTokens(base64: unknown): number {
  const bytes = typeof base64 === 'string' ? base64.length * 0.75 : 0;
  return pageTokens * Math.max(1, Math.ceil(bytes / pageBytes));
}

/** OpenAI counts ten tokens a second of audio it hears. */
export function audioTokens(base64: string, format: unknown): number {
  const audio = Buffer.from(base64, 'base64');
  const isWav = audio.length > 44 && audio.toString('latin1', 0, 4) === 'RIFF';
  const declared = isWav ? audio.readUInt32LE(28) : 0;
  const bytesPerSecond = declared > 0 ? declared : format === 'wav' || format === 'pcm16' ? 48_000 : 16_000;
  return Math.max(1, Math.ceil((audio.length / bytesPerSecond) * 10));
}

/** What an image is by its first bytes; `null`: none that providers take. */
export function imageTypeOf(base64: string): string | null {
  const start = Buffer.from(base64.slice(0, 32), 'base64').toString('latin1');
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(start)) return 'image/gif';
  return start.startsWith('RIFF') && start.startsWith('WEBP', 8) ? 'image/webp' : null;
}

/** Whether every sign is one of base64, with the padding that it needs. */
export function isPaddedBase64(text: string): boolean {
  return text.length % 4 === 0 && isBase64(text);
}

export function isPdf(base64: string): boolean {
  return Buffer.from(base64.slice(0, 8), 'base64').toString('latin1').startsWith('%PDF');
}
