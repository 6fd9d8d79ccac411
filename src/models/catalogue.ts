import { splitModelRef, type ModelName, type ModelPrice, type ModelSettings } from '../domain/model.ts';
import type { Bill } from '../domain/ledger.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { UsageClasses } from '../domain/usage.ts';
import { knownLimits, type TokenLimits } from './limits.ts';
import { allListed, findListed } from './price-list.ts';
import { cacheSavingOf, costOf, freeRates, ratesOfSettings, usdPerMillion, worstCostOf, type Rates } from './rates.ts';

export interface ModelFacts extends ModelName {
  /** Tokens of input and output together; `null` when unknown. */
  readonly contextWindow: number | null;
  /** The most input that the provider takes; less than the window for some of OpenAI's models. */
  readonly maxInputTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly priced: boolean;
}

/** Where a price comes from. `free`: the simulator and Ollama, whose price is 0 by definition. */
export type PriceSource = 'config' | 'catalogue' | 'free';

export interface ModelEntry extends ModelFacts {
  /** `provider/model`. */
  readonly ref: string;
  /** US dollars a million tokens, before any long-context tier; `null` when unknown. */
  readonly price: ModelPrice | null;
  /** Dearer above a mark of input tokens. */
  readonly longContextPrice: boolean;
  readonly source: PriceSource | null;
}

/** Windows, limits and prices of models. What nobody told is `null`: nothing here is guessed. */
export interface Catalogue {
  /**
   * @param ref `provider/model`.
   * @throws LoadlineError `UnknownModel` when `ref` is not of that form.
   */
  facts(ref: string, at?: Date): ModelFacts;
  /**
   * What these tokens cost at the prices of an instant (some change by the hour: pass the instant, not the day).
   *
   * @returns integer nano-dollars; `null` when the price of a class that was used, or every class, is unknown.
   */
  price(ref: string, usage: UsageClasses, at: Date): NanoUsd | null;
  /** What these tokens cost, as `price` has it, and what the provider's cache saved of it. */
  bill(ref: string, usage: UsageClasses, at: Date): Bill;
  /** The most that a request within these bounds can cost, whatever is cached, written to a cache, or audio. */
  worstCase(ref: string, inputTokens: number, outputTokens: number, at: Date): NanoUsd | null;
  /** All models with a price or with settings of their own, and those named: configured ones first. */
  list(at?: Date, named?: readonly string[]): ModelEntry[];
}

export interface CatalogueOptions {
  /** What the simulator serves. */
  readonly simulatedModels?: readonly (TokenLimits & { readonly id: string })[];
}

const freeProviders = new Set(['simulated', 'ollama']);

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}

function toPrice(rates: Rates): ModelPrice {
  const dollars = (name: keyof Rates): number | undefined => {
    const rate = rates[name];
    return rate === null ? undefined : usdPerMillion(rate);
  };
  return withoutUndefined({
    input: dollars('input') ?? 0,
    output: dollars('output') ?? 0,
    cacheRead: dollars('cacheRead'),
    cacheWrite: dollars('cacheWrite5m'),
    cacheWrite1h: dollars('cacheWrite1h'),
    reasoning: dollars('reasoning'),
    audioInput: dollars('audioInput'),
    audioOutput: dollars('audioOutput'),
  }) as ModelPrice;
}

/**
 * @param overrides the config's `models`, by `provider/model`.
 * @example
 * const catalogue = createCatalogue({ 'local/tiny': { contextWindow: 2048, price: { input: 0.1, output: 0.4 } } });
 * catalogue.price('local/tiny', plainUsage(1000, 100), new Date()); // 140_000 nano-dollars
 */
export function createCatalogue(
  overrides: Readonly<Record<string, ModelSettings>> = {},
  { simulatedModels = [] }: CatalogueOptions = {},
): Catalogue {
  const settingsOf = (ref: string): ModelSettings => (Object.hasOwn(overrides, ref) ? overrides[ref] : null) ?? {};
  const limitsOf = ({ provider, model }: ModelName): TokenLimits | null =>
    provider === 'simulated' ? (simulatedModels.find(({ id }) => id === model) ?? null) : knownLimits(provider, model);

  const ratesAt = (ref: string, at: Date): { rates: Rates | null; source: PriceSource | null } => {
    const name = splitModelRef(ref);
    const { price } = settingsOf(ref);
    if (price !== undefined) return { rates: ratesOfSettings(price), source: 'config' };
    if (freeProviders.has(name.provider)) return { rates: freeRates, source: 'free' };
    const rates = findListed(name.provider, name.model, at)?.rates ?? null;
    return { rates, source: rates === null ? null : 'catalogue' };
  };

  const facts = (ref: string, at = new Date()): ModelFacts => {
    const name = splitModelRef(ref);
    const settings = settingsOf(ref);
    const limits = limitsOf(name);
    const listed = (): number | null => findListed(name.provider, name.model, at)?.contextWindow ?? null;
    const contextWindow = settings.contextWindow ?? limits?.contextWindow ?? listed();
    // A window set by the user speaks for their own deployment; a provider's input limit says nothing about it.
    const maxInputTokens = settings.contextWindow ?? limits?.maxInputTokens ?? contextWindow;
    return {
      ...name,
      contextWindow,
      maxInputTokens,
      maxOutputTokens: settings.maxOutputTokens ?? limits?.maxOutputTokens ?? null,
      priced: ratesAt(ref, at).rates !== null,
    };
  };

  const entryOf = (ref: string, at: Date): ModelEntry => {
    const { rates, source } = ratesAt(ref, at);
    return {
      ref,
      ...facts(ref, at),
      price: rates === null ? null : toPrice(rates),
      longContextPrice: rates !== null && Object.values(rates).some((rate) => rate !== null && rate.tiers.length > 0),
      source,
    };
  };

  return {
    facts,
    price(ref, usage, at) {
      const { rates } = ratesAt(ref, at);
      return rates === null ? null : costOf(rates, usage);
    },
    bill(ref, usage, at) {
      const { rates } = ratesAt(ref, at);
      if (rates === null) return { costNanoUsd: null, cacheSavedNanoUsd: null };
      return { costNanoUsd: costOf(rates, usage), cacheSavedNanoUsd: cacheSavingOf(rates, usage) };
    },
    worstCase(ref, inputTokens, outputTokens, at) {
      const { rates } = ratesAt(ref, at);
      return rates === null ? null : worstCostOf(rates, inputTokens, outputTokens);
    },
    list(at = new Date(), named = []) {
      const refs = new Set([
        ...Object.keys(overrides),
        ...named,
        ...simulatedModels.map(({ id }) => `simulated/${id}`),
        ...allListed(at).map(({ provider, model }) => `${provider}/${model.id}`),
      ]);
      return [...refs].map((ref) => entryOf(ref, at));
    },
  };
}
