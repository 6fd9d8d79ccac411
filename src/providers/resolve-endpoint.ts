import { LoadlineError } from '../domain/errors.ts';
import { type Api, type BuiltIn, builtInOf } from './built-in.ts';
import { type Endpoint, plainDialect } from './endpoint.ts';

/** One entry of the config's `providers`: a server of the user's own, or changes to a built-in one. */
export interface ProviderSettings {
  readonly api?: Api;
  readonly baseURL?: string;
  /** Name of the environment variable that holds the key. */
  readonly apiKeyEnv?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ResolvedEndpoint {
  readonly api: Api;
  readonly endpoint: Endpoint;
}

/**
 * Where a provider is and with which key, from the settings, the environment and the built-in table, in this order.
 *
 * @param apiKey a key that goes before that of the environment
 * @throws LoadlineError `ProviderError`, which names the missing variable or setting
 */
export function resolveEndpoint(
  name: string,
  settings: ProviderSettings | undefined,
  environment: Environment,
  apiKey: string | undefined,
): ResolvedEndpoint {
  const known = builtInOf(name);
  const api = settings?.api ?? known?.api ?? 'openai-chat';
  const elsewhere = settings?.baseURL ?? valueOf(environment, known?.baseURLVariable);
  const baseURL = adaptBaseURL(name, elsewhere ?? known?.baseURL ?? missingBaseURL(name, known));
  if (!URL.canParse(baseURL)) throw new LoadlineError('ProviderError', `${name}: "${baseURL}" is no base URL`);
  return {
    api,
    endpoint: {
      name,
      baseURL,
      apiKey: apiKey ?? keyOf(name, settings, known, environment, elsewhere !== undefined),
      simulated: false,
      dialect: known?.dialect ?? plainDialect,
      headers: {},
    },
  };
}

function valueOf(environment: Environment, variable: string | undefined): string | undefined {
  const value = variable === undefined ? undefined : environment[variable]?.trim();
  return value === '' ? undefined : value;
}

/** OLLAMA_HOST is often a bare host and port, and the server's own listening address; Azure's endpoint has no path. */
function adaptBaseURL(name: string, baseURL: string): string {
  if (name === 'azure' && !/\/openai(\/|$)/.test(baseURL)) return `${baseURL.replace(/\/+$/, '')}/openai/v1`;
  if (name !== 'ollama') return baseURL;
  const address = baseURL.includes('://') ? baseURL : `http://${baseURL.startsWith(':') ? '127.0.0.1' : ''}${baseURL}`;
  const reachable = address.replace('://0.0.0.0', '://127.0.0.1');
  return /^http:\/\/[^/:]+\/?$/.test(reachable) && !baseURL.includes('://')
    ? `${reachable.replace(/\/$/, '')}:11434`
    : reachable;
}

function missingBaseURL(name: string, known: BuiltIn | null): never {
  const variable = known?.baseURLVariable;
  const remedy = variable === undefined ? '' : `${variable} or `;
  throw new LoadlineError('ProviderError', `${name} has no address: set ${remedy}providers.${name}.baseURL`);
}

function keyOf(
  name: string,
  settings: ProviderSettings | undefined,
  known: BuiltIn | null,
  environment: Environment,
  elsewhere: boolean,
): string | null {
  const variables = settings?.apiKeyEnv === undefined ? (known?.keys ?? []) : [settings.apiKeyEnv];
  for (const variable of variables) {
    const value = valueOf(environment, variable);
    if (value !== undefined) return value;
  }
  // A server of the user's own may want no key, unless they said that it does.
  if (variables.length === 0 || (elsewhere && settings?.apiKeyEnv === undefined)) return null;
  throw new LoadlineError('ProviderError', `${name} needs an API key: set ${variables.join(' or ')}`, {
    provider: name,
    variables,
  });
}
