export const providerApis = ['openai-responses', 'openai-chat', 'anthropic-messages', 'ollama'] as const;
export type ProviderApi = (typeof providerApis)[number];

/** Where a provider is and how it is spoken to. A key is given by the name of its variable, never itself. */
export interface ProviderSettings {
  readonly api?: ProviderApi;
  /** e.g. `http://127.0.0.1:8080/v1`. */
  readonly baseURL?: string;
  /** Name of the environment variable that holds the key; a server that wants none needs none. */
  readonly apiKeyEnv?: string;
}

/** Providers whose wire, address and key variable are known by name. */
export const builtInProviders = [
  'openai',
  'anthropic',
  'ollama',
  'google',
  'groq',
  'openrouter',
  'mistral',
  'deepseek',
  'xai',
  'together',
  'cerebras',
  'azure',
  'lmstudio',
  'simulated',
] as const;
