import { createHash } from 'node:crypto';
import type { ModelRequest } from './provider.ts';

/** What a request says about OpenAI's prompt cache, on either of its wires. */
export interface PromptCaching {
  readonly prompt_cache_key: string;
  readonly prompt_cache_options?: { readonly mode: 'explicit' };
}

/**
 * OpenAI caches by itself. Models from GPT-5.6 on charge for what they write: without marks that is switched off, which
 * the older ones, that write for nothing, do not know.
 *
 * A lifetime is not asked for. `prompt_cache_retention` is deprecated, refused by some models, and 24 hours wherever the
 * organisation's own data policy allows it; newer models keep an entry for 30 minutes or more.
 *
 * @see https://developers.openai.com/api/docs/guides/prompt-caching
 */
export function promptCaching({ model, cache, cacheKey }: ModelRequest): PromptCaching {
  const key = { prompt_cache_key: promptCacheKey(cacheKey) };
  return cache.instructions || !chargesForWrites(model) ? key : { ...key, prompt_cache_options: { mode: 'explicit' } };
}

/** The key as it is, or its hash: OpenAI takes 64 characters. */
export function promptCacheKey(cacheKey: string): string {
  return cacheKey.length <= 64 ? cacheKey : createHash('sha256').update(cacheKey).digest('hex');
}

function chargesForWrites(model: string): boolean {
  return /^gpt-(?:5\.[6-9]|[6-9]|[1-9]\d)/.test(model);
}
