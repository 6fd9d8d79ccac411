import { vendorOf } from '../domain/model.ts';

/**
 * How far another tokeniser may be from o200k. A model's own tokeniser is out of reach for most models, so each family
 * has an estimate (for plans and displays) and an upper bound (for reservations).
 */
export interface TokenizerFamily {
  /** Estimate: tokens of o200k times this. */
  readonly estimate: number;
  /** Upper bound: tokens of o200k times this… */
  readonly bound: number;
  /** …plus the characters that other tokenisers split finer than o200k; `false` where the tokeniser is o200k itself. */
  readonly splitsFiner: boolean;
  /** What the provider's or the model's template may add, beyond the estimate's own share. */
  readonly template: {
    readonly base: number;
    readonly perMessage: number;
    readonly withTools: number;
    readonly perTool: number;
    readonly withOutput: number;
  };
}

/** o200k itself; 2 % for seams between pieces and between a text and its template. */
const openai: TokenizerFamily = {
  estimate: 1,
  bound: 1.02,
  splitsFiner: false,
  template: { base: 16, perMessage: 4, withTools: 32, perTool: 16, withOutput: 32 },
};

/**
 * Claude before Opus 4.7: about a fifth more than o200k on English prose. Tool use adds a system prompt of 264 to 530
 * tokens: https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview#pricing
 */
const claude: TokenizerFamily = {
  estimate: 1.2,
  bound: 1.6,
  splitsFiner: true,
  template: { base: 64, perMessage: 12, withTools: 1024, perTool: 32, withOutput: 512 },
};

/**
 * Claude from Opus 4.7 on, Sonnet 5, Fable and Mythos: about 30 % more tokens than the older one, up to 35 % by content:
 * https://platform.claude.com/docs/en/build-with-claude/token-counting
 */
const claudeSince47: TokenizerFamily = { ...claude, estimate: 1.2 * 1.3, bound: 1.6 * 1.35 };

/**
 * Llama, Qwen, Mistral, SmolLM, Gemma…: byte-level BPE, or SentencePiece with bytes to fall back on, with vocabularies
 * of 32,000 to 262,000. English prose comes out 1.1 times o200k's, code 1.3, and German, with an English-only vocabulary,
 * 1.9, a run of one letter 2 (measured with GPT-2's and SmolLM2's tokenisers); what differs more is handled by `splitsFiner`.
 * Templates add a system prompt of their own: SmolLM2's about 20 tokens, Llama 3's a dated one of 25, gpt-oss's 70,
 * and Qwen's instructions for tools 150.
 */
const other: TokenizerFamily = {
  estimate: 1.1,
  bound: 2.1,
  splitsFiner: true,
  template: { base: 96, perMessage: 16, withTools: 256, perTool: 48, withOutput: 256 },
};

const o200kModel = /^(openai\/)?(gpt-(4o|4\.[15]|audio|[5-9])|chatgpt-|o[1-9](-|$)|codex-|ft:gpt-4[o.])/;
const o200kProviders = new Set(['openai', 'azure', 'openrouter']);
const claudeSince47Model = /claude-(opus-4[.-][789]|(opus|sonnet|haiku)-[5-9]|fable|mythos)/;

/** The family of a model. A model behind a compatible server keeps its own name, so the name decides. */
export function tokenizerFamily(provider: string, model: string): TokenizerFamily {
  const vendor = vendorOf(provider);
  if (vendor === 'simulated') return openai;
  if (o200kProviders.has(vendor) && o200kModel.test(model)) return openai;
  if (claudeSince47Model.test(model)) return claudeSince47;
  return model.includes('claude') || vendor === 'anthropic' ? claude : other;
}

/** Is the model's tokeniser at hand, so that an estimate of text is its count? */
export function isExact(provider: string, model: string): boolean {
  return !tokenizerFamily(provider, model).splitsFiner;
}

/**
 * Characters that another tokeniser may make more of than o200k does, each at its worst: digits one by one (Llama 2,
 * Gemma, Qwen), every blank of a run (GPT-2), every ASCII sign by itself, and every byte of what is not ASCII (a
 * vocabulary without that script falls back on bytes).
 */
function finerSplits(text: string, bytes: number): number {
  let ascii = 0;
  let finer = 0;
  let blank = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 127) {
      blank = false;
      continue;
    }
    ascii += 1;
    const letter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
    if (code === 32) {
      if (blank) finer += 1;
      blank = true;
      continue;
    }
    blank = false;
    if (!letter) finer += 1;
  }
  return finer + (bytes - ascii);
}

/**
 * The most tokens that a text can be for a family. Never above one token a byte, which no byte-level tokeniser can
 * exceed; the 2 are SentencePiece's leading blank and a seam.
 */
export function textBound(text: string, tokens: number, family: TokenizerFamily): number {
  const scaled = Math.ceil(tokens * family.bound);
  if (text === '') return 0;
  if (!family.splitsFiner) return scaled + 2;
  const bytes = Buffer.byteLength(text);
  return Math.min(bytes, scaled + finerSplits(text, bytes)) + 2;
}
