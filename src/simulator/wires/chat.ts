import { isRecord } from '../prompt.ts';
import type { JsonRecord } from '../prompt.ts';
import type { Block, Finish } from '../reply.ts';
import type { Billed } from '../tally.ts';
import { parseChat } from './chat-request.ts';
import * as openai from './openai.ts';
import { sse, withoutLifetimes } from './wire.ts';
import type { Exchange, StreamWriter, Wire } from './wire.ts';

const finishReasons: Readonly<Record<Finish, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'stop',
};

function usageBody(billed: Billed, { reasoningOutside }: Exchange): JsonRecord {
  const prompt = openai.inputTokens(billed);
  const completion = openai.outputTokens(billed);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion - (reasoningOutside ? billed.reasoning : 0),
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: billed.cacheRead,
      audio_tokens: billed.audioInput,
      ...(billed.cacheWrite5m > 0 ? { cache_write_tokens: billed.cacheWrite5m } : {}),
    },
    completion_tokens_details: {
      reasoning_tokens: billed.reasoning,
      audio_tokens: billed.audioOutput,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function common({ id, prompt, startedAt }: Exchange, object: string): JsonRecord {
  const created = Math.floor(startedAt.getTime() / 1_000);
  return { id, object, created, model: prompt.model, service_tier: 'default', system_fingerprint: 'fp_loadline' };
}

function joined(blocks: readonly Block[], kind: Block['kind']): string | null {
  const texts = blocks.filter((block) => block.kind === kind).map(({ text }) => text);
  return texts.length === 0 ? null : texts.join('');
}

function whole(exchange: Exchange, usage: Billed | null): JsonRecord {
  const { blocks, finish } = exchange.reply;
  const calls = blocks.flatMap((block) =>
    block.kind === 'tool'
      ? [{ id: block.callId, type: 'function', function: { name: block.name, arguments: block.text } }]
      : [],
  );
  const reasoning = joined(blocks, 'reasoning');
  const message = {
    role: 'assistant',
    content: joined(blocks, 'text') ?? (calls.length > 0 || joined(blocks, 'refusal') !== null ? null : ''),
    refusal: joined(blocks, 'refusal'),
    annotations: [],
    ...(reasoning === null ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return {
    ...common(exchange, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReasons[finish] }],
    ...(usage === null ? {} : { usage: usageBody(usage, exchange) }),
  };
}

/** Reasoning goes out as `reasoning_content`, as DeepSeek, vLLM and others send it. */
const deltaNames = { text: 'content', refusal: 'refusal', reasoning: 'reasoning_content' } as const;

function writer(exchange: Exchange): StreamWriter {
  const { blocks, finish } = exchange.reply;
  const options = exchange.body.stream_options;
  const asksForUsage = isRecord(options) && options.include_usage === true;
  const head = common(exchange, 'chat.completion.chunk');
  const callNumbers = new Map<number, number>();
  let hasRole = false;
  const chunk = (delta: JsonRecord, finishReason: string | null, usage: Billed | null): string =>
    sse(null, {
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      ...(usage !== null ? { usage: usageBody(usage, exchange) } : asksForUsage ? { usage: null } : {}),
    });
  const role = (usage: Billed | null): string => {
    if (hasRole) return '';
    hasRole = true;
    const isCall = blocks.every(({ kind }) => kind === 'tool' || kind === 'reasoning');
    return chunk({ role: 'assistant', content: isCall ? null : '', refusal: null }, null, usage);
  };
  const call = (at: number, block: Block & { kind: 'tool' }, delta: string, usage: Billed | null): string => {
    const known = callNumbers.get(at);
    const index = known ?? callNumbers.size;
    callNumbers.set(at, index);
    const first = { index, id: block.callId, type: 'function', function: { name: block.name, arguments: '' } };
    const opening = known === undefined ? chunk({ tool_calls: [first] }, null, usage) : '';
    return `${opening}${chunk({ tool_calls: [{ index, function: { arguments: delta } }] }, null, usage)}`;
  };
  return {
    open: () => '',
    step(at, delta, usage) {
      const block = blocks[at];
      if (block === undefined) return '';
      if (block.kind === 'tool') return `${role(usage)}${call(at, block, delta, usage)}`;
      return `${role(usage)}${chunk({ [deltaNames[block.kind]]: delta }, null, usage)}`;
    },
    end(usage) {
      const last = `${role(null)}${chunk({}, finishReasons[finish], null)}`;
      const report =
        asksForUsage && usage !== null ? sse(null, { ...head, choices: [], usage: usageBody(usage, exchange) }) : '';
      return `${last}${report}data: [DONE]\n\n`;
    },
    error: (refusal) => sse(null, openai.errorBody(refusal)),
  };
}

export const chat: Wire = {
  name: 'chat',
  path: '/v1/chat/completions',
  streamType: 'text/event-stream; charset=utf-8',
  idPrefix: 'chatcmpl-',
  callIdPrefix: 'call_',
  caching: 'automatic',
  parse: parseChat,
  unreadable: openai.unreadable,
  failure: openai.failure,
  errorBody: openai.errorBody,
  responseHeaders: (id) => ({ 'x-request-id': `req_${id}` }),
  classes: withoutLifetimes,
  whole,
  writer,
};
