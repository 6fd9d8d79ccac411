import { isBase64 } from '../../domain/base64.ts';

/** How a file of each type begins, in hexadecimal. Types that Anthropic and OpenAI both take. */
const beginnings: Readonly<Record<string, RegExp>> = {
  'image/png': /^89504e470d0a1a0a/,
  'image/jpeg': /^ffd8ff/,
  'image/gif': /^47494638(37|39)61/,
  'image/webp': /^52494646.{8}57454250/,
};
/** Anthropic takes 5 MB of base64 an image: https://platform.claude.com/docs/en/build-with-claude/vision */
const mostBase64 = 5 * 1024 * 1024;

/**
 * May an image go into requests? One that a provider refuses would be refused again with every later request of the
 * session.
 */
export function isReadableImage(base64: string, mediaType: string): boolean {
  if (base64.length > mostBase64 || base64.length % 4 !== 0 || !isBase64(base64)) return false;
  return beginnings[mediaType]?.test(Buffer.from(base64.slice(0, 24), 'base64').toString('hex')) ?? false;
}
