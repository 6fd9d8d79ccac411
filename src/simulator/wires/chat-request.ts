import { sumTokens, isRecord, recordsOf, stringOf, textSegment } from '../prompt.ts';
import type { JsonRecord, Prompt, Segment, Turn } from '../prompt.ts';
import { wantsAlternation } from '../models.ts';
import * as openai from './openai.ts';
import * as check from './openai-checks.ts';
import type { Fields } from './openai.ts';
import type { Wire } from './wire.ts';

const fields: Fields = {
  messages: 'array',
  model: 'string',
  audio: 'object',
  frequency_penalty: 'decimal',
  function_call: 'any',
  functions: 'array',
  logit_bias: 'object',
  logprobs: 'boolean',
  max_completion_tokens: 'integer',
  max_tokens: 'integer',
  metadata: 'object',
  modalities: 'array',
  moderation: 'object',
  n: 'integer',
  parallel_tool_calls: 'boolean',
  prediction: 'object',
  presence_penalty: 'decimal',
  prompt_cache_key: 'string',
  prompt_cache_options: 'object',
  prompt_cache_retention: 'string',
  reasoning_effort: 'string',
  response_format: 'object',
  safety_identifier: 'string',
  seed: 'integer',
  service_tier: 'string',
  stop: 'any',
  store: 'boolean',
  stream: 'boolean',
  stream_options: 'object',
  temperature: 'decimal',
  tool_choice: 'any',
  tools: 'array',
  top_logprobs: 'integer',
  top_p: 'decimal',
  user: 'string',
  verbosity: 'string',
  web_search_options: 'object',
};

const roles = ['system', 'assistant', 'user', 'function', 'tool', 'developer'] as const;
/** OpenAI's own overhead: three tokens a message, three before the answer. */
const perMessage = 3;
const primer: Segment = { text: '<|assistant|>', tokens: 3 };

function partText(part: JsonRecord): string {
  return stringOf(part.text) || stringOf(part.refusal);
}

function checkMessage(message: unknown, at: number): JsonRecord {
  const name = `messages[${at}]`;
  if (!isRecord(message)) throw openai.wrongType(name, 'an object', message);
  if (message.role === undefined) throw openai.missing(`${name}.role`);
  if (!roles.some((role) => role === message.role)) throw openai.wrongValue(`${name}.role`, message.role, roles);
  const { content } = message;
  const isOptional = message.role === 'assistant' && message.tool_calls !== undefined;
  if (content === undefined && message.role !== 'assistant') throw openai.missing(`${name}.content`);
  if (content === null && !isOptional) {
    throw openai.invalid(`Invalid value for 'content': expected a string, got null.`, `messages.[${at}].content`);
  }
  if (content !== undefined && content !== null && typeof content !== 'string' && !Array.isArray(content)) {
    throw openai.wrongType(`${name}.content`, 'one of a string or array of objects', content);
  }
  if (content === undefined && !isOptional) {
    throw openai.invalid(`Invalid value for 'content': expected a string, got null.`, `messages.[${at}].content`);
  }
  if (Array.isArray(content)) checkParts(content, stringOf(message.role), `${name}.content`);
  return message;
}

/** What a message of a role may hold; other roles: text. */
const partTypes: Readonly<Record<string, readonly string[]>> = {
  user: ['text', 'image_url', 'input_audio', 'file'],
  assistant: ['text', 'refusal'],
};

function checkParts(parts: readonly unknown[], role: string, place: string): void {
  if (parts.length === 0) {
    const words = `Invalid '${place}': empty array. Expected an array with minimum length 1, but got an empty array instead.`;
    throw openai.invalid(words, place, 'empty_array');
  }
  const allowed = partTypes[role] ?? ['text'];
  for (const [at, part] of parts.entries()) {
    if (!isRecord(part)) throw openai.wrongType(`${place}[${at}]`, 'an object', part);
    if (!allowed.includes(stringOf(part.type))) throw openai.wrongValue(`${place}[${at}].type`, part.type, allowed);
    check.checkMedium(part, `${place}[${at}]`);
  }
}

function checkCall(call: JsonRecord, place: string): void {
  if (call.type !== 'function') throw openai.wrongValue(`${place}.type`, call.type, ['function', 'custom']);
  const called = isRecord(call.function) ? call.function : {};
  check.checkToolName(called.name, `${place}.function.name`);
  check.checkArguments(called.arguments, `${place}.function.arguments`);
}

/** The templates of some open models refuse two messages of a role in a row; tool calls and results don't count. */
function checkAlternation(messages: readonly JsonRecord[]): void {
  const early = messages.findIndex(({ role }, at) => role === 'user' && messages[at - 1]?.role === 'tool');
  if (early >= 0)
    throw openai.invalid(`Unexpected role 'user' after role 'tool'`, null, 'invalid_request_message_order');
  const said = messages.filter(({ role, tool_calls: calls }) => role === 'user' || (role === 'assistant' && !calls));
  if (said.every(({ role }, at) => (role === 'user') === (at % 2 === 0))) return;
  throw openai.invalid('Conversation roles must alternate user/assistant/user/assistant/...', null);
}

