import type { Complaint } from './failure-kind.ts';

/** What a provider told when it refused a request as longer than its window. */
export interface Overflow {
  /** Tokens of the model's window, or of the input it takes; `null` where the refusal names none. */
  readonly window: number | null;
  /** Tokens of the request by the provider's count, with the room for the answer where it counts that too. */
  readonly requested: number | null;
}

const codes = new Set(['context_length_exceeded', 'exceed_context_size_error', 'string_above_max_length']);

/** One alternative for each provider's way to say that a request is longer than the model's window. */
const phrases = new RegExp(
  [
    'prompt is too long', // Anthropic
    'exceed context limit', // Anthropic, input and max_tokens together
    'maximum context length', // OpenAI, vLLM, SGLang, DeepSeek, Mistral, OpenRouter
    'maximum (?:model|prompt) length', // vLLM, xAI
    'input tokens exceed the configured limit', // OpenAI
    'exceeds? the (?:available |model.s |maximum )?context', // llama.cpp, Ollama
    'exceeded max context length', // Ollama
    'longer than the (?:model.s )?context length', // Ollama with `shift` off, SGLang, Together
    'context (?:window|length|size) (?:exceeded|overflow)',
    'context size has been exceeded', // LM Studio
    'context overflow', // LM Studio
    'context the overflows', // LM Studio
    'n_keep .{1,20} n_ctx', // LM Studio
    'greater than the context length', // LM Studio
    'exceed context window of', // llama-cpp-python
    'configured context size is', // llama.cpp's derivatives
    'exceeds the maximum number of tokens', // Google
    'input is too long for requested model', // Bedrock
    'reduce the length of the messages', // Groq, Cerebras
    'max_new_tokens. must be <=', // text-generation-inference, Hugging Face, Together
    'exceeded model token limit', // Moonshot
    'range of input length should be', // DashScope
    'context window exceeds limit', // MiniMax
    'prompt token count of', // GitHub's models
  ].join('|'),
  'i',
);

/**
 * The figures in those words: `window` and `requested`, or `input` and `output` where only their sum is the request.
 * The first that matches is taken, so what is more exact comes first.
 */
const figures: readonly RegExp[] = [
  // Anthropic
  /prompt is too long: (?<requested>\d+) tokens > (?<window>\d+)/i,
  /exceed context limit: (?<input>\d+) \+ (?<output>\d+) > (?<window>\d+)/i,
  // vLLM: what is wanted of the answer is more than what the input leaves
  /too large: (?<output>\d+)\. .{0,40}maximum context length is (?<window>\d+) tokens and your request has (?<input>\d+)/i,
  // vLLM: both parts, then their sum
  /maximum context length is (?<window>\d+) tokens.{0,160}for a total of (?:at least )?(?<requested>\d+)/i,
  // OpenAI, OpenRouter, DeepSeek, vLLM, SGLang
  /maximum context length (?:is|of) (?<window>\d+) tokens.{0,60}(?:requested (?:about |a total of )?|resulted in |request has )(?<requested>\d+)/i,
  /configured limit of (?<window>\d+) tokens.{0,60}resulted in (?<requested>\d+)/i,
  // xAI
  /maximum prompt length is (?<window>\d+) but the request contains (?<requested>\d+)/i,
  // Google
  /input token count \(?(?<requested>\d+)\)? exceeds the maximum number of tokens allowed \(?(?<window>\d+)/i,
  // Mistral
  /prompt contains (?<requested>\d+) tokens.{0,60}model with (?<window>\d+) maximum context length/i,
  // llama.cpp
  /\((?<requested>\d+) tokens\) exceeds the available context size \((?<window>\d+)/i,
  /prompt has (?<requested>\d+) tokens, but the configured context size is (?<window>\d+)/i,
  /requested tokens \((?<requested>\d+)\) exceed context window of (?<window>\d+)/i,
  // SGLang, Together
  /the input \((?<requested>\d+) tokens\) is longer than the model.s context length \((?<window>\d+)/i,
  // text-generation-inference
  /must be <= (?<window>\d+)\. given: (?<input>\d+) \S+ tokens and (?<output>\d+)/i,
  // LM Studio
  /keep the first (?<requested>\d+) tokens.{0,120}context length of only (?<window>\d+)/i,
  /n_keep \((?<requested>\d+)\) >= n_ctx \((?<window>\d+)/i,
  /reached context length of (?<window>\d+) tokens/i,
  // Cerebras
  /current length is (?<requested>\d+) while limit is (?<window>\d+)/i,
  // Moonshot
  /exceeded model token limit: (?<window>\d+)(?: \(requested: (?<requested>\d+))?/i,
  // GitHub's models
  /prompt token count of (?<requested>\d+) exceeds the limit of (?<window>\d+)/i,
  // DashScope
  /range of input length should be \[\d+, (?<window>\d+)/i,
  // The window alone
  /maximum (?:context|model|prompt) length (?:is|of) (?<window>\d+)/i,
];

/** Whether these are the words for a request that is longer than the model's window. */
export function tellsOverflow({ words, message }: Complaint): boolean {
  return words.some((word) => codes.has(word)) || phrases.test(message);
}

/** The figures in the words of such a refusal, as far as there are any. */
export function readOverflow({ message, counts }: Complaint): Overflow {
  const found = figures.map((figure) => figure.exec(message)?.groups).find((groups) => groups !== undefined) ?? {};
  const { window, requested, input, output } = found;
  const inWords = input === undefined ? tokensOf(requested) : sum(tokensOf(input), tokensOf(output));
  return { window: counts?.window ?? tokensOf(window), requested: counts?.requested ?? inWords };
}

function tokensOf(digits: string | undefined): number | null {
  const tokens = Number(digits);
  return Number.isSafeInteger(tokens) && tokens > 0 ? tokens : null;
}

function sum(input: number | null, output: number | null): number | null {
  return input === null || output === null ? null : input + output;
}
