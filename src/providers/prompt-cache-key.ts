import { createHash } from 'node:crypto';

/** The key as it is, or its hash: OpenAI takes 64 characters. */
export function promptCacheKey(cacheKey: string): string {
  return cacheKey.length <= 64 ? cacheKey : createHash('sha256').update(cacheKey).digest('hex');
}
