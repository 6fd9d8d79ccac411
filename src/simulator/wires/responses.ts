import { randomBytes } from 'node:crypto';
import type { JsonRecord } from '../prompt.ts';
import type { Block } from '../reply.ts';
import type { Billed } from '../tally.ts';
import * as openai from './openai.ts';
import { countResponses, parseResponses } from './responses-request.ts';
import { sse, withoutAudio, withoutLifetimes } from './wire.ts';
import type { Exchange, StreamWriter, Wire } from './wire.ts';

function usageBody(billed: Billed): JsonRecord {
  const input = openai.inputTokens(billed);
  const output = openai.outputTokens(billed);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: billed.cacheRead, cache_write_tokens: billed.cacheWrite5m },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: billed.reasoning },
    total_tokens: input + output,
  };
}

const idPrefixes = { text: 'msg_', refusal: 'msg_', reasoning: 'rs_', tool: 'fc_' } as const;

interface Item {
  readonly id: string;
  readonly block: Block;
}

function itemsOf({ reply }: Exchange): Item[] {
  return reply.blocks.map((block) => ({ id: `${idPrefixes[block.kind]}${randomBytes(16).toString('hex')}`, block }));
}

function partBody(kind: 'text' | 'refusal', text: string): JsonRecord {
  return kind === 'text'
    ? { type: 'output_text', annotations: [], logprobs: [], text }
    : { type: 'refusal', refusal: text };
}

function itemBody({ id, block }: Item, exchange: Exchange, status: string): JsonRecord {
  const isOpen = status === 'in_progress';
  if (block.kind === 'reasoning') {
    const shows = exchange.prompt.thinks && !isOpen;
    const wantsContent =
      Array.isArray(exchange.body.include) && exchange.body.include.includes('reasoning.encrypted_content');
    return {
      id,
      type: 'reasoning',
      summary: shows ? [{ type: 'summary_text', text: block.text }] : [],
      ...(wantsContent ? { encrypted_content: Buffer.from(block.text).toString('base64') } : {}),
    };
  }
  if (block.kind === 'tool') {
    const call = { id, type: 'function_call', status, call_id: block.callId, name: block.name };
    return { ...call, arguments: isOpen ? '' : block.text };
  }
  const content = isOpen ? [] : [partBody(block.kind, block.text)];
  return { id, type: 'message', status, role: 'assistant', content };
}

type Status = 'in_progress' | 'completed' | 'incomplete' | 'failed';

