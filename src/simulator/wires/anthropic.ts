import type { JsonRecord } from '../prompt.ts';
import { Refusal } from '../refusal.ts';
import type { Block, Finish } from '../reply.ts';
import type { Billed } from '../tally.ts';
import { invalid } from './anthropic-checks.ts';
import { signatureOf } from './anthropic-blocks.ts';
import { countAnthropic, parseAnthropic } from './anthropic-request.ts';
import { outputTokens } from './openai.ts';
import { sse, withoutAudio } from './wire.ts';
import type { Exchange, StreamWriter, Wire } from './wire.ts';

const stopReasons: Readonly<Record<Finish, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  refusal: 'refusal',
};

function inputUsage(billed: Billed): JsonRecord {
  return {
    input_tokens: billed.input,
    cache_creation_input_tokens: billed.cacheWrite5m + billed.cacheWrite1h,
    cache_read_input_tokens: billed.cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: billed.cacheWrite5m,
      ephemeral_1h_input_tokens: billed.cacheWrite1h,
    },
  };
}

function outputUsage(billed: Billed): JsonRecord {
  const thinking = billed.reasoning > 0 ? { output_tokens_details: { thinking_tokens: billed.reasoning } } : {};
  return { output_tokens: outputTokens(billed), ...thinking };
}

function inputOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Without streaming the real API never sends broken arguments, since it parses them itself.
    return {};
  }
}

function blockBody(block: Block, isOpen: boolean): JsonRecord {
  if (block.kind === 'tool') {
    return { type: 'tool_use', id: block.callId, name: block.name, input: isOpen ? {} : inputOf(block.text) };
  }
  const text = isOpen ? '' : block.text;
  if (block.kind !== 'reasoning') return { type: 'text', text };
  return { type: 'thinking', thinking: text, signature: isOpen ? '' : signatureOf(block.text) };
}

function stopOf({ reply }: Exchange, isOpen: boolean): JsonRecord {
  const isRefusal = reply.finish === 'refusal' || reply.finish === 'content-filter';
  return {
    stop_reason: isOpen ? null : stopReasons[reply.finish],
    stop_sequence: null,
    ...(isRefusal && !isOpen ? { stop_details: { type: 'refusal', category: null, explanation: null } } : {}),
  };
}

function messageBody(exchange: Exchange, content: JsonRecord[], usage: JsonRecord | null, isOpen: boolean): JsonRecord {
  const { id, prompt } = exchange;
  return {
    id,
    type: 'message',
    role: 'assistant',
    model: prompt.model,
    content,
    ...stopOf(exchange, isOpen),
    ...(usage === null ? {} : { usage: { ...usage, service_tier: 'standard' } }),
  };
}

function whole(exchange: Exchange, usage: Billed | null): JsonRecord {
  const content = exchange.reply.blocks.map((block) => blockBody(block, false));
  return messageBody(exchange, content, usage && { ...inputUsage(usage), ...outputUsage(usage) }, false);
}

function writer(exchange: Exchange, opening: Billed | null): StreamWriter {
  const { blocks } = exchange.reply;
  let current = -1;
  const deltaOf = (block: Block, delta: string): JsonRecord => {
    if (block.kind === 'tool') return { type: 'input_json_delta', partial_json: delta };
    if (block.kind === 'reasoning') return { type: 'thinking_delta', thinking: delta };
    return { type: 'text_delta', text: delta };
  };
  const closing = (): string => {
    const block = blocks[current];
    if (block === undefined) return '';
    const delta = { type: 'signature_delta', signature: signatureOf(block.text) };
    const signed =
      block.kind === 'reasoning'
        ? sse('content_block_delta', { type: 'content_block_delta', index: current, delta })
        : '';
    return `${signed}${sse('content_block_stop', { type: 'content_block_stop', index: current })}`;
  };
  const goTo = (at: number): string => {
    if (at === current) return '';
    const done = closing();
    current = at;
    const block = blocks[at];
    if (block === undefined) return done;
    const content_block = blockBody(block, true);
    return `${done}${sse('content_block_start', { type: 'content_block_start', index: at, content_block })}`;
  };
  return {
    open() {
      const usage = opening === null ? null : { ...inputUsage(opening), output_tokens: 1 };
      const message = messageBody(exchange, [], usage, true);
      return `${sse('message_start', { type: 'message_start', message })}${sse('ping', { type: 'ping' })}`;
    },
    step(at, delta) {
      const block = blocks[at];
      if (block === undefined) return '';
      const content = { type: 'content_block_delta', index: at, delta: deltaOf(block, delta) };
      return `${goTo(at)}${sse('content_block_delta', content)}`;
    },
    end(usage) {
      const done = goTo(blocks.length);
      const { cache_creation: _, ...input } = usage === null ? {} : inputUsage(usage);
      const reported = usage === null ? {} : { usage: { ...input, ...outputUsage(usage) } };
      const delta = sse('message_delta', { type: 'message_delta', delta: stopOf(exchange, false), ...reported });
      return `${done}${delta}${sse('message_stop', { type: 'message_stop' })}`;
    },
    error: (refusal) => sse('error', errorBody(refusal, exchange.id)),
  };
}

const byStatus: Readonly<Record<number, readonly [type: string, message: string]>> = {
  400: ['invalid_request_error', 'Invalid request.'],
  401: ['authentication_error', 'invalid x-api-key'],
  402: ['billing_error', 'Your credit balance is too low to access the Anthropic API.'],
  403: ['permission_error', 'Your API key does not have permission to use the specified resource.'],
  404: ['not_found_error', 'The requested resource could not be found.'],
  413: ['request_too_large', 'Request exceeds the maximum allowed number of bytes.'],
  429: ['rate_limit_error', 'This request would exceed your rate limit. Please try again later.'],
  504: ['timeout_error', 'The request timed out while processing.'],
  529: ['overloaded_error', 'Overloaded'],
};

function errorBody({ type, message }: Refusal, id: string): JsonRecord {
  return { type: 'error', error: { type, message }, request_id: `req_${id}` };
}

export const anthropic: Wire = {
  name: 'anthropic',
  path: '/v1/messages',
  streamType: 'text/event-stream; charset=utf-8',
  idPrefix: 'msg_',
  callIdPrefix: 'toolu_',
  caching: 'breakpoints',
  parse: parseAnthropic,
  count: countAnthropic,
  unreadable: () => invalid('The request body is not valid JSON: unexpected character'),
  failure(status, message, code, model) {
    const [type, usual] = byStatus[status] ?? ['api_error', 'Internal server error'];
    return new Refusal(status, message ?? (status === 404 ? `model: ${model}` : usual), { type: code ?? type });
  },
  errorBody,
  responseHeaders: (id) => ({ 'request-id': `req_${id}` }),
  classes: withoutAudio,
  whole,
  writer,
};
