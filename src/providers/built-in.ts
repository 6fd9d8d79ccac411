import { type ChatDialect, plainDialect } from './endpoint.ts';

export type Api = 'openai-responses' | 'openai-chat' | 'anthropic-messages' | 'ollama';

/** A provider that users need not configure. */
export interface BuiltIn {
  readonly api: Api;
  /** `null`: it has to come from the environment or the settings. */
  readonly baseURL: string | null;
  /** Environment variables of the key, the usual one first; none: no key is needed. */
  readonly keys: readonly string[];
  /** The environment variable that users of the provider's own tools set to point elsewhere. */
  readonly baseURLVariable?: string;
  readonly dialect: ChatDialect;
}

const openaiDialect: ChatDialect = {
  maxTokensField: 'max_completion_tokens',
  streamOptions: true,
  promptCacheKey: true,
  anyOrder: true,
  countRoutes: false,
};
const hostedDialect: ChatDialect = { ...plainDialect, countRoutes: false };
const newerDialect: ChatDialect = { ...hostedDialect, maxTokensField: 'max_completion_tokens' };
const mistralDialect: ChatDialect = { ...hostedDialect, streamOptions: false };

const chat = { api: 'openai-chat', dialect: hostedDialect } as const;
const responses = { api: 'openai-responses', dialect: openaiDialect } as const;

// prettier-ignore
export const builtIn = {
  openai: { ...responses, baseURL: 'https://api.openai.com/v1', keys: ['OPENAI_API_KEY'], baseURLVariable: 'OPENAI_BASE_URL' },
  anthropic: { api: 'anthropic-messages', baseURL: 'https://api.anthropic.com', keys: ['ANTHROPIC_API_KEY'], baseURLVariable: 'ANTHROPIC_BASE_URL', dialect: plainDialect },
  ollama: { api: 'ollama', baseURL: 'http://127.0.0.1:11434', keys: [], baseURLVariable: 'OLLAMA_HOST', dialect: plainDialect },
  google: { ...chat, baseURL: 'https://generativelanguage.googleapis.com/v1beta/openai', keys: ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'] },
  groq: { ...chat, baseURL: 'https://api.groq.com/openai/v1', keys: ['GROQ_API_KEY'], dialect: newerDialect },
  openrouter: { ...chat, baseURL: 'https://openrouter.ai/api/v1', keys: ['OPENROUTER_API_KEY'] },
  mistral: { ...chat, baseURL: 'https://api.mistral.ai/v1', keys: ['MISTRAL_API_KEY'], dialect: mistralDialect },
  deepseek: { ...chat, baseURL: 'https://api.deepseek.com/v1', keys: ['DEEPSEEK_API_KEY'] },
  xai: { ...chat, baseURL: 'https://api.x.ai/v1', keys: ['XAI_API_KEY'], dialect: newerDialect },
  together: { ...chat, baseURL: 'https://api.together.xyz/v1', keys: ['TOGETHER_API_KEY', 'TOGETHER_AI_API_KEY'] },
  cerebras: { ...chat, baseURL: 'https://api.cerebras.ai/v1', keys: ['CEREBRAS_API_KEY'], dialect: newerDialect },
  azure: { ...responses, baseURL: null, keys: ['AZURE_OPENAI_API_KEY'], baseURLVariable: 'AZURE_OPENAI_ENDPOINT' },
  lmstudio: { ...chat, baseURL: 'http://127.0.0.1:1234/v1', keys: [], dialect: plainDialect },
  simulated: { ...responses, baseURL: null, keys: [] },
} as const satisfies Readonly<Record<string, BuiltIn>>;

export function builtInOf(name: string): BuiltIn | null {
  return Object.hasOwn(builtIn, name) ? builtIn[name as keyof typeof builtIn] : null;
}
