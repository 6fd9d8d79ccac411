/** Where a wire is spoken and with what differences; everything that the registry knows of a provider. */
export interface Endpoint {
  /** Our name of the provider. */
  readonly name: string;
  readonly baseURL: string;
  /** `null`: the server wants none. */
  readonly apiKey: string | null;
  readonly simulated: boolean;
  readonly dialect: ChatDialect;
  /** Headers that the config adds to a model's requests, by the provider's own id of the model. */
  readonly headers: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Where servers that speak chat completions differ, and refuse a field that they do not know. */
export interface ChatDialect {
  /** OpenAI's newer models take only the second name, most compatible servers only the first. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** May `stream_options: { include_usage: true }` be sent? Mistral sends usage without being asked. */
  readonly streamOptions: boolean;
  readonly promptCacheKey: boolean;
  /** Does it take messages in whatever order of roles? */
  readonly anyOrder: boolean;
  /** May the server have one of the routes by which llama.cpp and vLLM count a request? Hosted services have none. */
  readonly countRoutes: boolean;
}

export const plainDialect: ChatDialect = {
  maxTokensField: 'max_tokens',
  streamOptions: true,
  promptCacheKey: false,
  anyOrder: false,
  countRoutes: true,
};
