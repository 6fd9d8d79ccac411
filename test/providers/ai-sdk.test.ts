import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { describe, expect, it } from '@jest/globals';
import { simulateReadableStream } from 'ai';
import { MockLanguageModelV3, MockLanguageModelV4 } from 'ai/test';
import { aiSdkModelName, fromAiSdk, isAiSdkModel } from '../../src/ai-sdk/index.ts';
import { unknownUsage } from '../../src/domain/usage.ts';
import { createProviders } from '../../src/providers/registry.ts';
import { chunks, refuses, served, streams, streamsAndBreaks, typedEvents } from './support/replay-server.ts';
import { ask, failureOf, plainRequest, toolTurn } from './support/requests.ts';

const usage = {
  input_tokens: 12,
  cache_creation_input_tokens: 300,
  cache_read_input_tokens: 1000,
  output_tokens: 80,
};
const anthropicAnswer = typedEvents([
  {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm1',
      content: [],
      usage: { ...usage, output_tokens: 1 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'EqQB' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'content_block_start',
    index: 1,
    content_block: { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
  },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"city":"Oslo"}' } },
  { type: 'content_block_stop', index: 1 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 80 } },
  { type: 'message_stop' },
]);

const openaiAnswer = typedEvents([
  { type: 'response.created', response: { id: 'resp_1', created_at: 1, model: 'm1' } },
  {
    type: 'response.output_item.added',
    output_index: 0,
    item: { type: 'message', id: 'i', role: 'assistant', content: [] },
  },
  { type: 'response.output_text.delta', item_id: 'i', output_index: 0, content_index: 0, delta: 'Seven' },
  {
    type: 'response.output_item.done',
    output_index: 0,
    item: { type: 'message', id: 'i', role: 'assistant', content: [] },
  },
  {
    type: 'response.completed',
    response: {
      id: 'resp_1',
      usage: {
        input_tokens: 120,
        input_tokens_details: { cached_tokens: 100 },
        output_tokens: 50,
        output_tokens_details: { reasoning_tokens: 20 },
      },
    },
  },
]);

const anthropicAt = (baseURL: string) => createAnthropic({ baseURL, apiKey: 'k' })('m1');
const openaiAt = (baseURL: string) => createOpenAI({ baseURL, apiKey: 'k' })('m1');

