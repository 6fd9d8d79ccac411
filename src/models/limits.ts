import { vendorOf } from '../domain/model.ts';

/** Tokens. `maxInputTokens` stands where a provider takes less input than the window holds. */
export interface TokenLimits {
  readonly contextWindow: number;
  readonly maxOutputTokens: number | null;
  readonly maxInputTokens?: number;
}

interface Family extends TokenLimits {
  readonly providers: readonly string[];
  readonly model: RegExp;
}

const openai = ['openai', 'azure'];

/**
 * Windows and output limits that the price list lacks or rounds; the first family that fits counts.
 *
 * Sources, read 2026-11: https://developers.openai.com/api/docs/models (and the metadata of gpt-tokenizer 4, scraped from
 * it; the 400,000 of GPT-5 are 272,000 in and 128,000 out), https://platform.claude.com/docs/en/models,
 * https://ai.google.dev/gemini-api/docs/models, https://console.groq.com/docs/models,
 * https://api-docs.deepseek.com/quick_start/pricing,
 * https://docs.mistral.ai/models/model-cards/codestral-25-08, https://docs.cohere.com/docs/models,
 * https://inference-docs.cerebras.ai/models, https://docs.together.ai/docs/serverless/models,
 * https://console.groq.com/docs/model/qwen/qwen3.8-27b.
 */
const families: readonly Family[] = [
  { providers: openai, model: /^gpt-5(\.\d)?-chat/, contextWindow: 128_000, maxOutputTokens: 16_384 },
  {
    providers: openai,
    model: /^gpt-5-pro/,
    contextWindow: 400_000,
    maxOutputTokens: 272_000,
    maxInputTokens: 272_000,
  },
  {
    providers: openai,
    model: /^(gpt-5\.4-(mini|nano)|gpt-5\.6-cyber)/,
    contextWindow: 400_000,
    maxOutputTokens: 128_000,
    maxInputTokens: 272_000,
  },
  {
    providers: openai,
    model: /^gpt-(5\.[456]|6)/,
    contextWindow: 1_050_000,
    maxOutputTokens: 128_000,
    maxInputTokens: 922_000,
  },
  {
    providers: openai,
    model: /^gpt-5(\.[123])?(-|$)/,
    contextWindow: 400_000,
    maxOutputTokens: 128_000,
    maxInputTokens: 272_000,
  },
  { providers: openai, model: /^gpt-4\.1/, contextWindow: 1_047_576, maxOutputTokens: 32_768 },
  { providers: openai, model: /^gpt-4o-2024-05-13/, contextWindow: 128_000, maxOutputTokens: 4096 },
  { providers: openai, model: /^(gpt-4o|chatgpt-4o|gpt-audio)/, contextWindow: 128_000, maxOutputTokens: 16_384 },
  {
    providers: openai,
    model: /^gpt-4-(turbo|1106|0125|vision)/,
    contextWindow: 128_000,
    maxOutputTokens: 4096,
  },
  { providers: openai, model: /^gpt-4(-0\d{3})?$/, contextWindow: 8192, maxOutputTokens: 8192 },
  { providers: openai, model: /^gpt-3\.5-turbo/, contextWindow: 16_385, maxOutputTokens: 4096 },
  { providers: openai, model: /^o1-mini/, contextWindow: 128_000, maxOutputTokens: 65_536 },
  { providers: openai, model: /^o1-preview/, contextWindow: 128_000, maxOutputTokens: 32_768 },
  { providers: openai, model: /^(o1|o3|o4-mini|codex-mini)/, contextWindow: 200_000, maxOutputTokens: 100_000 },
  {
    providers: ['anthropic'],
    model: /^claude-((fable|mythos|opus|sonnet|haiku)-5|opus-4-[678]|sonnet-4-6)/,
    contextWindow: 1_000_000,
    maxOutputTokens: 128_000,
  },
  {
    providers: ['anthropic'],
    model: /^claude-((opus|sonnet|haiku)-4-5|sonnet-4|3-7)/,
    contextWindow: 200_000,
    maxOutputTokens: 64_000,
  },
  { providers: ['anthropic'], model: /^claude-opus-4/, contextWindow: 200_000, maxOutputTokens: 32_000 },
  { providers: ['anthropic'], model: /^claude-3-5/, contextWindow: 200_000, maxOutputTokens: 8192 },
  { providers: ['anthropic'], model: /^claude-3/, contextWindow: 200_000, maxOutputTokens: 4096 },
  {
    providers: ['google'],
    model: /^gemini-(2\.5-(pro|flash|flash-lite)|3(\.\d)?-(pro|flash|flash-lite))(-preview|-\d|$)/,
    contextWindow: 1_048_576,
    maxOutputTokens: 65_536,
  },
  { providers: ['google'], model: /^gemini-2\.0-flash/, contextWindow: 1_048_576, maxOutputTokens: 8192 },
  { providers: ['groq'], model: /^llama-3\.3-70b-versatile$/, contextWindow: 131_072, maxOutputTokens: 32_768 },
  { providers: ['groq'], model: /^llama-3\.1-8b-instant$/, contextWindow: 131_072, maxOutputTokens: 131_072 },
  { providers: ['groq'], model: /^openai\/gpt-oss-/, contextWindow: 131_072, maxOutputTokens: 65_536 },
  { providers: ['groq'], model: /^qwen\/qwen3\.8-27b$/, contextWindow: 131_072, maxOutputTokens: 16_384 },
  { providers: ['together'], model: /^zai-org\/GLM-5\.3$/, contextWindow: 1_048_575, maxOutputTokens: 128_000 },
  { providers: ['deepseek'], model: /^deepseek-(v4|flash)/, contextWindow: 1_000_000, maxOutputTokens: 384_000 },
  { providers: ['deepseek'], model: /^deepseek-chat/, contextWindow: 131_072, maxOutputTokens: 8192 },
  { providers: ['deepseek'], model: /^deepseek-reasoner/, contextWindow: 131_072, maxOutputTokens: 65_536 },
  { providers: ['mistral'], model: /^codestral-2508/, contextWindow: 128_000, maxOutputTokens: null },
  { providers: ['cohere'], model: /^command-a-0/, contextWindow: 256_000, maxOutputTokens: 8000 },
  { providers: ['cohere'], model: /^command-r/, contextWindow: 128_000, maxOutputTokens: 4096 },
  { providers: ['cerebras'], model: /^gpt-oss-120b$/, contextWindow: 131_072, maxOutputTokens: 32_768 },
  { providers: ['cerebras'], model: /^gemma-4-31b$/, contextWindow: 131_072, maxOutputTokens: 40_960 },
];

/** `null`: not in our overlay. */
export function knownLimits(provider: string, model: string): TokenLimits | null {
  const vendor = vendorOf(provider);
  return families.find((family) => family.providers.includes(vendor) && family.model.test(model)) ?? null;
}
