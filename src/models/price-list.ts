import { createRequire } from 'node:module';
import type { ModelInfo, ModelPrice as ListedPrice, PriceCalculation } from '@pydantic/genai-prices';
import { vendorOf } from '../domain/model.ts';
import { correctedModels, correctedPrice } from './price-corrections.ts';
import { flatRate, scaled, type Rate, type Rates } from './rates.ts';

type GenaiPrices = typeof import('@pydantic/genai-prices');

/** Our names of the providers whose prices the list knows, and the list's. A provider not named here has no price. */
const listedProviders: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  azure: 'azure',
  cerebras: 'cerebras',
  cohere: 'cohere',
  deepseek: 'deepseek',
  google: 'google',
  groq: 'groq',
  mistral: 'mistral',
  openai: 'openai',
  openrouter: 'openrouter',
  together: 'together',
  xai: 'x-ai',
};

export interface ListedModel {
  readonly id: string;
  readonly contextWindow: number | null;
  /** `null`: the model is known and its price is not. */
  readonly rates: Rates | null;
}

const require = createRequire(import.meta.url);
let loaded: GenaiPrices | undefined;

/** 800 KB of data and 30 ms: loaded with the first question, not with the worker. */
function genaiPrices(): GenaiPrices {
  return (loaded ??= require('@pydantic/genai-prices') as GenaiPrices);
}

function rateAt(price: ListedPrice, key: string): Rate | null {
  const value = price[key];
  if (value === undefined) return null;
  if (typeof value === 'number') return flatRate(value);
  return {
    base: flatRate(value.base).base,
    tiers: value.tiers
      .map((tier) => ({ above: tier.start, rate: flatRate(tier.price).base }))
      .sort((a, b) => a.above - b.above),
  };
}

/**
 * Audio without a price in the list. OpenAI bills it at a price of its own, so that text's would be a guess:
 * https://developers.openai.com/api/docs/models/gpt-4o-audio-preview and …/gpt-4o-mini-audio-preview.
 */
const audioCorrections: readonly { readonly model: RegExp; readonly input: number; readonly output: number }[] = [
  { model: /^gpt-4o-audio-preview/, input: 40, output: 80 },
  { model: /^gpt-4o-mini-audio-preview/, input: 10, output: 20 },
];

function toRates(provider: string, model: string, price: ListedPrice): Rates | null {
  const input = rateAt(price, 'input_mtok');
  const output = rateAt(price, 'output_mtok');
  if (input === null || output === null) return null;
  const audio = audioCorrections.find((correction) => correction.model.test(model));
  // Gemini's page names an audio price only where it differs: https://ai.google.dev/gemini-api/docs/pricing
  const audioAsText = vendorOf(provider) === 'google';
  const cacheWrite = rateAt(price, 'cache_write_mtok') ?? input;
  // Wherever Claude is served, an hour's cache costs twice the input:
  // https://platform.claude.com/docs/en/build-with-claude/prompt-caching#pricing
  const cacheWrite1h = rateAt(price, 'cache_write_1h_mtok') ?? (/claude/.test(model) ? scaled(input, 2) : cacheWrite);
  return {
    input,
    cacheRead: rateAt(price, 'cache_read_mtok') ?? input,
    cacheWrite5m: cacheWrite,
    cacheWrite1h,
    audioInput: rateAt(price, 'input_audio_mtok') ?? (audio && flatRate(audio.input)) ?? (audioAsText ? input : null),
    output,
    reasoning: rateAt(price, 'output_reasoning_mtok') ?? output,
    audioOutput:
      rateAt(price, 'output_audio_mtok') ?? (audio && flatRate(audio.output)) ?? (audioAsText ? output : null),
  };
}

function toListed(provider: string, model: ModelInfo, price: ListedPrice): ListedModel {
  return {
    id: model.id,
    contextWindow: model.context_window ?? null,
    rates: toRates(provider, model.id, price),
  };
}

function calculate(provider: string, model: string, at: Date): PriceCalculation | null {
  const vendor = vendorOf(provider);
  const providerId = Object.hasOwn(listedProviders, vendor) ? listedProviders[vendor] : undefined;
  if (providerId === undefined) return null;
  return genaiPrices().calcPrice({}, model, { providerId, timestamp: at });
}

/** What the price list says of a model at an instant (some prices change by date, some by the hour); `null`: nothing. */
export function findListed(provider: string, model: string, at: Date): ListedModel | null {
  const corrected = correctedPrice(vendorOf(provider), model, at);
  if (corrected !== null) return { id: model, ...corrected };
  const found = calculate(provider, model, at);
  return found === null ? null : toListed(provider, found.model, found.model_price);
}

/** Every model of the list that is billed by tokens both ways, by our provider's name. */
export function allListed(at: Date): { readonly provider: string; readonly model: ListedModel }[] {
  return Object.entries(listedProviders).flatMap(([provider, providerId]) => {
    const models = genaiPrices().findProvider({ providerId })?.models ?? [];
    const ids = new Set([...models.map(({ id }) => id), ...correctedModels(provider)]);
    return [...ids].flatMap((id) => {
      const model = findListed(provider, id, at);
      return model === null || model.rates === null ? [] : [{ provider, model: { ...model, id } }];
    });
  });
}