describe('fromAiSdk', () => {
  it('runs a model of @ai-sdk/openai with streaming and usage, stateless', async () => {
    await served(streams(openaiAnswer), async (url, server) => {
      const answer = await ask(fromAiSdk(openaiAt(url)));
      expect(answer.parts).toEqual([{ type: 'text', text: 'Seven' }]);
      expect(answer.finishReason).toBe('stop');
      expect(answer.deltas).toEqual([{ kind: 'text', delta: 'Seven' }]);
      expect(answer.usage).toEqual({ ...unknownUsage, input: 20, cacheRead: 100, output: 30, reasoning: 20 });
      expect(answer.providerMetrics).toMatchObject({ id: 'resp_1', usage: { input_tokens: 120 } });
      expect(answer.timeToFirstTokenMs).toBeGreaterThan(0);
      expect(server.requests[0]?.body).toMatchObject({
        max_output_tokens: 100,
        store: false,
        prompt_cache_key: 'session-1',
      });
    });
  });

  it('runs a model of @ai-sdk/openai over chat completions', async () => {
    const text = chunks([
      {
        id: 'c',
        created: 1,
        model: 'm1',
        choices: [{ index: 0, delta: { role: 'assistant', content: 'Seven' }, finish_reason: null }],
      },
      { id: 'c', created: 1, model: 'm1', choices: [{ index: 0, delta: {}, finish_reason: 'length' }] },
      {
        id: 'c',
        created: 1,
        model: 'm1',
        choices: [],
        usage: { prompt_tokens: 47, completion_tokens: 30, prompt_tokens_details: { cached_tokens: 46 } },
      },
    ]);
    await served(streams(text), async (url) => {
      const answer = await ask(fromAiSdk(createOpenAI({ baseURL: url, apiKey: 'k' }).chat('m1')));
      expect(answer).toMatchObject({ finishReason: 'length', usage: { input: 1, cacheRead: 46, output: 30 } });
    });
  });

  it('gives thinking and its signature back with the tool call it led to', async () => {
    await served(streams(anthropicAnswer), async (url, server) => {
      const provider = fromAiSdk(anthropicAt(url));
      const request = { ...toolTurn, cache: { instructions: true, ttl: '1h' } } as const;
      const answer = await ask(provider, request);
      expect(answer.parts).toMatchObject([
        { type: 'reasoning', text: 'Hm' },
        { type: 'tool-call', tool: 'weather', input: { city: 'Oslo' } },
      ]);
      expect(answer.finishReason).toBe('tool-calls');
      expect(answer.usage).toMatchObject({
        input: 12,
        cacheRead: 1000,
        cacheWrite5m: null,
        cacheWrite1h: 300,
        output: 80,
      });
      await ask(provider, {
        ...request,
        messages: [...plainRequest.messages, { role: 'assistant', parts: answer.parts }],
      });
      const body = JSON.stringify(server.requests[0]?.body);
      expect(body.match(/"cache_control":{"type":"ephemeral","ttl":"1h"}/g)).toHaveLength(4);
      expect(server.requests[0]?.body.system).toMatchObject([{ cache_control: { type: 'ephemeral', ttl: '1h' } }]);
      expect(server.requests[1]?.body.messages).toMatchObject([
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm', signature: 'EqQB' },
            { type: 'tool_use', name: 'weather', input: { city: 'Oslo' } },
          ],
        },
      ]);
    });
  });

  it('sends all results of a turn', async () => {
    await served(streams(openaiAnswer), async (url, server) => {
      await ask(fromAiSdk(openaiAt(url)), toolTurn);
      const input = server.requests[0]?.body.input as readonly { type?: string; output?: unknown }[];
      expect(input.filter((item) => item.type === 'function_call_output').map((item) => item.output)).toEqual([
        '{"celsius":7}',
        '{"error":"no JSON"}',
      ]);
    });
  });

  it('classifies a refusal with what the provider asks to wait', async () => {
    const reply = refuses(
      429,
      { error: { message: 'Slow down', code: 'rate_limit_exceeded' } },
      { 'retry-after-ms': '70' },
    );
    await served(reply, async (url, server) => {
      expect(await failureOf(fromAiSdk(openaiAt(url)))).toMatchObject({
        kind: 'rate-limit',
        status: 429,
        retryable: true,
        retryAfterMs: 70,
        billed: 'no',
        message: 'Slow down',
      });
      expect(server.requests).toHaveLength(1);
    });
  });

  it('fails with the text so far when the stream breaks', async () => {
    await served(
      streamsAndBreaks(openaiAnswer.slice(0, openaiAnswer.indexOf('event: response.output_item.done'))),
      async (url) => {
        expect(await failureOf(fromAiSdk(openaiAt(url)))).toMatchObject({
          kind: 'stream-broken',
          retryable: true,
          billed: 'maybe',
          partial: { text: 'Seven' },
        });
      },
    );
  });

  it('fails on an error in mid-stream', async () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const start = anthropicAnswer.slice(0, anthropicAnswer.indexOf('event: content_block_stop'));
    await served(streams(start + typedEvents([error])), async (url) => {
      expect(await failureOf(fromAiSdk(anthropicAt(url)))).toMatchObject({
        kind: 'overloaded',
        retryable: true,
        billed: 'maybe',
      });
    });
  });

  it('says that nothing was billed when nothing listens', async () => {
    expect(await failureOf(fromAiSdk(openaiAt('http://127.0.0.1:4/v1')))).toMatchObject({
      kind: 'connection',
      retryable: true,
      billed: 'no',
    });
  });

  it('runs models of the specifications v2, v3 and v4', async () => {
    const parts = (end: object) => [
      { type: 'stream-start', warnings: [] },
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'Seven' },
      { type: 'text-end', id: '1' },
      { type: 'finish', ...end },
    ];
    const nested = { inputTokens: { total: 10, noCache: 4, cacheRead: 6 }, outputTokens: { total: 3 } };
    const flat = { inputTokens: 10, cachedInputTokens: 6, outputTokens: 3, totalTokens: 13 };
    const stream = (end: object) => async () => ({ stream: simulateReadableStream({ chunks: parts(end) }) }) as never;
    const models = [
      {
        specificationVersion: 'v2',
        provider: 'x',
        modelId: 'm1',
        doStream: stream({ usage: flat, finishReason: 'stop' }),
      },
      new MockLanguageModelV3({
        modelId: 'm1',
        doStream: stream({ usage: nested, finishReason: { unified: 'stop' } }),
      }),
      new MockLanguageModelV4({
        modelId: 'm1',
        doStream: stream({ usage: nested, finishReason: { unified: 'stop' } }),
      }),
    ];
    for (const model of models) {
      expect(isAiSdkModel(model)).toBe(true);
      expect(await ask(fromAiSdk(model))).toMatchObject({
        parts: [{ type: 'text', text: 'Seven' }],
        finishReason: 'stop',
        usage: { input: 4, cacheRead: 6, output: 3 },
      });
    }
  });

  it('refuses a specification that it does not know', async () => {
    const model = { specificationVersion: 'v9', provider: 'x', modelId: 'm1', doStream: async () => ({}) };
    const failure = await failureOf(fromAiSdk(model));
    expect(failure).toMatchObject({ kind: 'bad-request', billed: 'no' });
    expect(failure.message).toContain('v9');
  });
});

describe('AI SDK models in the registry', () => {
  it('are found by their name, two of one provider apart', async () => {
    await served(streams(openaiAnswer), async (url, server) => {
      const openai = createOpenAI({ baseURL: url, apiKey: 'k' });
      const providers = createProviders({}, {}, { aiSdkModels: [openai('m1'), openai('m2')] });
      const { provider, model } = providers.split(aiSdkModelName(openai('m2')));
      expect({ provider, model }).toEqual({ provider: 'openai.responses', model: 'm2' });
      await ask(providers.provider(provider), { ...plainRequest, model });
      expect(server.requests[0]?.body.model).toBe('m2');
    });
  });

  it('never take the name of a built-in provider', () => {
    const model = { specificationVersion: 'v4', provider: 'openrouter', modelId: 'a/b', doStream: async () => ({}) };
    expect(aiSdkModelName(model)).toBe('openrouter.ai-sdk/a/b');
  });

  it('are told apart from names', () => {
    expect(isAiSdkModel('openai/gpt-5.2')).toBe(false);
    expect(isAiSdkModel(null)).toBe(false);
  });
});
