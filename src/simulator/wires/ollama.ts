import { isPaddedBase64, ollamaImageTokens } from '../media.ts';
import { ignoresTruncate } from '../models.ts';
import { isRecord, recordsOf, stringOf, sumTokens, textSegment } from '../prompt.ts';
import type { JsonRecord, Prompt, Segment, Turn } from '../prompt.ts';
import { Refusal } from '../refusal.ts';
import type { Block } from '../reply.ts';
import type { Billed } from '../tally.ts';
import { inputTokens, outputTokens } from './openai.ts';
import type { Exchange, Wire } from './wire.ts';
import { nothingBilled } from '../tally.ts';

/** Ollama's own default where a request does not set `num_ctx`. */
const defaultNumCtx = 4_096;
const perMessage = 3;

const fields: Readonly<Record<string, readonly [type: string, go: string]>> = {
  model: ['string', 'string'],
  messages: ['array', '[]api.Message'],
  stream: ['boolean', 'bool'],
  tools: ['array', '[]api.Tool'],
  options: ['object', 'map[string]interface {}'],
};

function checkFields(body: JsonRecord): void {
  for (const [name, [type, go]] of Object.entries(fields)) {
    const value = body[name];
    const given = Array.isArray(value) ? 'array' : typeof value;
    if (value === undefined || value === null || given === type) continue;
    const word = given === 'boolean' ? 'bool' : given;
    throw new Refusal(400, `json: cannot unmarshal ${word} into Go struct field ChatRequest.${name} of type ${go}`);
  }
  if (stringOf(body.model) === '') throw new Refusal(400, 'model is required');
}

function checkMessages(messages: readonly JsonRecord[]): void {
  for (const message of messages) {
    for (const call of recordsOf(message.tool_calls)) {
      const given = isRecord(call.function) ? call.function.arguments : undefined;
      if (isRecord(given)) continue;
      const field = 'ToolCallFunction.messages.tool_calls.function.arguments';
      throw new Refusal(
        400,
        `json: cannot unmarshal ${typeof given} into Go struct field ${field} of type map[string]interface {}`,
      );
    }
    const images: readonly unknown[] = Array.isArray(message.images) ? message.images : [];
    if (images.some((image) => !isPaddedBase64(stringOf(image)))) {
      throw new Refusal(400, 'illegal base64 data at input byte 0');
    }
  }
}

/** The refusal of Ollama's engine, which it hands on as a text. */
function tooLong(tokens: number, window: number): Refusal {
  const error = {
    code: 400,
    message: `request (${tokens} tokens) exceeds the available context size (${window} tokens), try increasing it`,
    type: 'exceed_context_size_error',
    n_prompt_tokens: tokens,
    n_ctx: window,
  };
  return new Refusal(400, JSON.stringify({ error }));
}

function segmentOf(message: JsonRecord): Segment {
  const images = Array.isArray(message.images) ? message.images.length * ollamaImageTokens : 0;
  const calls = recordsOf(message.tool_calls).map((call) => JSON.stringify(call.function));
  return textSegment([stringOf(message.content), ...calls].join('\n').trimEnd(), perMessage + images);
}

/** Ollama drops the oldest messages, but for the system's and the last, until the rest fits: without a word. */
function thatFit(messages: readonly JsonRecord[], room: number): JsonRecord[] {
  let kept = [...messages];
  while (kept.length > 1 && sumTokens(kept.map(segmentOf)) > room) {
    const oldest = kept.findIndex(({ role }) => role !== 'system');
    if (oldest < 0 || oldest === kept.length - 1) break;
    kept = kept.toSpliced(oldest, 1);
  }
  return kept;
}

function turnsOf(messages: readonly JsonRecord[]): Turn[] {
  let called: string[] = [];
  return messages.map((message): Turn => {
    const text = stringOf(message.content);
    if (message.role === 'tool') {
      const tool = stringOf(message.tool_name) || called[0];
      called = called.slice(1);
      return { role: 'tool', text, ...(tool === undefined ? {} : { tool }) };
    }
    called = recordsOf(message.tool_calls).map((call) => (isRecord(call.function) ? stringOf(call.function.name) : ''));
    return { role: message.role === 'user' || message.role === 'assistant' ? message.role : 'system', text };
  });
}

