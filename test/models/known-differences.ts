/** Where our figures and LiteLLM's are not the same, and why ours stay. */
export interface KnownDifference {
  readonly models: readonly string[];
  readonly fields: readonly string[];
  readonly right: 'ours' | 'theirs' | 'both' | 'unclear';
  readonly why: string;
  readonly source: string;
}

export const knownDifferences: readonly KnownDifference[] = [
  {
    models: [
      'openai/gpt-6-astra',
      'openai/gpt-6-sol',
      'openai/gpt-6-luna',
      'openai/gpt-6.1-sol',
      'openai/gpt-5.6-sol',
      'openai/gpt-5.6-terra',
      'openai/gpt-5.6-luna',
    ],
    fields: ['cacheWrite1h', 'cacheWrite1h above 272k'],
    right: 'theirs',
    why: 'They have the price of a cache of twelve hours. Our requests never ask for one, and with its price in the worst case every reservation would be twice as large',
    source: 'https://developers.openai.com/api/docs/guides/prompt-caching',
  },
  {
    models: ['openai/gpt-5.5', 'openai/gpt-5.5-pro', 'openai/gpt-5.4', 'openai/gpt-5.4-pro', 'openai/gpt-5-pro'],
    fields: ['maxInputTokens'],
    right: 'ours',
    why: 'They name the whole window, of which 128,000 (or all but 272,000) are for the answer',
    source: 'https://developers.openai.com/api/docs/models/gpt-5.5',
  },
  {
    models: ['anthropic/claude-sonnet-4-5'],
    fields: ['long context'],
    right: 'both',
    why: 'Dearer above 200,000 tokens with the beta of the long window, which we do not ask for: the window is 200,000',
    source: 'https://platform.claude.com/docs/en/about-claude/pricing',
  },
  {
    models: ['mistral/mistral-large-4'],
    fields: ['price', 'maxInputTokens'],
    right: 'unclear',
    why: 'Its published prices contradict each other ($0.68 and $2.09, or $1.36 and $4.18), so it is unknown here: set models.….price',
    source: 'https://docs.mistral.ai/models/mistral-large-4',
  },
  {
    models: ['mistral/magistral-medium-latest'],
    fields: ['input', 'output', 'cacheRead', 'maxInputTokens'],
    right: 'unclear',
    why: 'They let the name follow Mistral Medium 3.5; we have the price of Magistral Medium itself',
    source: 'https://docs.mistral.ai/models/model-cards/mistral-medium-3-5-26-04',
  },
  {
    models: [
      'deepseek/deepseek-v4-pro',
      'deepseek/deepseek-flash',
      'deepseek/deepseek-v4-flash',
      'deepseek/deepseek-chat',
    ],
    fields: ['cacheWrite5m'],
    right: 'both',
    why: 'DeepSeek tells no cache writes; what it writes is billed as input, and as input it comes to us',
    source: 'https://api-docs.deepseek.com/guides/kv_cache',
  },
  {
    models: ['deepseek/deepseek-v4-pro', 'deepseek/deepseek-flash', 'deepseek/deepseek-v4-flash'],
    fields: ['maxOutputTokens'],
    right: 'unclear',
    why: 'The page says 384K; we take the smaller reading',
    source: 'https://api-docs.deepseek.com/quick_start/pricing',
  },
  {
    models: ['xai/grok-code-fast-1'],
    fields: ['input', 'input above 200k', 'output', 'output above 200k', 'maxInputTokens'],
    right: 'ours',
    why: 'Retired on 2026-05-15: the name is served by Grok 4.3 and billed at its price; they have that of Grok Build',
    source: 'https://docs.x.ai/developers/migration/may-15-retirement',
  },
];
