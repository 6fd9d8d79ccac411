import type { ToolSpec } from '../domain/agent.ts';
import type { TokenRange } from '../domain/context.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Part } from '../domain/messages.ts';
import type { ModelRequest } from '../providers/provider.ts';
import {
  add,
  messageRange,
  nothing,
  overhead,
  plainReader,
  readerOf,
  rewrittenRange,
  type Reader,
} from './message-tokens.ts';

/**
 * A tool as models get it: most templates print its schema as compact JSON. Llama 3's indents it by four, which costs 1.7
 * times the tokens and stays below the bound of the compact form.
 */
function toolRange({ name, description, inputSchema }: ToolSpec, reader: Reader): TokenRange {
  const tool = { type: 'function', function: { name, description, parameters: inputSchema } };
  return add(rewrittenRange(JSON.stringify(tool), reader), overhead(0, reader.family.template.perTool));
}

function outputRange(schema: JsonObject, reader: Reader): TokenRange {
  return add(rewrittenRange(JSON.stringify(schema), reader), overhead(8, reader.family.template.withOutput));
}

export interface EstimateOptions {
  /** Our name of the provider: with the model's own id it tells the tokeniser. */
  readonly provider: string;
}

/** What stands beside the messages of a request: instructions, tools, the schema of its answer. */
export type RequestFrame = Pick<ModelRequest, 'model' | 'instructions' | 'tools' | 'output'>;

/** Tokens of what every request of an agent has, whatever is said. */
export function estimateFrame(frame: RequestFrame, { provider }: EstimateOptions): TokenRange {
  const reader = readerOf(provider, frame.model);
  const { template } = reader.family;
  return add(
    overhead(3, template.base),
    frame.instructions === '' ? nothing : messageRange([{ type: 'text', text: frame.instructions }], reader),
    ...frame.tools.map((tool) => toolRange(tool, reader)),
    frame.tools.length === 0 ? nothing : overhead(8, template.withTools),
    frame.output === null ? nothing : outputRange(frame.output, reader),
  );
}

/**
 * Tokens that a request will be billed for as input: an estimate, and a bound that the provider's own count does not
 * pass. Exact to about 2 % for OpenAI's models and the simulator; for other tokenisers the bound is wide (see
 * `tokenizer-families.ts`), so prefer `boundFromAnchor` once a provider has reported a count.
 *
 * @example
 * const { tokens, upperBound } = estimateRequest(request, { provider: 'openai' });
 */
export function estimateRequest(
  request: RequestFrame & Pick<ModelRequest, 'messages'>,
  options: EstimateOptions,
): TokenRange {
  const reader = readerOf(options.provider, request.model);
  return add(
    estimateFrame(request, options),
    ...request.messages.map((message) => messageRange(message.parts, reader)),
  );
}

/** Tokens of one message in o200k, whatever the model: the measure by which stored messages are compared. */
export function estimateMessage(parts: readonly Part[]): number {
  return messageRange(parts, plainReader).tokens;
}
