import { LoadlineError } from './errors.ts';

/** US dollars a million tokens. A class without a price of its own costs what `input` or `output` costs. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  /** Written to a cache that lives five minutes, or for a time that the provider does not name. */
  readonly cacheWrite?: number;
  /** Without it: as `cacheWrite`. */
  readonly cacheWrite1h?: number;
  readonly reasoning?: number;
  readonly audioInput?: number;
  readonly audioOutput?: number;
}

/** A price as a config writes it. */
export interface PriceSettings extends ModelPrice {
  /** What all tokens of a request cost whose whole input is above so many tokens. */
  readonly longContext?: ModelPrice & { readonly above: number };
}

/** What a config says of a model; it adds to the catalogue or overrides it. `price` replaces a catalogued price whole. */
export interface ModelSettings {
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
  readonly price?: PriceSettings;
  /** Sent with each of its requests, for instance to have a longer window where a provider wants to be asked for it. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ModelName {
  readonly provider: string;
  /** The provider's own id; it may hold slashes itself, as OpenRouter's do. */
  readonly model: string;
}

/**
 * The two halves of `provider/model`.
 *
 * @throws LoadlineError `UnknownModel` when there is no provider or no model in it.
 * @example
 * splitModelRef('openrouter/openai/gpt-5.2'); // { provider: 'openrouter', model: 'openai/gpt-5.2' }
 */
export function splitModelRef(ref: string): ModelName {
  const slash = ref.indexOf('/');
  if (slash < 1 || slash === ref.length - 1) {
    throw new LoadlineError(
      'UnknownModel',
      `"${ref}" names no model; write provider/model, for example "openai/gpt-5.2"`,
    );
  }
  return { provider: ref.slice(0, slash), model: ref.slice(slash + 1) };
}

/**
 * Whose models a provider serves: its name up to the first dot, since the AI SDK calls its own `openai.responses`,
 * `google.generative-ai` and so on.
 */
export function vendorOf(provider: string): string {
  return provider.split('.', 1)[0] ?? provider;
}
