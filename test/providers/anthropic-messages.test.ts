import { describe, expect, it } from '@jest/globals';
import { unknownUsage } from '../../src/domain/usage.ts';
import { anthropicMessages } from '../../src/providers/anthropic-messages.ts';
import { endpointAt, testKey } from './support/endpoints.ts';
import { refuses, served, streams, typedEvents } from './support/replay-server.ts';
import { ask, failureOf, messagesOf, plainRequest, source, toolTurn, weatherTool } from './support/requests.ts';

const startUsage = {
  input_tokens: 12,
  cache_creation_input_tokens: 300,
  cache_read_input_tokens: 1000,
  cache_creation: { ephemeral_5m_input_tokens: 300, ephemeral_1h_input_tokens: 0 },
  output_tokens: 1,
  service_tier: 'standard',
};
const start = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm1-1',
    content: [],
    stop_reason: null,
    usage: startUsage,
  },
};
const begin = (index: number, content_block: object) => ({ type: 'content_block_start', index, content_block });
const grow = (index: number, fields: object) => ({ type: 'content_block_delta', index, delta: fields });
const end = (index: number) => ({ type: 'content_block_stop', index });
const finish = (stop_reason: string, usage: object = { output_tokens: 80 }) => [
  { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage },
  { type: 'message_stop' },
];
const textBlock = (index: number, text: string) => [
  begin(index, { type: 'text', text: '' }),
  grow(index, { type: 'text_delta', text }),
  end(index),
];
const ping = { type: 'ping' };
const plainAnswer = typedEvents([start, ping, ...textBlock(0, 'Seven'), ...finish('end_turn')]);

const thinkingBlocks = [
  begin(0, { type: 'thinking', thinking: '', signature: '' }),
  grow(0, { type: 'thinking_delta', thinking: 'I must ' }),
  grow(0, { type: 'thinking_delta', thinking: 'look' }),
  grow(0, { type: 'signature_delta', signature: 'EqQB' }),
  end(0),
  begin(1, { type: 'redacted_thinking', data: 'opaque' }),
  end(1),
];
const toolBlock = [
  begin(2, { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} }),
  grow(2, { type: 'input_json_delta', partial_json: '' }),
  grow(2, { type: 'input_json_delta', partial_json: '{"city": "Os' }),
  grow(2, { type: 'input_json_delta', partial_json: 'lo"}' }),
  end(2),
];
const toolAnswer = typedEvents([
  start,
  ...thinkingBlocks,
  ...toolBlock,
  ...finish('tool_use', { output_tokens: 80, output_tokens_details: { thinking_tokens: 50 } }),
]);