/** Reads a chat request of Ollama's own API. */
const parse: Wire['parse'] = (body, headers, limits): Prompt => {
  if (headers.authorization === 'Bearer invalid') throw new Refusal(401, 'unauthorized');
  checkFields(body);
  const options = isRecord(body.options) ? body.options : {};
  const model = stringOf(body.model);
  const { contextWindow, maxOutputTokens } = limits(model);
  const asked = typeof options.num_ctx === 'number' ? options.num_ctx : defaultNumCtx;
  const window = Math.min(asked, contextWindow);
  const tools = recordsOf(body.tools).flatMap((tool) => (isRecord(tool.function) ? [tool.function] : []));
  const toolSegments = tools.map((tool) => textSegment(JSON.stringify(tool), 8));
  const given = recordsOf(body.messages);
  checkMessages(given);
  const whole = sumTokens([...toolSegments, ...given.map(segmentOf)]);
  if (whole > window && body.truncate === false && !ignoresTruncate(model)) throw tooLong(whole, window);
  const messages = thatFit(given, window - sumTokens(toolSegments));
  const said = messages.map(segmentOf);
  const tokens = Math.min(sumTokens([...toolSegments, ...said]), window - 1);
  const wanted =
    typeof options.num_predict === 'number' && options.num_predict > 0 ? options.num_predict : maxOutputTokens;
  return {
    model,
    stream: body.stream !== false,
    segments: [{ text: '', tokens: messages.length === 0 ? 0 : tokens }],
    turns: turnsOf(messages),
    tools: tools.map(({ name, parameters }) => ({
      name: stringOf(name),
      parameters: isRecord(parameters) ? parameters : {},
    })),
    toolChoice: 'auto',
    parallelTools: true,
    maxOutputTokens: Math.min(wanted, window - tokens),
    schema: isRecord(body.format) ? body.format : body.format === 'json' ? {} : null,
    thinks: body.think !== undefined && body.think !== false,
    cacheKey: '',
    writesCache: false,
  };
};

function callBody(block: Block & { kind: 'tool' }): JsonRecord {
  let parsed: unknown;
  try {
    parsed = JSON.parse(block.text);
  } catch {
    // Ollama parses a model's calls itself and hands over what it made of them.
    parsed = {};
  }
  return { function: { name: block.name, arguments: isRecord(parsed) ? parsed : {} } };
}

function messageOf(blocks: readonly Block[]): JsonRecord {
  const texts = (kinds: readonly Block['kind'][]): string =>
    blocks
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ text }) => text)
      .join('');
  const thinking = texts(['reasoning']);
  const calls = blocks.flatMap((block) => (block.kind === 'tool' ? [callBody(block)] : []));
  return {
    role: 'assistant',
    content: texts(['text', 'refusal']),
    ...(thinking === '' ? {} : { thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

function head({ prompt }: Exchange): JsonRecord {
  return { model: prompt.model, created_at: new Date().toISOString() };
}

function ending({ reply, prompt, startedAt }: Exchange, usage: Billed | null): JsonRecord {
  const reason = prompt.turns.length === 0 ? 'load' : reply.finish === 'length' ? 'length' : 'stop';
  if (usage === null || prompt.turns.length === 0) return { done_reason: reason, done: true };
  const nanoseconds = Math.max(1, Date.now() - startedAt.getTime()) * 1_000_000;
  return {
    done_reason: reason,
    done: true,
    total_duration: nanoseconds,
    load_duration: 1_000_000,
    prompt_eval_count: inputTokens(usage),
    prompt_eval_duration: 1_000_000,
    eval_count: outputTokens(usage),
    eval_duration: nanoseconds,
  };
}

function line(content: JsonRecord): string {
  return `${JSON.stringify(content)}\n`;
}

export const ollama: Wire = {
  name: 'ollama',
  path: '/api/chat',
  streamType: 'application/x-ndjson',
  idPrefix: 'ollama-',
  callIdPrefix: 'call_',
  caching: 'none',
  parse,
  unreadable: () => new Refusal(400, "invalid character 'i' looking for beginning of value"),
  failure: (status, message, _code, model) =>
    new Refusal(
      status,
      message ??
        (status === 404 ? `model "${model}" not found, try pulling it first` : `the server answered ${status}`),
    ),
  errorBody: ({ message }) => ({ error: message }),
  responseHeaders: () => ({}),
  /** Ollama tells two numbers, all that was read and all that was written. */
  classes: (billed) => ({ ...nothingBilled, input: inputTokens(billed), output: outputTokens(billed) }),
  whole: (exchange, usage) => ({
    ...head(exchange),
    message: messageOf(exchange.reply.blocks),
    ...ending(exchange, usage),
  }),
  writer(exchange) {
    const { blocks } = exchange.reply;
    const callsSent = new Set<number>();
    return {
      open: () => '',
      step(at, delta) {
        const block = blocks[at];
        if (block === undefined) return '';
        // A call goes out whole, in one line.
        if (block.kind === 'tool' && callsSent.has(at)) return '';
        callsSent.add(at);
        const message = messageOf([block.kind === 'tool' ? block : { ...block, text: delta }]);
        return line({ ...head(exchange), message, done: false });
      },
      end: (usage) =>
        line({ ...head(exchange), message: { role: 'assistant', content: '' }, ...ending(exchange, usage) }),
      error: ({ message }) => line({ error: message }),
    };
  },
};
