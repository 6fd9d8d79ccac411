import { ImplicitCache, isCachedByTurns } from './implicit-cache.ts';
import { BreakpointCache, PrefixCache, uncached, type BilledInput } from './prompt-cache.ts';
import type { Prompt } from './prompt.ts';

/** `automatic`: OpenAI's ways, by model; `breakpoints`: Anthropic's. */
export type Caching = 'automatic' | 'breakpoints' | 'none';

/** What the simulated providers have cached. */
export class PromptCaches {
  readonly #prefixes = new PrefixCache();
  readonly #turns = new ImplicitCache();
  readonly #breakpoints = new BreakpointCache();

  bill(caching: Caching, prompt: Prompt, now: number): BilledInput {
    if (caching === 'none') return uncached(prompt);
    if (caching === 'breakpoints') return this.#breakpoints.bill(prompt, now);
    return (isCachedByTurns(prompt.model) ? this.#turns : this.#prefixes).bill(prompt, now);
  }
}
