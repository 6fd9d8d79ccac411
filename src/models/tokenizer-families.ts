import { vendorOf } from '../domain/model.ts';

/**
 * How far another tokeniser may be from o200k. A model's own tokeniser is out of reach for most models, so each family
 * has an estimate (for plans and displays) and an upper bound (for reservations).
 */
export interface TokenizerFamily {
  /** Estimate: tokens of o200k times this. */
  readonly estimate: number;
  /** Upper bound, of what is not known better: tokens of o200k times this, and what `finerSplits` adds. */
  readonly bound: number;
  /**
   * `o200k`: itself. `cl100k and more`: its vocabulary is that of cl100k with further merges after it, so that a text is
   * never more tokens than in cl100k.
   */
  readonly tokenizer: 'o200k' | 'cl100k and more' | 'unknown';
  /** Is every digit a token? */
  readonly splitsDigits: boolean;
  /** What the provider's or the model's template may add, beyond the estimate's own share. */
  readonly template: {
    readonly base: number;
    readonly perMessage: number;
    readonly withTools: number;
    readonly perTool: number;
    readonly withOutput: number;
    /** Does it write JSON in its own way: with blanks, indented, a tool's result as a string within JSON? */
    readonly rewrites: boolean;
  };
}

const openai: TokenizerFamily = {
  estimate: 1,
  bound: 1.02,
  tokenizer: 'o200k',
  splitsDigits: false,
  template: { base: 16, perMessage: 4, withTools: 32, perTool: 16, withOutput: 32, rewrites: false },
};

/**
 * Claude before Opus 4.7: about a fifth more than o200k on English prose. Tool use adds a system prompt of 264 to 530
 * tokens: https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview#pricing
 */
const claude: TokenizerFamily = {
  estimate: 1.2,
  bound: 1.6,
  tokenizer: 'unknown',
  splitsDigits: false,
  template: { base: 64, perMessage: 12, withTools: 1024, perTool: 32, withOutput: 512, rewrites: true },
};

/**
 * Claude from Opus 4.7 on, Sonnet 5, Fable and Mythos: about 30 % more tokens than the older one, up to 35 % by content:
 * https://platform.claude.com/docs/en/build-with-claude/token-counting
 */
const claudeSince47: TokenizerFamily = { ...claude, estimate: 1.2 * 1.3, bound: 1.6 * 1.35 };

/**
 * Llama, Qwen, Mistral, SmolLM, Gemma…: byte-level BPE, or SentencePiece with bytes to fall back on, with vocabularies
 * of 32,000 to 262,000. English prose comes out 1.1 times o200k's, code 1.3, and German, with an English-only vocabulary,
 * 1.9, a run of one letter 2 (measured with GPT-2's and SmolLM2's tokenisers); what differs more is handled by `finerSplits`.
 * Templates add a system prompt of their own: SmolLM2's about 20 tokens, Llama 3's a dated one of 25, and Qwen's
 * instructions for tools 150.
 */
const other: TokenizerFamily = {
  estimate: 1.1,
  bound: 2.1,
  tokenizer: 'unknown',
  splitsDigits: false,
  template: { base: 96, perMessage: 16, withTools: 256, perTool: 48, withOutput: 256, rewrites: true },
};

/**
 * Llama 3, 3.1, 3.2, 3.3: the 100,000 tokens of cl100k and 28,000 more. English and code come out as in o200k, German
 * 1.4 times that.
 */
const llama3: TokenizerFamily = {
  ...other,
  estimate: 1,
  tokenizer: 'cl100k and more',
};

/** Qwen 2, 2.5, 3 and QwQ: the tokens of cl100k but those of several digits, and 50,000 more. */
const qwen: TokenizerFamily = { ...llama3, splitsDigits: true };

/** gpt-oss: o200k, with 70 tokens before each conversation, and tools written as TypeScript. */
const gptOss: TokenizerFamily = {
  ...other,
  estimate: 1,
  tokenizer: 'o200k',
};

const llama3Model = /llama-?3([.-][1-3])?(?![\d.])/;
const qwenModel = /qwen-?(2(\.5)?|3)(?![.\d])|(^|\/)qwq/;

const o200kModel = /^(openai\/)?(gpt-(4o|4\.[15]|audio|[5-9])|chatgpt-|o[1-9](-|$)|codex-|ft:gpt-4[o.])/;
const o200kProviders = new Set(['openai', 'azure', 'openrouter']);
const claudeSince47Model = /claude-(opus-4[.-][789]|(opus|sonnet|haiku)-[5-9]|fable|mythos)/;

/** The family of a model. A model behind a compatible server keeps its own name, so the name decides. */
export function tokenizerFamily(provider: string, model: string): TokenizerFamily {
  const vendor = vendorOf(provider);
  if (vendor === 'simulated') return openai;
  if (o200kProviders.has(vendor) && o200kModel.test(model)) return openai;
  if (claudeSince47Model.test(model)) return claudeSince47;
  if (model.includes('claude') || vendor === 'anthropic') return claude;
  return openFamily(model.toLowerCase());
}

function openFamily(model: string): TokenizerFamily {
  if (model.includes('gpt-oss')) return gptOss;
  if (llama3Model.test(model)) return llama3;
  return qwenModel.test(model) ? qwen : other;
}

/** Are a model's tokeniser and template at hand, so that an estimate of text is its count? */
export function isExact(provider: string, model: string): boolean {
  return tokenizerFamily(provider, model) === openai;
}
