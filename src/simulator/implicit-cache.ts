import { prefixesOf, uncached, type BilledInput } from './prompt-cache.ts';
import type { Prompt } from './prompt.ts';

const shortestCached = 1_024;
const lifetimeMs = 1_800_000;
/** Ends of turns at which an earlier entry is looked for. */
const lookback = 80;

/** Models that write their cache at a price, and can be told not to. */
export function isCachedByTurns(model: string): boolean {
  return /^gpt-(5\.[6-9]|[6-9])/.test(model);
}

/**
 * Automatic caching of OpenAI's models from GPT-5.6 on: a request is written up to the end of its newest message of a
 * user or a tool, for 30 minutes and at a price, and read from where an earlier one was written. Nothing in between, and
 * no steps of 128 tokens.
 *
 * @see https://developers.openai.com/api/docs/guides/prompt-caching
 */
export class ImplicitCache {
  readonly #entries = new Map<string, number>();

  bill(prompt: Prompt, now: number): BilledInput {
    const plain = uncached(prompt);
    if (!prompt.writesCache) return plain;
    const prefixes = prefixesOf(prompt, `${prompt.model} ${prompt.cacheKey}`);
    const ends = prompt.segments
      .flatMap(({ endsTurn }, at) => (endsTurn === true ? (prefixes[at] ?? []) : []))
      .filter(({ tokens }) => tokens >= shortestCached)
      .slice(-lookback);
    const newest = ends.at(-1);
    if (newest === undefined) return plain;
    for (const [id, until] of this.#entries) if (until <= now) this.#entries.delete(id);
    const cacheRead = ends.findLast(({ id }) => this.#entries.has(id))?.tokens ?? 0;
    this.#entries.set(newest.id, now + lifetimeMs);
    return { ...plain, input: plain.input - newest.tokens, cacheRead, cacheWrite5m: newest.tokens - cacheRead };
  }
}
