import { sumTokens, isRecord, recordsOf, stringOf, textForm, textSegment } from '../prompt.ts';
import type { JsonRecord, Prompt, Segment, Turn } from '../prompt.ts';
import { Refusal } from '../refusal.ts';
import * as openai from './openai.ts';
import * as check from './openai-checks.ts';
import type { Fields } from './openai.ts';
import type { CountRoute, Wire } from './wire.ts';

const fields: Fields = {
  access_programs: 'object',
  background: 'boolean',
  context_management: 'array',
  conversation: 'any',
  image: 'object',
  include: 'array',
  input: 'any',
  instructions: 'string',
  max_output_tokens: 'integer',
  max_tool_calls: 'integer',
  metadata: 'object',
  model: 'string',
  moderation: 'object',
  parallel_tool_calls: 'boolean',
  previous_response_id: 'string',
  prompt: 'object',
  prompt_cache_key: 'string',
  prompt_cache_options: 'object',
  prompt_cache_retention: 'string',
  reasoning: 'object',
  safety_identifier: 'string',
  service_tier: 'string',
  store: 'boolean',
  stream: 'boolean',
  stream_options: 'object',
  temperature: 'decimal',
  text: 'object',
  tool_choice: 'any',
  tools: 'array',
  top_logprobs: 'integer',
  top_p: 'decimal',
  truncation: 'string',
  user: 'string',
};

/** Fields that are input, as the count route takes them. */
const countFields: Fields = {
  conversation: 'any',
  input: 'any',
  instructions: 'string',
  model: 'string',
  parallel_tool_calls: 'boolean',
  personality: 'string',
  previous_response_id: 'string',
  reasoning: 'object',
  text: 'object',
  tool_choice: 'any',
  tools: 'array',
  truncation: 'string',
};

export const countResponses: CountRoute = {
  path: '/v1/responses/input_tokens',
  request(body) {
    openai.checkFields(body, countFields);
    return body;
  },
  answer: (inputTokens) => ({ object: 'response.input_tokens', input_tokens: inputTokens }),
};

const roles = ['assistant', 'system', 'developer', 'user'] as const;
const itemTypes = ['message', 'function_call', 'function_call_output', 'reasoning'] as const;
const perItem = 3;
const primer: Segment = { text: '<|assistant|>', tokens: 3 };

function checkItem(item: unknown, at: number): JsonRecord {
  const name = `input[${at}]`;
  if (!isRecord(item)) throw openai.wrongType(name, 'an object', item);
  const type = item.type ?? 'message';
  if (!itemTypes.some((known) => known === type)) throw openai.wrongValue(name, type, itemTypes);
  if (type === 'function_call') {
    check.checkToolName(item.name, `${name}.name`);
    check.checkArguments(item.arguments, `${name}.arguments`);
  }
  if (type === 'function_call_output' && Array.isArray(item.output)) {
    for (const [part, content] of recordsOf(item.output).entries()) {
      const allowed = ['input_text', 'input_image', 'input_file'];
      if (allowed.includes(stringOf(content.type))) continue;
      throw openai.wrongValue(`${name}.output[${part}]`, content.type, allowed);
    }
  }
  if (type !== 'message') return item;
  if (item.role === undefined) throw openai.missing(`${name}.role`);
  if (!roles.some((role) => role === item.role)) throw openai.wrongValue(`${name}.role`, item.role, roles);
  if (item.content === undefined) throw openai.missing(`${name}.content`);
  if (typeof item.content !== 'string' && !Array.isArray(item.content)) {
    throw openai.wrongType(`${name}.content`, 'one of an array of objects or string', item.content);
  }
  for (const [part, content] of recordsOf(item.content).entries()) {
    const isOutput = content.type === 'output_text' || content.type === 'refusal';
    if (isOutput !== (item.role === 'assistant')) {
      const allowed =
        item.role === 'assistant' ? ['output_text', 'refusal'] : ['input_text', 'input_image', 'input_file'];
      throw openai.wrongValue(`${name}.content[${part}]`, content.type, allowed);
    }
    if (content.type === 'input_audio') {
      throw openai.wrongValue(`${name}.content[${part}]`, content.type, ['input_text', 'input_image', 'input_file']);
    }
    check.checkMedium(content, `${name}.content[${part}]`);
  }
  return item;
}

