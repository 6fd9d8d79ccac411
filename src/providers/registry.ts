import { LoadlineError } from '../domain/errors.ts';
import { type AiSdkModel, aiSdkProviderName } from './ai-sdk/model.ts';
import { type Api, builtIn } from './built-in.ts';
import type { Endpoint } from './endpoint.ts';
import type { ModelSettings } from '../domain/model.ts';
import { nearest } from '../domain/nearest.ts';
import type { Provider } from './provider.ts';
import { wellFormedRequest } from './well-formed.ts';
import { type Environment, type ProviderSettings, resolveEndpoint } from './resolve-endpoint.ts';

type Wire = (endpoint: Endpoint) => Provider;

/** The SDKs load when they are asked for: most configs need one of them, and most commands none. */
const wires: Readonly<Record<Api, () => Promise<Wire>>> = {
  'openai-responses': async () => (await import('./openai-responses.ts')).openaiResponses,
  'openai-chat': async () => (await import('./openai-chat.ts')).openaiChat,
  'anthropic-messages': async () => (await import('./anthropic-messages.ts')).anthropicMessages,
  ollama: async () => (await import('./ollama.ts')).ollama,
};

export interface ModelName {
  /** Our name of the provider. */
  readonly provider: string;
  /** The provider's own id, which may have slashes in it. */
  readonly model: string;
}

export interface Providers {
  /** Every name that `provider` takes. */
  readonly names: readonly string[];
  /**
   * @param apiKey in place of the one in the environment, e.g. a key stored for a session
   * @throws LoadlineError `UnknownModel` for a name that is neither built in nor configured; `ProviderError` where its
   * key or address is missing. Both name the remedy, and trying again changes nothing.
   */
  provider(name: string, apiKey?: string): Provider;
  /** Loads the provider's SDK now. Rejects as `provider` throws. */
  load(name: string): Promise<void>;
  /**
   * @throws LoadlineError `UnknownModel` for anything that is not `provider/model`
   *
   * @example
   * providers.split('openrouter/anthropic/claude-sonnet-5'); // { provider: 'openrouter', model: 'anthropic/claude-…' }
   */
  split(name: string): ModelName;
}

export interface ProvidersOptions {
  /** The config's `models`, by `provider/model`: some have headers of their own. */
  readonly models?: Readonly<Record<string, ModelSettings>>;
  /** Base URL of the running simulator; without one, `simulated` is refused. */
  readonly simulatorUrl?: string;
  /** AI SDK models of the config's agents, known by `aiSdkModelName`. */
  readonly aiSdkModels?: readonly AiSdkModel[];
}

/**
 * The providers of a config, made when they are first asked for.
 *
 * @example
 * const providers = createProviders({ local: { api: 'openai-chat', baseURL: 'http://localhost:8000/v1' } }, process.env);
 * const { provider, model } = providers.split('local/qwen3');
 * const answer = await providers.provider(provider).stream({ model, ... }, { signal, onDelta });
 */
export function createProviders(
  settings: Readonly<Record<string, ProviderSettings>>,
  environment: Environment,
  options: ProvidersOptions = {},
): Providers {
  const aiSdkModels = Map.groupBy(options.aiSdkModels ?? [], aiSdkProviderName);
  const names = [...new Set([...Object.keys(builtIn), ...Object.keys(settings), ...aiSdkModels.keys()])];
  const made = new Map<string, LazyProvider>();

  function requireKnown(name: string, asked: string): void {
    if (names.includes(name)) return;
    const best = nearest(name, names);
    const hint = best === null ? '' : ` Did you mean ${best}?`;
    throw new LoadlineError('UnknownModel', `No provider "${name}" for "${asked}".${hint} Known: ${names.join(', ')}`, {
      provider: name,
      known: names,
    });
  }

  function make(name: string, apiKey: string | undefined): LazyProvider {
    requireKnown(name, name);
    const [first, ...more] = aiSdkModels.get(name) ?? [];
    if (first !== undefined) {
      const load = async () => (await import('./ai-sdk/provider.ts')).fromAiSdk(first, ...more);
      return lazyProvider(name, false, load);
    }
    const ofUser = Object.hasOwn(settings, name) ? settings[name] : undefined;
    if (name !== 'simulated') {
      const { api, endpoint } = resolveEndpoint(name, ofUser, environment, apiKey);
      return lazyWire({ ...endpoint, headers: headersOf(name, options.models) }, api);
    }
    if (options.simulatorUrl === undefined) throw new LoadlineError('ProviderError', 'The simulator is not running');
    const { api, endpoint } = resolveEndpoint(name, { ...ofUser, baseURL: options.simulatorUrl }, environment, apiKey);
    return lazyWire({ ...endpoint, simulated: true, headers: headersOf(name, options.models) }, api);
  }

  function known(name: string): LazyProvider {
    const provider = made.get(name) ?? make(name, undefined);
    made.set(name, provider);
    return provider;
  }

  return {
    names,
    provider: (name, apiKey) => (apiKey === undefined ? known(name) : make(name, apiKey)),
    load: async (name) => await known(name).load(),
    split(name) {
      const slash = name.indexOf('/');
      if (slash <= 0 || slash === name.length - 1) {
        throw new LoadlineError('UnknownModel', `"${name}" is no model: write provider/model, e.g. openai/gpt-5.2`);
      }
      const provider = name.slice(0, slash);
      requireKnown(provider, name);
      return { provider, model: name.slice(slash + 1) };
    },
  };
}

/** By the provider's own id of the model. */
function headersOf(provider: string, models: ProvidersOptions['models']): Endpoint['headers'] {
  const own = Object.entries(models ?? {}).flatMap(([ref, { headers }]) =>
    ref.startsWith(`${provider}/`) && headers !== undefined ? [[ref.slice(provider.length + 1), headers] as const] : [],
  );
  return Object.fromEntries(own);
}

interface LazyProvider extends Provider {
  load(): Promise<void>;
}

function lazyWire(endpoint: Endpoint, api: Api): LazyProvider {
  const provider = lazyProvider(endpoint.name, endpoint.simulated, async () => (await wires[api]())(endpoint));
  // No hosted service is spoken to in plain HTTP.
  return { ...provider, isNear: endpoint.baseURL.startsWith('http:') };
}

function lazyProvider(name: string, simulated: boolean, make: () => Promise<Provider>): LazyProvider {
  let made: Promise<Provider> | undefined;
  const loaded = () => (made ??= make());
  return {
    name,
    simulated,
    load: async () => void (await loaded()),
    stream: async (request, options) => (await loaded()).stream(wellFormedRequest(request), options),
    countInput: async (request, signal) =>
      (await (await loaded()).countInput?.(wellFormedRequest(request), signal)) ?? null,
    listModels: async (signal) => (await loaded()).listModels(signal),
  };
}