function responseBody(exchange: Exchange, status: Status, output: JsonRecord[], usage: Billed | null): JsonRecord {
  const { body, id, prompt, reply, startedAt } = exchange;
  const isIncomplete = status === 'incomplete';
  const reason = reply.finish === 'content-filter' ? 'content_filter' : 'max_output_tokens';
  return {
    id,
    object: 'response',
    created_at: Math.floor(startedAt.getTime() / 1_000),
    status,
    background: false,
    error: null,
    incomplete_details: isIncomplete ? { reason } : null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body.metadata ?? {},
    model: prompt.model,
    output,
    parallel_tool_calls: prompt.parallelTools,
    previous_response_id: null,
    prompt_cache_key: body.prompt_cache_key ?? null,
    reasoning: body.reasoning ?? { effort: null, summary: null },
    service_tier: 'default',
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: body.text ?? { format: { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_p: body.top_p ?? 1,
    truncation: body.truncation ?? 'disabled',
    usage: usage === null ? null : usageBody(usage),
    user: body.user ?? null,
  };
}

function finalStatus({ reply }: Exchange): 'completed' | 'incomplete' {
  return reply.finish === 'length' || reply.finish === 'content-filter' ? 'incomplete' : 'completed';
}

function finalItems(items: readonly Item[], exchange: Exchange): JsonRecord[] {
  return items.map((item, at) =>
    itemBody(item, exchange, at === items.length - 1 ? finalStatus(exchange) : 'completed'),
  );
}

function writer(exchange: Exchange): StreamWriter {
  const items = itemsOf(exchange);
  let sequence = 0;
  let current = -1;
  const event = (type: string, fields: JsonRecord): string => {
    sequence += 1;
    return sse(type, { type, sequence_number: sequence - 1, ...fields });
  };
  const opening = (at: number, item: Item): string => {
    const added = event('response.output_item.added', {
      output_index: at,
      item: itemBody(item, exchange, 'in_progress'),
    });
    const place = { item_id: item.id, output_index: at };
    if (item.block.kind === 'tool') return added;
    if (item.block.kind !== 'reasoning') {
      const part = partBody(item.block.kind, '');
      return `${added}${event('response.content_part.added', { ...place, content_index: 0, part })}`;
    }
    if (!exchange.prompt.thinks) return added;
    const part = { type: 'summary_text', text: '' };
    return `${added}${event('response.reasoning_summary_part.added', { ...place, summary_index: 0, part })}`;
  };
  const deltaOf = (at: number, { id, block }: Item, delta: string): string => {
    const place = { item_id: id, output_index: at };
    if (block.kind === 'tool') return event('response.function_call_arguments.delta', { ...place, delta });
    if (block.kind === 'refusal') return event('response.refusal.delta', { ...place, content_index: 0, delta });
    if (block.kind === 'text') {
      return event('response.output_text.delta', { ...place, content_index: 0, delta, logprobs: [] });
    }
    if (!exchange.prompt.thinks) return '';
    return event('response.reasoning_summary_text.delta', { ...place, summary_index: 0, delta });
  };
  const contentDone = (at: number, { id, block }: Item): string => {
    const place = { item_id: id, output_index: at };
    if (block.kind === 'tool') {
      return event('response.function_call_arguments.done', { ...place, name: block.name, arguments: block.text });
    }
    if (block.kind === 'reasoning') {
      if (!exchange.prompt.thinks) return '';
      const part = { type: 'summary_text', text: block.text };
      const text = event('response.reasoning_summary_text.done', { ...place, summary_index: 0, text: block.text });
      return `${text}${event('response.reasoning_summary_part.done', { ...place, summary_index: 0, part })}`;
    }
    const done =
      block.kind === 'text'
        ? event('response.output_text.done', { ...place, content_index: 0, text: block.text, logprobs: [] })
        : event('response.refusal.done', { ...place, content_index: 0, refusal: block.text });
    const part = partBody(block.kind, block.text);
    return `${done}${event('response.content_part.done', { ...place, content_index: 0, part })}`;
  };
  const closing = (): string => {
    const item = items[current];
    if (item === undefined) return '';
    const body = finalItems(items, exchange)[current];
    return `${contentDone(current, item)}${event('response.output_item.done', { output_index: current, item: body })}`;
  };
  const goTo = (at: number): string => {
    if (at === current) return '';
    const done = closing();
    current = at;
    const item = items[at];
    return item === undefined ? done : `${done}${opening(at, item)}`;
  };
  return {
    open() {
      const response = responseBody(exchange, 'in_progress', [], null);
      return `${event('response.created', { response })}${event('response.in_progress', { response })}`;
    },
    step(at, delta) {
      const item = items[at];
      return item === undefined ? '' : `${goTo(at)}${deltaOf(at, item, delta)}`;
    },
    end(usage) {
      const status = finalStatus(exchange);
      const done = goTo(items.length);
      const response = responseBody(exchange, status, finalItems(items, exchange), usage);
      return `${done}${event(`response.${status}`, { response })}`;
    },
    error({ code, message, param }) {
      return event('error', { code: code ?? 'server_error', message, param });
    },
  };
}

export const responses: Wire = {
  name: 'responses',
  path: '/v1/responses',
  streamType: 'text/event-stream; charset=utf-8',
  idPrefix: 'resp_',
  callIdPrefix: 'call_',
  caching: 'automatic',
  parse: parseResponses,
  count: countResponses,
  unreadable: openai.unreadable,
  failure: openai.failure,
  errorBody: openai.errorBody,
  responseHeaders: (id) => ({ 'x-request-id': `req_${id}` }),
  classes: (billed) => withoutAudio(withoutLifetimes(billed)),
  whole: (exchange, usage) =>
    responseBody(exchange, finalStatus(exchange), finalItems(itemsOf(exchange), exchange), usage),
  writer,
};