function checkToolPairs(items: readonly JsonRecord[]): void {
  const called = new Set<string>();
  const answered = new Set<string>();
  for (const { type, call_id: id } of items) {
    if (type === 'function_call') {
      if (called.has(stringOf(id))) {
        throw openai.invalid(`Duplicate item found with call_id ${stringOf(id)}. Remove duplicate items.`, 'input');
      }
      called.add(stringOf(id));
    }
    if (type !== 'function_call_output') continue;
    if (!called.has(stringOf(id))) {
      throw openai.invalid(`No tool call found for function call output with call_id ${stringOf(id)}.`, 'input');
    }
    if (answered.has(stringOf(id))) {
      throw openai.invalid(`Duplicate function call output found for call_id ${stringOf(id)}.`, 'input');
    }
    answered.add(stringOf(id));
  }
  for (const id of called) {
    if (!answered.has(id)) throw openai.invalid(`No tool output found for function call ${id}.`, 'input');
  }
}

/** Reasoning comes back with what it led to. */
function checkReasoning(items: readonly JsonRecord[]): void {
  for (const [at, { type, id }] of items.entries()) {
    const next = items[at + 1];
    if (type !== 'reasoning' || next?.type === 'function_call' || next?.type === 'reasoning') continue;
    if (next?.role === 'assistant') continue;
    throw openai.invalid(
      `Item '${stringOf(id)}' of type 'reasoning' was provided without its required following item.`,
      'input',
    );
  }
}

function partText(part: JsonRecord): string {
  return stringOf(part.text) || stringOf(part.refusal);
}

function segmentsOf(item: JsonRecord): Segment[] {
  if (item.type === 'function_call')
    return [textSegment(`${stringOf(item.name)} ${stringOf(item.arguments)}`, perItem)];
  if (item.type === 'function_call_output') return outputSegments(item.output);
  if (item.type === 'reasoning') return [textSegment(recordsOf(item.summary).map(partText).join('\n'), perItem)];
  const role = stringOf(item.role);
  if (!Array.isArray(item.content)) {
    const content = stringOf(item.content);
    return [{ text: `${role}\n${content}`, tokens: textSegment(content).tokens + perItem }];
  }
  const parts = recordsOf(item.content).map((part) => openai.mediaSegment(part) ?? textSegment(partText(part)));
  return [{ text: `${role}\n`, tokens: perItem }, ...parts];
}

function outputSegments(output: unknown): Segment[] {
  if (!Array.isArray(output)) return [textSegment(textForm(output), perItem)];
  const parts = recordsOf(output).map((part) => openai.mediaSegment(part) ?? textSegment(partText(part)));
  return [{ text: 'output\n', tokens: perItem }, ...parts];
}

function itemSegments(item: JsonRecord): Segment[] {
  const endsTurn = item.role === 'user' || item.type === 'function_call_output';
  return endsTurn ? openai.endTurn(segmentsOf(item)) : segmentsOf(item);
}

function turnsOf(items: readonly JsonRecord[]): Turn[] {
  const toolNames = new Map<string, string>();
  return items.flatMap((item): Turn[] => {
    if (item.type === 'function_call') {
      toolNames.set(stringOf(item.call_id), stringOf(item.name));
      return [];
    }
    if (item.type === 'function_call_output') {
      const tool = toolNames.get(stringOf(item.call_id));
      const text = Array.isArray(item.output) ? recordsOf(item.output).map(partText).join('') : textForm(item.output);
      return [{ role: 'tool', text, ...(tool === undefined ? {} : { tool }) }];
    }
    if (item.type === 'reasoning') return [];
    const text = Array.isArray(item.content) ? recordsOf(item.content).map(partText).join('') : stringOf(item.content);
    return [{ role: item.role === 'user' || item.role === 'assistant' ? item.role : 'system', text }];
  });
}

