import { describe, expect, it } from '@jest/globals';
import { unknownUsage } from '../../src/domain/usage.ts';
import { openaiResponses } from '../../src/providers/openai-responses.ts';
import type { ModelRequest } from '../../src/providers/provider.ts';
import { endpointAt, testKey } from './support/endpoints.ts';
import { refuses, served, streams, streamsAndBreaks, typedEvents } from './support/replay-server.ts';
import { ask, failureOf, plainRequest, source, toolTurn, weatherTool } from './support/requests.ts';

const usage = {
  input_tokens: 120,
  input_tokens_details: { cached_tokens: 100 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 170,
};
const response = { id: 'resp_1', object: 'response', created_at: 1, model: 'm1-2026', service_tier: 'default' };
const echoes = { instructions: 'Be brief.', tools: [], text: { format: { type: 'text' } }, output: [], error: null };

const created = {
  type: 'response.created',
  sequence_number: 0,
  response: { ...response, ...echoes, status: 'in_progress' },
};
const textDelta = (delta: string) => ({
  type: 'response.output_text.delta',
  item_id: 'msg_1',
  output_index: 2,
  content_index: 0,
  delta,
});
const ended = (status: string, more: object = {}) => ({
  type: `response.${status}`,
  response: { ...response, ...echoes, status, usage, ...more },
});
const reasoningItem = {
  id: 'rs_1',
  type: 'reasoning',
  summary: [{ type: 'summary_text', text: 'Hm' }],
  encrypted_content: 'gAAA',
};

const toolAnswer = typedEvents([
  created,
  { type: 'response.output_item.added', output_index: 0, item: { ...reasoningItem, summary: [] } },
  { type: 'response.reasoning_summary_part.added', output_index: 0, item_id: 'rs_1', summary_index: 0 },
  { type: 'response.reasoning_summary_text.delta', output_index: 0, item_id: 'rs_1', summary_index: 0, delta: 'Hm' },
  { type: 'response.output_item.done', output_index: 0, item: { ...reasoningItem, status: 'completed' } },
  {
    type: 'response.output_item.added',
    output_index: 1,
    item: { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'weather', arguments: '' },
  },
  { type: 'response.function_call_arguments.delta', output_index: 1, item_id: 'fc_1', delta: '{"city":' },
  { type: 'response.function_call_arguments.delta', output_index: 1, item_id: 'fc_1', delta: '"Oslo"}' },
  {
    type: 'response.output_item.done',
    output_index: 1,
    item: { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'weather', arguments: '{"city":"Oslo"}' },
  },
  textDelta('Just a '),
  textDelta('moment'),
  ended('completed'),
]);

describe('openai-responses', () => {
  it('reads reasoning, tool calls, text and usage', async () => {
    await served(streams(toolAnswer), async (url) => {
      const answer = await ask(openaiResponses(endpointAt(url)));
      expect(answer.parts).toEqual([
        {
          type: 'reasoning',
          text: 'Hm',
          providerData: { source: source('test'), content: reasoningItem },
        },
        {
          type: 'tool-call',
          callId: expect.stringMatching(/^t[0-9a-z]{8}$/),
          tool: 'weather',
          input: { city: 'Oslo' },
        },
        { type: 'text', text: 'Just a moment' },
      ]);
      expect(answer.finishReason).toBe('tool-calls');
      expect(answer.usage).toEqual({ ...unknownUsage, input: 20, cacheRead: 100, output: 30, reasoning: 20 });
      expect(answer.timeToFirstTokenMs).toBeGreaterThan(0);
      expect(answer.deltas).toEqual([
        { kind: 'reasoning', delta: 'Hm' },
        { kind: 'text', delta: 'Just a ' },
        { kind: 'text', delta: 'moment' },
      ]);
    });
  });

  it('keeps every field that is not content', async () => {
    await served(streams(toolAnswer), async (url) => {
      const { providerMetrics } = await ask(openaiResponses(endpointAt(url)));
      expect(providerMetrics).toEqual({ ...response, status: 'completed', error: null, usage });
    });
  });

  it('reads the stream of llama.cpp, which numbers no items and adds its timings', async () => {
    const call = (id: string, city: string) => [
      {
        type: 'response.output_item.added',
        item: { type: 'function_call', id, call_id: id, name: 'weather', arguments: '' },
      },
      { type: 'response.function_call_arguments.delta', item_id: id, delta: `{"city":"${city}"}` },
      {
        type: 'response.output_item.done',
        item: { type: 'function_call', id, call_id: id, name: 'weather', arguments: `{"city":"${city}"}` },
      },
    ];
    const timings = { cache_n: 46, prompt_n: 1 };
    const text = typedEvents([
      created,
      ...call('fc_1', 'Oslo'),
      ...call('fc_2', 'Rome'),
      { ...ended('completed'), timings },
    ]);
    await served(streams(text), async (url) => {
      const answer = await ask(openaiResponses(endpointAt(url)));
      expect(answer.parts.map((part) => part.type === 'tool-call' && part.input)).toEqual([
        { city: 'Oslo' },
        { city: 'Rome' },
      ]);
      expect(answer.providerMetrics.timings).toEqual(timings);
    });
  });

  it('has no cache written where caching is off and a write costs money, and says nothing where it costs none', async () => {
    await served(streams(typedEvents([ended('completed')])), async (url, server) => {
      const cache = { instructions: false, ttl: '5m' } as const;
      for (const model of ['gpt-6.1-sol', 'gpt-5.6-luna', 'gpt-5.5', 'gpt-4.1']) {
        await ask(openaiResponses(endpointAt(url)), { ...plainRequest, cache, model });
      }
      await ask(openaiResponses(endpointAt(url)), { ...plainRequest, model: 'gpt-6.1-sol' });
      const explicit = { mode: 'explicit' };
      const told = server.requests.map(({ body }) => body.prompt_cache_options);
      expect(told).toEqual([explicit, explicit, undefined, undefined, undefined]);
    });
  });

  it('sends a stateless request with tools, schema, limit and cache key', async () => {
    await served(streams(typedEvents([ended('completed')])), async (url, server) => {
      const output = {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: false,
      };
      await ask(openaiResponses(endpointAt(url)), { ...plainRequest, tools: [weatherTool], output });
      const [request] = server.requests;
      expect(request?.path).toBe('/v1/responses');
      expect(request?.headers.authorization).toBe(`Bearer ${testKey}`);
      expect(request?.body).toEqual({
        model: 'm1',
        instructions: 'Be brief.',
        input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'How warm is it in Oslo?' }] }],
        max_output_tokens: 100,
        prompt_cache_key: 'session-1',
        store: false,
        stream: true,
        tools: [
          {
            type: 'function',
            name: 'weather',
            description: weatherTool.description,
            parameters: weatherTool.inputSchema,
            strict: false,
          },
        ],
        text: { format: { type: 'json_schema', name: 'output', schema: output, strict: true } },
      });
    });
  });

  it('asks reasoning models for their encrypted reasoning and gives it back with the calls and results', async () => {
    await served(streams(typedEvents([ended('completed')])), async (url, server) => {
      const [user, assistant, ...rest] = toolTurn.messages;
      const reasoning = (from: string) => ({
        type: 'reasoning' as const,
        text: 'Hm',
        providerData: { source: from, content: reasoningItem },
      });
      const request: ModelRequest = {
        ...toolTurn,
        model: 'gpt-5.2',
        messages: [
          ...(user ? [user] : []),
          {
            role: 'assistant',
            parts: [reasoning('test/gpt-5.2'), reasoning('other/gpt-5.2'), ...(assistant?.parts ?? [])],
          },
          ...rest,
        ],
      };
      await ask(openaiResponses(endpointAt(url)), request);
      expect(server.requests[0]?.body.include).toEqual(['reasoning.encrypted_content']);
      expect(server.requests[0]?.body.input).toEqual([
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Oslo and Rome?' }] },
        reasoningItem,
        { type: 'message', role: 'assistant', content: 'Let me look.' },
        { type: 'function_call', call_id: 't00000001', name: 'weather', arguments: '{"city":"Oslo"}' },
        {
          type: 'function_call',
          call_id: 't00000002',
          name: 'weather',
          arguments: '{"rawInvalidInput":"{\\"city\\": Rome"}',
        },
        { type: 'function_call_output', call_id: 't00000001', output: '{"celsius":7}' },
        { type: 'function_call_output', call_id: 't00000002', output: 'no JSON' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hurry.' }] },
      ]);
    });
  });

  it('sends images and files, inline and by URL', async () => {
    await served(streams(typedEvents([ended('completed')])), async (url, server) => {
      const parts = [
        { type: 'image', data: 'AAAA', mediaType: 'image/png' },
        { type: 'image', url: 'https://example.org/a.png', mediaType: 'image/png' },
        { type: 'file', data: 'BBBB', mediaType: 'application/pdf' },
        { type: 'file', url: 'https://example.org/a.pdf', mediaType: 'application/pdf' },
      ] as const;
      await ask(openaiResponses(endpointAt(url)), { ...plainRequest, messages: [{ role: 'user', parts }] });
      expect(server.requests[0]?.body.input).toMatchObject([
        {
          content: [
            { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
            { type: 'input_image', image_url: 'https://example.org/a.png' },
            { type: 'input_file', filename: 'file.pdf', file_data: 'data:application/pdf;base64,BBBB' },
            { type: 'input_file', file_url: 'https://example.org/a.pdf' },
          ],
        },
      ]);
    });
  });

  it('refuses audio before anything is sent', async () => {
    await served(streams(''), async (url, server) => {
      const parts = [{ type: 'audio', data: 'AAAA', mediaType: 'audio/wav' }] as const;
      const failure = await failureOf(openaiResponses(endpointAt(url)), {
        ...plainRequest,
        messages: [{ role: 'user', parts }],
      });
      expect(failure).toMatchObject({ kind: 'bad-request', billed: 'no', retryable: false });
      expect(failure.message).toBe(
        'test takes no audio of type audio/wav as inline data; it takes text, images and files',
      );
      expect(server.requests).toHaveLength(0);
    });
  });

  it.each([
    [{ reason: 'max_output_tokens' }, 'length'],
    [{ reason: 'content_filter' }, 'content-filter'],
  ])('answers what came of a response cut by %j', async (incomplete_details, finishReason) => {
    await served(
      streams(typedEvents([created, textDelta('Seven'), ended('incomplete', { incomplete_details })])),
      async (url) => {
        const answer = await ask(openaiResponses(endpointAt(url)));
        expect(answer).toMatchObject({ finishReason, parts: [{ type: 'text', text: 'Seven' }] });
        expect(answer.usage?.output).toBe(30);
      },
    );
  });

  it('sees that an answer was cut where llama.cpp calls it completed', async () => {
    await served(streams(typedEvents([created, textDelta('Seven'), ended('completed')])), async (url) => {
      const answer = await ask(openaiResponses(endpointAt(url)), { ...plainRequest, maxOutputTokens: 50 });
      expect(answer.finishReason).toBe('length');
    });
  });

  it('tells a refusal from an answer', async () => {
    const refusal = {
      type: 'response.refusal.delta',
      item_id: 'm',
      output_index: 0,
      content_index: 0,
      delta: 'I cannot',
    };
    await served(streams(typedEvents([created, refusal, ended('completed')])), async (url) => {
      expect(await ask(openaiResponses(endpointAt(url)))).toMatchObject({
        finishReason: 'refusal',
        parts: [{ type: 'text', text: 'I cannot' }],
      });
    });
  });

  it('fails with text and usage so far when the response fails', async () => {
    const failed = ended('failed', { error: { code: 'server_error', message: 'The server had an error' } });
    await served(streams(typedEvents([created, textDelta('Sev'), failed])), async (url) => {
      const failure = await failureOf(openaiResponses(endpointAt(url)));
      expect(failure).toMatchObject({
        kind: 'server',
        retryable: true,
        billed: 'maybe',
        message: 'The server had an error',
      });
      expect(failure.partial).toMatchObject({
        text: 'Sev',
        usage: { input: 20, cacheRead: 100, output: 30, reasoning: 20 },
      });
    });
  });

  it('fails on an error event', async () => {
    const error = { type: 'error', code: 'rate_limit_exceeded', message: 'Slow down', param: null, sequence_number: 3 };
    await served(streams(typedEvents([created, error])), async (url) => {
      expect(await failureOf(openaiResponses(endpointAt(url)))).toMatchObject({
        kind: 'rate-limit',
        billed: 'maybe',
        message: 'Slow down',
      });
    });
  });

  it.each([
    ['ends', streams],
    ['breaks', streamsAndBreaks],
  ])('is a broken stream when it %s before its terminal event', async (_, reply) => {
    await served(reply(typedEvents([created, textDelta('Sev')])), async (url) => {
      const failure = await failureOf(openaiResponses(endpointAt(url)));
      expect(failure).toMatchObject({ kind: 'stream-broken', retryable: true, billed: 'maybe', status: null });
      expect(failure.partial).toMatchObject({ text: 'Sev', usage: null });
      expect(failure.partial?.timeToFirstTokenMs).toBeGreaterThan(0);
    });
  });

  it('fails with the provider’s own words, the status and what it asks to wait', async () => {
    const reply = refuses(
      429,
      { error: { message: `Too many requests for ${testKey}`, code: 'rate_limit_exceeded' } },
      { 'retry-after': '3' },
    );
    await served(reply, async (url, server) => {
      const failure = await failureOf(openaiResponses(endpointAt(url)));
      expect(failure).toMatchObject({
        kind: 'rate-limit',
        status: 429,
        retryAfterMs: 3000,
        billed: 'no',
        partial: null,
      });
      expect(failure.message).toBe('Too many requests for [key]');
      expect(server.requests).toHaveLength(1);
    });
  });

  it('lists models', async () => {
    await served(refuses(200, { object: 'list', data: [{ id: 'a' }, { id: 'b' }] }), async (url) => {
      expect(await openaiResponses(endpointAt(url)).listModels(new AbortController().signal)).toEqual(['a', 'b']);
    });
  });
});
