import type { TokenRange } from '../domain/context.ts';
import type { Part, ToolCallPart, ToolResultPart } from '../domain/messages.ts';
import { mediaTokens, textOfFile } from './media-tokens.ts';
import { lonelyDigits, rewrittenBound, textBound } from './text-bound.ts';
import { tokenizerFamily, type TokenizerFamily } from './tokenizer-families.ts';
import { countTokens } from './tokenizer.ts';

/** Role and delimiters of a message in ChatML; other templates differ by a few, which the bound covers. */
export const messageOverhead = 4;
/** Around a tool call or its result: names of fields, braces, quotes. Some templates write the call's id too. */
export const toolPartOverhead: TokenRange = { tokens: 8, upperBound: 40 };

export const nothing: TokenRange = { tokens: 0, upperBound: 0 };

/** The model that reads, as far as its count depends on it. */
export interface Reader {
  readonly model: string;
  readonly family: TokenizerFamily;
}

export function readerOf(provider: string, model: string): Reader {
  return { model, family: tokenizerFamily(provider, model) };
}

/** Estimates without a model in view are o200k's own count. */
export const plainReader: Reader = readerOf('simulated', '');

export function add(...ranges: readonly TokenRange[]): TokenRange {
  return ranges.reduce(
    (sum, range) => ({ tokens: sum.tokens + range.tokens, upperBound: sum.upperBound + range.upperBound }),
    nothing,
  );
}

export const overhead = (tokens: number, most = tokens): TokenRange => ({ tokens, upperBound: most });

export function textRange(text: string, { family }: Reader): TokenRange {
  const tokens = countTokens(text);
  return { tokens: estimateOf(text, tokens, family), upperBound: textBound(text, tokens, family) };
}

/** Text that a template may write in another way than we do. */
export function rewrittenRange(text: string, { family }: Reader): TokenRange {
  const tokens = countTokens(text);
  return { tokens: estimateOf(text, tokens, family), upperBound: rewrittenBound(text, tokens, family) };
}

/** A text's tokens from those that it has in o200k. */
export function estimateOf(text: string, tokens: number, family: TokenizerFamily): number {
  return Math.ceil(tokens * family.estimate) + (family.splitsDigits ? lonelyDigits(text) : 0);
}

export const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** Some templates write JSON as a string within JSON: each sign that is escaped then is a token or two more. */
export function escapes(text: string): number {
  return 2 * (JSON.stringify(text).length - text.length - 2);
}

/** Both are written as JSON: a call's arguments by all, a result by the templates of some open models. */
function toolRange(part: ToolCallPart | ToolResultPart, reader: Reader): TokenRange {
  const text = asText(part.type === 'tool-call' ? part.input : part.output);
  const escaped = part.type === 'tool-call' || reader.family.template.rewrites ? escapes(text) : 0;
  return add(
    textRange(part.type === 'tool-call' ? part.tool : '', reader),
    rewrittenRange(text, reader),
    toolPartOverhead,
    overhead(0, escaped),
  );
}

function partRange(part: Part, reader: Reader): TokenRange {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return textRange(part.text, reader);
    case 'tool-call':
    case 'tool-result':
      return toolRange(part, reader);
    case 'image':
    case 'audio':
    case 'file': {
      const text = textOfFile(part);
      return text === null ? mediaTokens(part, reader.model) : textRange(text, reader);
    }
  }
}

/** Around one message, whatever it holds. */
export function envelope({ family }: Reader): TokenRange {
  return overhead(messageOverhead, messageOverhead + family.template.perMessage);
}

export function messageRange(parts: readonly Part[], reader: Reader): TokenRange {
  return add(envelope(reader), ...parts.map((part) => partRange(part, reader)));
}
