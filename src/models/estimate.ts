import type { ToolSpec } from '../domain/agent.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Part } from '../domain/messages.ts';
import type { ModelRequest, RequestMessage } from '../providers/provider.ts';
import { mediaTokens, textOfFile, type TokenRange } from './media-tokens.ts';
import { textBound, tokenizerFamily, type TokenizerFamily } from './tokenizer-families.ts';
import { countTokens } from './tokenizer.ts';

/** Role and delimiters of a message in ChatML; other templates differ by a few, which the bound covers. */
const messageOverhead = 4;
/** Around a tool call or its result: names of fields, braces, quotes. */
const toolPartOverhead = 8;

const nothing: TokenRange = { tokens: 0, upperBound: 0 };

interface Reader {
  readonly model: string;
  readonly family: TokenizerFamily;
}

/** Estimates without a model in view are o200k's own count. */
const plainReader: Reader = { model: '', family: tokenizerFamily('simulated', '') };

function add(...ranges: readonly TokenRange[]): TokenRange {
  return ranges.reduce(
    (sum, range) => ({ tokens: sum.tokens + range.tokens, upperBound: sum.upperBound + range.upperBound }),
    nothing,
  );
}

const overhead = (tokens: number, most = tokens): TokenRange => ({ tokens, upperBound: most });

function textRange(text: string, { family }: Reader): TokenRange {
  const tokens = countTokens(text);
  return { tokens: Math.ceil(tokens * family.estimate), upperBound: textBound(text, tokens, family) };
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

function partRange(part: Part, reader: Reader): TokenRange {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return textRange(part.text, reader);
    case 'tool-call':
      // Some templates write the call's id too.
      return add(
        textRange(part.tool, reader),
        textRange(asText(part.input), reader),
        overhead(toolPartOverhead, toolPartOverhead + 32),
      );
    case 'tool-result':
      return add(textRange(asText(part.output), reader), overhead(toolPartOverhead, toolPartOverhead + 32));
    case 'image':
    case 'audio':
    case 'file': {
      const text = textOfFile(part);
      return text === null ? mediaTokens(part, reader.model) : textRange(text, reader);
    }
  }
}

function messageRange(parts: readonly Part[], reader: Reader): TokenRange {
  return add(
    overhead(messageOverhead, messageOverhead + reader.family.template.perMessage),
    ...parts.map((part) => partRange(part, reader)),
  );
}

/**
 * A tool as models get it: most templates print its schema as compact JSON. Llama 3's indents it by four, which costs 1.7
 * times the tokens and stays below the bound of the compact form.
 */
function toolRange({ name, description, inputSchema }: ToolSpec, reader: Reader): TokenRange {
  const tool = { type: 'function', function: { name, description, parameters: inputSchema } };
  return add(textRange(JSON.stringify(tool), reader), overhead(0, reader.family.template.perTool));
}

function outputRange(schema: JsonObject, reader: Reader): TokenRange {
  return add(textRange(JSON.stringify(schema), reader), overhead(8, reader.family.template.withOutput));
}

export interface EstimateOptions {
  /** Our name of the provider: with the model's own id it tells the tokeniser. */
  readonly provider: string;
}

/**
 * Tokens that a request will be billed for as input: an estimate, and a bound that the provider's own count does not
 * pass. Exact to about 2 % for OpenAI's models and the simulator; for other tokenisers the bound is wide (see
 * `tokenizer-families.ts`), so prefer `boundFromAnchor` once a provider has reported a count.
 *
 * @example
 * const { tokens, upperBound } = estimateRequest(request, { provider: 'openai' });
 */
export function estimateRequest(request: ModelRequest, { provider }: EstimateOptions): TokenRange {
  const reader: Reader = { model: request.model, family: tokenizerFamily(provider, request.model) };
  const { template } = reader.family;
  return add(
    overhead(3, template.base),
    request.instructions === '' ? nothing : messageRange([{ type: 'text', text: request.instructions }], reader),
    ...request.messages.map((message) => messageRange(message.parts, reader)),
    ...request.tools.map((tool) => toolRange(tool, reader)),
    request.tools.length === 0 ? nothing : overhead(8, template.withTools),
    request.output === null ? nothing : outputRange(request.output, reader),
  );
}

/** Tokens of one message in o200k, whatever the model: the measure by which stored messages are compared. */
export function estimateMessage(parts: readonly Part[]): number {
  return messageRange(parts, plainReader).tokens;
}

export interface Anchor extends EstimateOptions {
  /** The provider's own id of the model, the same that gave the count. */
  readonly model: string;
  /** Input and output tokens of the session's last call, as the provider counted them. */
  readonly reportedTokens: number;
  /** What the request adds to that call and its answer; instructions and tools are as they were. */
  readonly newMessages: readonly RequestMessage[];
}

/**
 * As `estimateRequest`, from the provider's last count on: only new messages are estimated. The 2 % are for what a
 * template writes differently the second time (a tool call's arguments set anew, a seam between texts).
 */
export function boundFromAnchor({ provider, model, reportedTokens, newMessages }: Anchor): TokenRange {
  const reader: Reader = { model, family: tokenizerFamily(provider, model) };
  return add(
    overhead(reportedTokens, Math.ceil(reportedTokens * 1.02) + reader.family.template.base),
    ...newMessages.map((message) => messageRange(message.parts, reader)),
  );
}
