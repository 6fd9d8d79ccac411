import { createHash } from 'node:crypto';
import { countTokens } from './tokens.ts';
import type { Prompt, Segment } from './prompt.ts';

/** Input of one request in the classes of `src/domain/usage.ts`. */
export interface BilledInput {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly audioInput: number;
}

/** OpenAI caches nothing shorter. */
const shortestCached = 1_024;

export function uncached(prompt: Prompt): BilledInput {
  const bill = { input: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, audioInput: 0 };
  for (const segment of prompt.segments) bill[segment.audio ? 'audioInput' : 'input'] += segment.tokens;
  return bill;
}

/** The stretches of a prompt from its beginning to the end of each segment. `realm`: what never shares an entry. */
export function prefixesOf({ segments }: Prompt, realm: string): readonly { id: string; tokens: number }[] {
  const hash = createHash('sha1').update(realm);
  let tokens = 0;
  return segments.map((segment) => {
    tokens += segment.tokens;
    return { id: hash.update(`\0${segment.text}`).copy().digest('base64'), tokens };
  });
}

function commonLength(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  return at;
}

function commonTokens(left: readonly Segment[], right: readonly Segment[]): number {
  let tokens = 0;
  for (const [at, segment] of left.entries()) {
    const other = right[at];
    if (segment.audio || other === undefined) break;
    if (segment.text !== other.text || segment.tokens !== other.tokens) {
      return tokens + countTokens(segment.text.slice(0, commonLength(segment.text, other.text)));
    }
    tokens += segment.tokens;
  }
  return tokens;
}

/**
 * Automatic caching of OpenAI's models before GPT-5.6: the longest prefix that an earlier request had, from 1,024 tokens on in
 * steps of 128; at least the last token is always read anew. Kept for ten idle minutes, by `prompt_cache_key`.
 *
 * @see https://platform.openai.com/docs/guides/prompt-caching
 */
export class PrefixCache {
  readonly #recent = new Map<string, { at: number; prompts: (readonly Segment[])[] }>();

  bill(prompt: Prompt, now: number): BilledInput {
    const plain = uncached(prompt);
    if (plain.input < shortestCached) return plain;
    const key = `${prompt.model} ${prompt.cacheKey}`;
    const entry = this.#recent.get(key);
    const known = entry !== undefined && now - entry.at < 600_000 ? entry.prompts : [];
    const longest = Math.max(0, ...known.map((other) => commonTokens(prompt.segments, other)));
    const steps = Math.floor(Math.min(longest, plain.input - 1) / 128) * 128;
    const cacheRead = steps < shortestCached ? 0 : steps;
    this.#recent.delete(key);
    this.#recent.set(key, { at: now, prompts: [prompt.segments, ...known.slice(0, 3)] });
    for (const oldest of this.#recent.keys()) {
      if (this.#recent.size <= 256) break;
      this.#recent.delete(oldest);
    }
    return { ...plain, input: plain.input - cacheRead, cacheRead };
  }
}

const lifetimeMs = { '5m': 300_000, '1h': 3_600_000 } as const;
/** A breakpoint looks for an earlier entry at so many places, its own the first of them. */
const lookback = 20;

/** What Anthropic's models cache at least, by their names; 1,024 tokens where none fits. */
const shortestByModel: readonly (readonly [RegExp, number])[] = [
  [/opus-5|fable-5|mythos-5/, 512],
  [/opus-4-7|haiku-3|3-5-haiku|3-haiku/, 2_048],
  [/opus-4-[56]|haiku-4-5/, 4_096],
];

function shortestCacheable(model: string): number {
  return shortestByModel.find(([name]) => name.test(model))?.[1] ?? 1_024;
}

/**
 * Caching at `cache_control` breakpoints as Anthropic documents it: the longest prefix written before is read, what
 * lies between it and a later breakpoint is written, and reading prolongs an entry's life.
 *
 * @see https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching
 */
export class BreakpointCache {
  readonly #entries = new Map<string, { until: number; lifetime: '5m' | '1h' }>();

  bill(prompt: Prompt, now: number): BilledInput {
    const plain = uncached(prompt);
    const prefixes = prefixesOf(prompt, prompt.model);
    const shortest = shortestCacheable(prompt.model);
    const marked = prompt.segments.flatMap(({ breakpoint }, at) =>
      breakpoint !== undefined && (prefixes[at]?.tokens ?? 0) >= shortest ? [{ at, lifetime: breakpoint }] : [],
    );
    let cacheRead = 0;
    for (const { at } of marked) {
      for (const { id, tokens: upTo } of prefixes.slice(Math.max(0, at + 1 - lookback), at + 1)) {
        const entry = this.#entries.get(id);
        if (entry === undefined || entry.until <= now || upTo < cacheRead) continue;
        cacheRead = upTo;
        entry.until = now + lifetimeMs[entry.lifetime];
      }
    }
    const written = { '5m': 0, '1h': 0 };
    let end = cacheRead;
    for (const { at, lifetime } of marked) {
      const prefix = prefixes[at];
      if (prefix === undefined || prefix.tokens <= end) continue;
      written[lifetime] += prefix.tokens - end;
      end = prefix.tokens;
      this.#entries.set(prefix.id, { until: now + lifetimeMs[lifetime], lifetime });
    }
    for (const [id, entry] of this.#entries) if (entry.until <= now) this.#entries.delete(id);
    return { ...plain, input: plain.input - end, cacheRead, cacheWrite5m: written['5m'], cacheWrite1h: written['1h'] };
  }
}