/** A call and all its results stand together, or OpenAI refuses the request. */
function checkToolPairs(messages: readonly JsonRecord[]): void {
  const seen = new Set<string>();
  let open = new Set<string>();
  let callAt = 0;
  const close = (): void => {
    if (open.size === 0) return;
    const ids = [...open].join(', ');
    throw openai.invalid(
      `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${ids}`,
      `messages.[${callAt + 1}].role`,
    );
  };
  for (const [at, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!open.delete(stringOf(message.tool_call_id))) {
        throw openai.invalid(
          `Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.`,
          `messages.[${at}].role`,
        );
      }
      continue;
    }
    close();
    if (message.role !== 'assistant' || message.tool_calls === undefined || message.tool_calls === null) continue;
    const calls = recordsOf(message.tool_calls);
    if (calls.length === 0) {
      const text = `Invalid 'messages[${at}].tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.`;
      throw openai.invalid(text, `messages[${at}].tool_calls`, 'empty_array');
    }
    for (const [index, call] of calls.entries()) {
      checkCall(call, `messages[${at}].tool_calls[${index}]`);
      const id = stringOf(call.id);
      if (seen.has(id)) {
        throw openai.invalid(`Duplicate value for 'tool_call_id' of '${id}' in message[${at}]`, null);
      }
      seen.add(id);
    }
    open = new Set(calls.map(({ id }) => stringOf(id)));
    callAt = at;
  }
  close();
}

function segmentsOf(message: JsonRecord): Segment[] {
  const role = stringOf(message.role);
  const calls = recordsOf(message.tool_calls);
  const extra = calls.length === 0 ? [] : [textSegment(calls.map((call) => JSON.stringify(call.function)).join('\n'))];
  if (!Array.isArray(message.content)) {
    const content = stringOf(message.content);
    return [{ text: `${role}\n${content}`, tokens: textSegment(content).tokens + perMessage }, ...extra];
  }
  const parts = recordsOf(message.content).map((part) => openai.mediaSegment(part) ?? textSegment(partText(part)));
  return [{ text: `${role}\n`, tokens: perMessage }, ...parts, ...extra];
}

function messageSegments(message: JsonRecord): Segment[] {
  return message.role === 'user' || message.role === 'tool' ? openai.endTurn(segmentsOf(message)) : segmentsOf(message);
}

function turnsOf(messages: readonly JsonRecord[]): Turn[] {
  const toolNames = new Map<string, string>();
  return messages.map((message) => {
    const { content } = message;
    const text = Array.isArray(content) ? recordsOf(content).map(partText).join('') : stringOf(content);
    for (const { id, function: called } of recordsOf(message.tool_calls)) {
      toolNames.set(stringOf(id), stringOf(isRecord(called) ? called.name : ''));
    }
    const tool = toolNames.get(stringOf(message.tool_call_id));
    if (message.role === 'tool') return { role: 'tool', text, ...(tool === undefined ? {} : { tool }) };
    return { role: message.role === 'user' || message.role === 'assistant' ? message.role : 'system', text };
  });
}

function checkLength(tokens: number, asked: number | null, window: number): void {
  if (tokens + (asked ?? 0) <= window && tokens < window) return;
  const limit = `This model's maximum context length is ${window} tokens. However,`;
  const words =
    asked === null || tokens >= window
      ? `${limit} your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`
      : `${limit} you requested ${tokens + asked} tokens (${tokens} in the messages, ${asked} in the completion). Please reduce the length of the messages or completion.`;
  throw openai.invalid(words, 'messages', 'context_length_exceeded');
}

function schemaOf(format: unknown): JsonRecord | null {
  if (!isRecord(format)) return null;
  if (format.type === 'json_object') return {};
  if (format.type !== 'json_schema') return null;
  const { json_schema: named } = format;
  if (!isRecord(named)) throw openai.missing('response_format.json_schema');
  if (typeof named.name !== 'string') throw openai.missing('response_format.json_schema.name');
  return isRecord(named.schema) ? named.schema : {};
}

/** Reads a chat completions request. */
export const parseChat: Wire['parse'] = (body, headers, limits): Prompt => {
  openai.checkKey(headers);
  if (body.model === undefined) throw openai.invalid('you must provide a model parameter', null);
  if (body.messages === undefined) throw openai.missing('messages');
  check.checkCharacters(body);
  openai.checkFields(body, fields);
  openai.checkCaching(body);
  const functions = recordsOf(body.tools).flatMap((tool) => (isRecord(tool.function) ? [tool.function] : []));
  check.checkFunctions(functions, (at) => `tools[${at}].function`);
  const given: readonly unknown[] = Array.isArray(body.messages) ? body.messages : [];
  if (given.length === 0) {
    const words = `Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.`;
    throw openai.invalid(words, 'messages', 'empty_array');
  }
  const messages = given.map(checkMessage);
  checkToolPairs(messages);
  const model = stringOf(body.model);
  if (wantsAlternation(model)) checkAlternation(messages);
  const { contextWindow, maxOutputTokens } = limits(model);
  const limitName = body.max_completion_tokens === undefined ? 'max_tokens' : 'max_completion_tokens';
  const asked = openai.checkAtLeast(body, limitName, 1);
  const segments = [
    ...openai.toolSegments(body.tools, body.response_format),
    ...messages.flatMap(messageSegments),
    primer,
  ];
  const tokens = sumTokens(segments);
  checkLength(tokens, asked, contextWindow);
  if (asked !== null && asked > maxOutputTokens) {
    const words = `${limitName} is too large: ${asked}. This model supports at most ${maxOutputTokens} completion tokens, whereas you provided ${asked}.`;
    throw openai.invalid(words, limitName, 'invalid_value');
  }
  return {
    model,
    stream: body.stream === true,
    segments,
    turns: turnsOf(messages),
    tools: openai.offered(functions),
    toolChoice: openai.toolChoiceOf(body.tool_choice),
    parallelTools: body.parallel_tool_calls !== false,
    maxOutputTokens: Math.min(asked ?? maxOutputTokens, contextWindow - tokens),
    schema: schemaOf(body.response_format),
    thinks: true,
    cacheKey: stringOf(body.prompt_cache_key),
    writesCache: openai.writesCache(body),
  };
};
