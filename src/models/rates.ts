import type { ModelPrice, PriceSettings } from '../domain/model.ts';
import type { NanoUsd } from '../domain/money.ts';
import { sumKnown, type UsageClasses } from '../domain/usage.ts';

/**
 * Integer pico-dollars (1e-12) a token: a price of d dollars a million tokens is d × 1e6 of them. Prices have up to six
 * decimals (OpenRouter lists such), for which nano-dollars a token would be too coarse.
 */
type PicoUsd = number;

export interface Rate {
  readonly base: PicoUsd;
  /** Long-context prices, ascending: one holds for all tokens of a request whose whole input is above its mark. */
  readonly tiers: readonly { readonly above: number; readonly rate: PicoUsd }[];
}

/** `null`: this class has a price of its own that nobody told us. */
export type Rates = Readonly<Record<keyof UsageClasses, Rate | null>>;

const inputClasses = ['input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'audioInput'] as const;
const outputClasses = ['output', 'reasoning', 'audioOutput'] as const;
const classes = [...inputClasses, ...outputClasses];

const picoPerNano = 1000n;

export function flatRate(usdPerMillion: number): Rate {
  return { base: Math.round(usdPerMillion * 1e6), tiers: [] };
}

export function usdPerMillion(rate: Rate): number {
  return rate.base / 1e6;
}

export function scaled(rate: Rate, factor: number): Rate {
  return {
    base: Math.round(rate.base * factor),
    tiers: rate.tiers.map((tier) => ({ above: tier.above, rate: Math.round(tier.rate * factor) })),
  };
}

/** The rates of a price that is the same however long the request is. */
export function ratesOf(price: ModelPrice): Rates {
  const cacheWrite = price.cacheWrite ?? price.input;
  return {
    input: flatRate(price.input),
    cacheRead: flatRate(price.cacheRead ?? price.input),
    cacheWrite5m: flatRate(cacheWrite),
    cacheWrite1h: flatRate(price.cacheWrite1h ?? cacheWrite),
    audioInput: flatRate(price.audioInput ?? price.input),
    output: flatRate(price.output),
    reasoning: flatRate(price.reasoning ?? price.output),
    audioOutput: flatRate(price.audioOutput ?? price.output),
  };
}

/** Rates that another price replaces for a whole request whose input is above a mark. */
export function withLongContext(price: ModelPrice, above: number, long: ModelPrice): Rates {
  const [base, dear] = [ratesOf(price), ratesOf(long)];
  return Object.fromEntries(
    classes.map((name) => {
      const [rate, tier] = [base[name], dear[name]];
      if (rate === null || tier === null) return [name, null];
      return [name, { base: rate.base, tiers: [{ above, rate: tier.base }] }];
    }),
  ) as unknown as Rates;
}

/** The rates of a price as a config writes it. */
export function ratesOfSettings({ longContext, ...price }: PriceSettings): Rates {
  return longContext === undefined ? ratesOf(price) : withLongContext(price, longContext.above, longContext);
}

export const freeRates = ratesOf({ input: 0, output: 0 });

function inForce(rate: Rate, wholeInput: number): PicoUsd {
  let pico = rate.base;
  for (const tier of rate.tiers) if (wholeInput > tier.above) pico = tier.rate;
  return pico;
}

function dearest(rate: Rate, wholeInput: number): PicoUsd {
  const reachable = rate.tiers.filter((tier) => wholeInput > tier.above);
  return Math.max(rate.base, ...reachable.map((tier) => tier.rate));
}

/**
 * What a request cost: exact in pico-dollars, then rounded once, half up, to nano-dollars.
 *
 * @returns `null` when no class is known, or when one that was used has no known price.
 */
export function costOf(rates: Rates, usage: UsageClasses): NanoUsd | null {
  const known = classes.filter((name) => usage[name] !== null);
  if (known.length === 0) return null;
  const wholeInput = inputClasses.reduce((sum, name) => sum + (usage[name] ?? 0), 0);
  let pico = 0n;
  for (const name of known) {
    const tokens = usage[name] ?? 0;
    if (tokens === 0) continue;
    const rate = rates[name];
    if (rate === null) return null;
    pico += BigInt(tokens) * BigInt(inForce(rate, wholeInput));
  }
  return Number((pico + picoPerNano / 2n) / picoPerNano);
}

/**
 * What the provider's prompt cache saved: what the same request would have cost without it, less what it cost. Negative
 * where writing to the cache cost more than reading from it saved. The difference of two rounded costs, so that cost and
 * saving always add up to the cost without a cache.
 *
 * @returns `null` when a price is missing, or when the provider told nothing about a cache.
 */
export function cacheSavingOf(rates: Rates, usage: UsageClasses): NanoUsd | null {
  const cached = sumKnown(usage.cacheRead, usage.cacheWrite5m, usage.cacheWrite1h);
  if (cached === null) return null;
  const plain = { ...usage, input: sumKnown(usage.input, cached), cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
  const [without, cost] = [costOf(rates, plain), costOf(rates, usage)];
  return without === null || cost === null ? null : without - cost;
}

/**
 * The most that so many tokens can cost, whatever classes they fall in: every input token at the dearest of the input
 * classes, every output token at the dearest of the output classes, rounded up. Audio whose price is unknown is left
 * out, since `costOf` calls its cost unknown anyway.
 */
export function worstCostOf(rates: Rates, inputTokens: number, outputTokens: number): NanoUsd {
  const worst = (names: readonly (keyof UsageClasses)[]): bigint =>
    BigInt(
      Math.max(
        ...names.map((name) => {
          const rate = rates[name];
          return rate === null ? 0 : dearest(rate, inputTokens);
        }),
      ),
    );
  const pico = BigInt(inputTokens) * worst(inputClasses) + BigInt(outputTokens) * worst(outputClasses);
  return Number((pico + picoPerNano - 1n) / picoPerNano);
}