describe('anthropic-messages', () => {
  it('reads text, usage and metrics', async () => {
    await served(streams(plainAnswer), async (url) => {
      const answer = await ask(anthropicMessages(endpointAt(url)));
      expect(answer.parts).toEqual([{ type: 'text', text: 'Seven' }]);
      expect(answer.finishReason).toBe('stop');
      expect(answer.usage).toEqual({
        ...unknownUsage,
        input: 12,
        cacheRead: 1000,
        cacheWrite5m: 300,
        cacheWrite1h: 0,
        output: 80,
      });
      expect(answer.providerMetrics).toEqual({
        id: 'msg_1',
        model: 'm1-1',
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: { ...startUsage, output_tokens: 80 },
      });
    });
  });

  it('reads thinking, signed and redacted, and gives both back unchanged ahead of the tool call', async () => {
    await served(streams(toolAnswer), async (url, server) => {
      const provider = anthropicMessages(endpointAt(url));
      const answer = await ask(provider);
      const signed = { type: 'thinking', thinking: 'I must look', signature: 'EqQB' };
      const redacted = { type: 'redacted_thinking', data: 'opaque' };
      expect(answer.parts).toEqual([
        { type: 'reasoning', text: 'I must look', providerData: { source: source('test'), content: signed } },
        { type: 'reasoning', text: '', providerData: { source: source('test'), content: redacted } },
        { type: 'tool-call', callId: expect.any(String), tool: 'weather', input: { city: 'Oslo' } },
      ]);
      expect(answer.usage).toMatchObject({ output: 30, reasoning: 50 });
      expect(answer.finishReason).toBe('tool-calls');
      await ask(provider, {
        ...plainRequest,
        messages: [...plainRequest.messages, { role: 'assistant', parts: answer.parts }],
      });
      expect(server.requests[1]?.body.messages).toMatchObject([
        {},
        { content: [signed, redacted, { type: 'tool_use' }] },
      ]);
      await ask(provider, {
        ...plainRequest,
        model: 'm2',
        messages: [...plainRequest.messages, { role: 'assistant', parts: answer.parts }],
      });
      expect(messagesOf(server.requests[2])[1]?.content).toHaveLength(1);
    });
  });

  it('sends all results of a turn in the one user message after it, ahead of the text', async () => {
    await served(streams(plainAnswer), async (url, server) => {
      await ask(anthropicMessages(endpointAt(url)), toolTurn);
      const [request] = server.requests;
      expect(request?.path).toBe('/v1/messages');
      expect(request?.headers.authorization).toBe(`Bearer ${testKey}`);
      const cache_control = { type: 'ephemeral' };
      expect(request?.body).toEqual({
        model: 'm1',
        max_tokens: 100,
        stream: true,
        system: [{ type: 'text', text: 'Be brief.', cache_control }],
        tools: [
          {
            name: 'weather',
            description: weatherTool.description,
            input_schema: weatherTool.inputSchema,
            cache_control,
          },
        ],
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'Oslo and Rome?', cache_control }] },
          {
            role: 'assistant',
            content: [
              { type: 'text', text: 'Let me look.' },
              { type: 'tool_use', id: 't00000001', name: 'weather', input: { city: 'Oslo' } },
              { type: 'tool_use', id: 't00000002', name: 'weather', input: { rawInvalidInput: '{"city": Rome' } },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 't00000001', content: '{"celsius":7}' },
              { type: 'tool_result', tool_use_id: 't00000002', content: 'no JSON', is_error: true },
              { type: 'text', text: 'Hurry.', cache_control },
            ],
          },
        ],
      });
    });
  });

  it('marks for an hour where asked to, and nothing where caching is off', async () => {
    await served(streams(plainAnswer), async (url, server) => {
      const provider = anthropicMessages(endpointAt(url));
      await ask(provider, { ...plainRequest, cache: { instructions: true, ttl: '1h' } });
      await ask(provider, { ...plainRequest, cache: { instructions: false, ttl: '5m' } });
      expect(server.requests[0]?.body.system).toMatchObject([{ cache_control: { type: 'ephemeral', ttl: '1h' } }]);
      expect(JSON.stringify(server.requests[1]?.body)).not.toContain('cache_control');
    });
  });

  it('asks for structured output', async () => {
    await served(streams(plainAnswer), async (url, server) => {
      const output = { type: 'object', properties: {}, additionalProperties: false };
      await ask(anthropicMessages(endpointAt(url)), { ...plainRequest, output });
      expect(server.requests[0]?.body.output_config).toEqual({ format: { type: 'json_schema', schema: output } });
    });
  });

  it('sends images, PDF and text files, and refuses the rest', async () => {
    await served(streams(plainAnswer), async (url, server) => {
      const provider = anthropicMessages(endpointAt(url));
      const parts = [
        { type: 'image', data: 'AAAA', mediaType: 'image/png' },
        { type: 'file', url: 'https://example.org/a.pdf', mediaType: 'application/pdf' },
        { type: 'file', data: 'SGk=', mediaType: 'text/markdown' },
      ] as const;
      const cache = { instructions: false, ttl: '5m' } as const;
      await ask(provider, { ...plainRequest, cache, messages: [{ role: 'user', parts }] });
      expect(server.requests[0]?.body.messages).toEqual([
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
            { type: 'document', source: { type: 'url', url: 'https://example.org/a.pdf' } },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Hi' } },
          ],
        },
      ]);
      const audio = [{ type: 'audio', data: 'AAAA', mediaType: 'audio/wav' }] as const;
      const failure = await failureOf(provider, { ...plainRequest, messages: [{ role: 'user', parts: audio }] });
      expect(failure).toMatchObject({ kind: 'bad-request', billed: 'no' });
      expect(server.requests).toHaveLength(1);
    });
  });

  it.each([
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'refusal'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
  ])('reads the stop reason %s as %s', async (stopReason, finishReason) => {
    await served(streams(typedEvents([start, ...textBlock(0, 'x'), ...finish(stopReason)])), async (url) => {
      expect((await ask(anthropicMessages(endpointAt(url)))).finishReason).toBe(finishReason);
    });
  });

  it('fails on an overload in mid-stream with the text and the input so far; the output is not known', async () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    await served(
      streams(
        typedEvents([start, begin(0, { type: 'text', text: '' }), grow(0, { type: 'text_delta', text: 'Sev' }), error]),
      ),
      async (url) => {
        const failure = await failureOf(anthropicMessages(endpointAt(url)));
        expect(failure).toMatchObject({ kind: 'overloaded', retryable: true, billed: 'maybe', message: 'Overloaded' });
        expect(failure.partial).toMatchObject({
          text: 'Sev',
          usage: { input: 12, cacheRead: 1000, cacheWrite5m: 300, output: null },
        });
      },
    );
  });

  it('is a broken stream when it ends without a stop reason', async () => {
    await served(streams(typedEvents([start, ...textBlock(0, 'Sev')])), async (url) => {
      expect(await failureOf(anthropicMessages(endpointAt(url)))).toMatchObject({
        kind: 'stream-broken',
        billed: 'maybe',
      });
    });
  });

  it('fails with the provider’s own words', async () => {
    const body = {
      type: 'error',
      error: { type: 'authentication_error', message: 'invalid x-api-key' },
      request_id: 'req_1',
    };
    await served(refuses(401, body), async (url) => {
      expect(await failureOf(anthropicMessages(endpointAt(url)))).toMatchObject({
        kind: 'authentication',
        message: 'invalid x-api-key',
        billed: 'no',
      });
    });
  });

  it('lists models', async () => {
    const page = {
      data: [
        { id: 'a', type: 'model' },
        { id: 'b', type: 'model' },
      ],
      has_more: false,
      first_id: 'a',
      last_id: 'b',
    };
    await served(refuses(200, page), async (url) => {
      expect(await anthropicMessages(endpointAt(url)).listModels(new AbortController().signal)).toEqual(['a', 'b']);
    });
  });
});