function itemsOf(body: JsonRecord): JsonRecord[] {
  const { input } = body;
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }];
  if (input !== undefined && !Array.isArray(input)) {
    throw openai.wrongType('input', 'one of a string or array of objects', input);
  }
  const items: readonly unknown[] = input ?? [];
  if (items.length > 0) return items.map(checkItem);
  throw openai.invalid(
    `One of "input" or "previous_response_id" or 'prompt' or 'conversation_id' must be provided.`,
    'input',
    'missing_required_parameter',
  );
}

function schemaOf(format: unknown): JsonRecord | null {
  if (!isRecord(format)) return null;
  if (format.type === 'json_object') return {};
  if (format.type !== 'json_schema') return null;
  if (typeof format.name !== 'string') throw openai.missing('text.format.name');
  if (!isRecord(format.schema)) throw openai.missing('text.format.schema');
  return format.schema;
}

/** Reads a Responses request. */
export const parseResponses: Wire['parse'] = (body, headers, limits): Prompt => {
  openai.checkKey(headers);
  if (body.model === undefined) throw openai.missing('model');
  check.checkCharacters(body);
  openai.checkFields(body, fields);
  openai.checkCaching(body);
  check.checkFunctions(recordsOf(body.tools), (at) => `tools[${at}]`);
  if (typeof body.previous_response_id === 'string') {
    const words = `Previous response with id '${body.previous_response_id}' not found.`;
    throw new Refusal(400, words, {
      type: 'invalid_request_error',
      param: 'previous_response_id',
      code: 'previous_response_not_found',
    });
  }
  const items = itemsOf(body);
  checkToolPairs(items);
  checkReasoning(items);
  const asked = openai.checkAtLeast(body, 'max_output_tokens', 16);
  const model = stringOf(body.model);
  const { contextWindow, maxOutputTokens } = limits(model);
  if (asked !== null && asked > maxOutputTokens) {
    const words = `Invalid 'max_output_tokens': integer above maximum value. Expected a value <= ${maxOutputTokens}, but got ${asked} instead.`;
    throw openai.invalid(words, 'max_output_tokens', 'integer_above_max_value');
  }
  const instructions = stringOf(body.instructions);
  const format = isRecord(body.text) ? body.text.format : undefined;
  const isPlain = isRecord(format) && format.type === 'text';
  const segments = [
    ...openai.toolSegments(body.tools, isPlain ? undefined : format),
    ...(instructions === '' ? [] : [textSegment(instructions, perItem)]),
    ...items.flatMap(itemSegments),
    primer,
  ];
  const tokens = sumTokens(segments);
  if (tokens >= contextWindow) {
    const words = 'Your input exceeds the context window of this model. Please adjust your input and try again.';
    throw openai.invalid(words, 'input', 'context_length_exceeded');
  }
  return {
    model,
    stream: body.stream === true,
    segments,
    turns: [...(instructions === '' ? [] : [{ role: 'system' as const, text: instructions }]), ...turnsOf(items)],
    tools: openai.offered(recordsOf(body.tools)),
    toolChoice: openai.toolChoiceOf(body.tool_choice),
    parallelTools: body.parallel_tool_calls !== false,
    maxOutputTokens: Math.min(asked ?? maxOutputTokens, maxOutputTokens, contextWindow - tokens),
    schema: schemaOf(format),
    thinks: isRecord(body.reasoning) && typeof body.reasoning.summary === 'string',
    cacheKey: stringOf(body.prompt_cache_key),
    writesCache: openai.writesCache(body),
  };
};
