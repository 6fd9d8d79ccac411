import { describe, expect, it } from '@jest/globals';
import { unknownUsage } from '../../src/domain/usage.ts';
import { openaiChat } from '../../src/providers/openai-chat.ts';
import type { ModelRequest } from '../../src/providers/provider.ts';
import { endpointAt, testKey } from './support/endpoints.ts';
import { chunks, refuses, served, streams, streamsAndBreaks } from './support/replay-server.ts';
import { ask, failureOf, messagesOf, plainRequest, source, toolTurn, weatherTool } from './support/requests.ts';

const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm1', system_fingerprint: 'fp_1' };
const delta = (fields: object, finish_reason: string | null = null) => ({
  ...head,
  choices: [{ index: 0, delta: fields, finish_reason }],
  usage: null,
});
const usage = {
  prompt_tokens: 47,
  completion_tokens: 30,
  total_tokens: 77,
  prompt_tokens_details: { cached_tokens: 46 },
};
const timings = { cache_n: 46, prompt_n: 1, predicted_n: 30 };
const last = { ...head, choices: [], usage, timings };
const plainAnswer = [
  delta({ role: 'assistant', content: '' }),
  delta({ content: 'Sev' }),
  delta({ content: 'en' }),
  delta({}, 'stop'),
  last,
];

describe('openai-chat', () => {
  it('reads text, usage and metrics', async () => {
    await served(streams(chunks(plainAnswer)), async (url) => {
      const answer = await ask(openaiChat(endpointAt(url)));
      expect(answer.parts).toEqual([{ type: 'text', text: 'Seven' }]);
      expect(answer.finishReason).toBe('stop');
      expect(answer.usage).toEqual({ ...unknownUsage, input: 1, cacheRead: 46, output: 30 });
      const { object: _, ...kept } = head;
      expect(answer.providerMetrics).toEqual({ ...kept, usage, timings });
    });
  });

  it('takes the last of usages that are repeated in every chunk, not their sum', async () => {
    const counting = [1, 2, 3].map((completion_tokens) => ({
      ...delta({ content: 'x' }),
      usage: { prompt_tokens: 10, completion_tokens, total_tokens: 10 + completion_tokens },
    }));
    await served(streams(chunks([...counting, delta({}, 'stop')])), async (url) => {
      expect((await ask(openaiChat(endpointAt(url)))).usage).toMatchObject({ input: 10, output: 3 });
    });
  });

  it.each([
    ['Groq', { ...delta({}, 'stop'), x_groq: { id: 'req_1', usage: { prompt_tokens: 9, completion_tokens: 4 } } }],
    [
      'Moonshot',
      {
        ...head,
        choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage: { prompt_tokens: 9, completion_tokens: 4 } }],
      },
    ],
  ])('finds the usage where %s puts it', async (_, end) => {
    await served(streams(chunks([delta({ content: 'x' }), end])), async (url) => {
      expect((await ask(openaiChat(endpointAt(url)))).usage).toMatchObject({ input: 9, output: 4 });
    });
  });

  it('keeps the timings that Cerebras puts outside of usage', async () => {
    const time_info = { queue_time: 0.0001, prompt_time: 0.002, completion_time: 0.01, total_time: 0.02 };
    await served(
      streams(chunks([delta({ content: 'x' }), { ...delta({}, 'stop'), usage, time_info }])),
      async (url) => {
        expect((await ask(openaiChat(endpointAt(url)))).providerMetrics).toMatchObject({ time_info, usage });
      },
    );
  });

  it('says unknown where a server tells no usage, the second time too', async () => {
    await served(streams(chunks(plainAnswer.slice(0, 4))), async (url) => {
      const provider = openaiChat(endpointAt(url));
      expect((await ask(provider)).usage).toBeNull();
      expect((await ask(provider)).usage).toBeNull();
    });
  });

  it('puts tool calls together from their pieces', async () => {
    const piece = (index: number, fields: object) => delta({ tool_calls: [{ index, ...fields }] });
    const text = chunks([
      piece(0, { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '' } }),
      piece(0, { function: { arguments: '{"city":' } }),
      piece(0, { function: { arguments: '"Oslo"}' } }),
      piece(1, { id: 'call_b', type: 'function', function: { name: 'weather', arguments: '{"city": Rome' } }),
      piece(2, { id: 'call_c', type: 'function', function: { name: 'now', arguments: '' } }),
      delta({}, 'tool_calls'),
      last,
    ]);
    await served(streams(text), async (url) => {
      const answer = await ask(openaiChat(endpointAt(url)));
      expect(answer.finishReason).toBe('tool-calls');
      expect(answer.parts).toMatchObject([
        { tool: 'weather', input: { city: 'Oslo' } },
        { tool: 'weather', input: '{"city": Rome' },
        { tool: 'now', input: {} },
      ]);
      expect(new Set(answer.parts.map((part) => part.type === 'tool-call' && part.callId)).size).toBe(3);
      expect(answer.timeToFirstTokenMs).toBeGreaterThan(0);
    });
  });

  it('tells apart the calls that Google numbers all 0, and gives back their signatures', async () => {
    const extra_content = { google: { thought_signature: 'sig' } };
    const call = (id: string, city: string) => ({
      index: 0,
      id,
      type: 'function',
      function: { name: 'weather', arguments: `{"city":"${city}"}` },
      ...(id === 'a' ? { extra_content } : {}),
    });
    await served(
      streams(chunks([delta({ tool_calls: [call('a', 'Oslo')] }), delta({ tool_calls: [call('b', 'Rome')] }, 'stop')])),
      async (url, server) => {
        const provider = openaiChat(endpointAt(url));
        const answer = await ask(provider);
        expect(answer.finishReason).toBe('tool-calls');
        expect(answer.parts).toMatchObject([{ input: { city: 'Oslo' } }, { input: { city: 'Rome' } }]);
        await ask(provider, {
          ...plainRequest,
          messages: [...plainRequest.messages, { role: 'assistant', parts: answer.parts }],
        });
        expect(server.requests[1]?.body.messages).toMatchObject([{}, {}, { tool_calls: [{ extra_content }, {}] }]);
      },
    );
  });

  it('gives reasoning back within the turn, and leaves out that of earlier ones', async () => {
    const text = chunks([
      delta({ reasoning_content: 'I must ' }),
      delta({ reasoning_content: 'look' }),
      delta({ content: 'Wait' }, 'stop'),
    ]);
    await served(streams(text), async (url, server) => {
      const provider = openaiChat(endpointAt(url));
      const answer = await ask(provider);
      expect(answer.parts).toEqual([
        {
          type: 'reasoning',
          text: 'I must look',
          providerData: { source: source('test'), content: { field: 'reasoning_content' } },
        },
        { type: 'text', text: 'Wait' },
      ]);
      const told: ModelRequest['messages'] = [...plainRequest.messages, { role: 'assistant', parts: answer.parts }];
      await ask(provider, { ...plainRequest, messages: told });
      await ask(provider, {
        ...plainRequest,
        messages: [...told, { role: 'user', parts: [{ type: 'text', text: 'And?' }] }],
      });
      const sent = server.requests.map((request) => messagesOf(request)[2]);
      expect(sent.slice(1)).toEqual([
        { role: 'assistant', content: 'Wait', reasoning_content: 'I must look' },
        { role: 'assistant', content: 'Wait' },
      ]);
    });
  });

  it('reads the thinking of Mistral, which stands in the content', async () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] },
      { type: 'text', text: 'Seven' },
    ];
    await served(streams(chunks([delta({ content }, 'stop')])), async (url) => {
      expect((await ask(openaiChat(endpointAt(url)))).parts).toEqual([
        { type: 'reasoning', text: 'Hm' },
        { type: 'text', text: 'Seven' },
      ]);
    });
  });

  it('sends a turn with tool calls, one message for each result, and every call as a JSON object', async () => {
    await served(streams(chunks(plainAnswer)), async (url, server) => {
      await ask(openaiChat(endpointAt(url)), toolTurn);
      const [request] = server.requests;
      expect(request?.path).toBe('/v1/chat/completions');
      expect(request?.headers.authorization).toBe(`Bearer ${testKey}`);
      const call = (id: string, text: string) => ({
        id,
        type: 'function',
        function: { name: 'weather', arguments: text },
      });
      expect(request?.body).toEqual({
        model: 'm1',
        max_tokens: 100,
        stream: true,
        stream_options: { include_usage: true },
        tools: [
          {
            type: 'function',
            function: { name: 'weather', description: weatherTool.description, parameters: weatherTool.inputSchema },
          },
        ],
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Oslo and Rome?' },
          {
            role: 'assistant',
            content: 'Let me look.',
            tool_calls: [
              call('t00000001', '{"city":"Oslo"}'),
              call('t00000002', '{"rawInvalidInput":"{\\"city\\": Rome"}'),
            ],
          },
          { role: 'tool', tool_call_id: 't00000001', content: '{"celsius":7}' },
          { role: 'tool', tool_call_id: 't00000002', content: 'no JSON' },
          // Mistral takes no question right after a tool's result.
          { role: 'assistant', content: '(This was not answered.)' },
          { role: 'user', content: 'Hurry.' },
        ],
      });
    });
  });

  it('sends what the dialect of a server asks for, and a schema with optional fields without strict', async () => {
    await served(streams(chunks(plainAnswer)), async (url, server) => {
      const output = { type: 'object', properties: { city: { type: 'string' } }, additionalProperties: false };
      const dialect = { maxTokensField: 'max_completion_tokens', streamOptions: false, promptCacheKey: true } as const;
      await ask(openaiChat(endpointAt(url, dialect)), { ...plainRequest, output, cacheKey: 'x'.repeat(65) });
      const body = server.requests[0]?.body;
      expect(body).toMatchObject({
        max_completion_tokens: 100,
        prompt_cache_key: expect.stringMatching(/^[0-9a-f]{64}$/),
        response_format: { type: 'json_schema', json_schema: { name: 'output', schema: output, strict: false } },
      });
      expect(body).not.toHaveProperty('max_tokens');
      expect(body).not.toHaveProperty('stream_options');
    });
  });

  it('sends images, audio and files', async () => {
    await served(streams(chunks(plainAnswer)), async (url, server) => {
      const parts = [
        { type: 'text', text: 'See' },
        { type: 'image', data: 'AAAA', mediaType: 'image/png' },
        { type: 'audio', data: 'BBBB', mediaType: 'audio/mpeg' },
        { type: 'file', data: 'CCCC', mediaType: 'application/pdf' },
      ] as const;
      await ask(openaiChat(endpointAt(url)), { ...plainRequest, messages: [{ role: 'user', parts }] });
      expect(messagesOf(server.requests[0])[1]).toEqual({
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { type: 'input_audio', input_audio: { data: 'BBBB', format: 'mp3' } },
          { type: 'file', file: { filename: 'file.pdf', file_data: 'data:application/pdf;base64,CCCC' } },
        ],
      });
    });
  });

  it('refuses what the wire has no place for', async () => {
    await served(streams(''), async (url, server) => {
      const parts = [{ type: 'audio', url: 'https://example.org/a.ogg', mediaType: 'audio/ogg' }] as const;
      const failure = await failureOf(openaiChat(endpointAt(url)), {
        ...plainRequest,
        messages: [{ role: 'user', parts }],
      });
      expect(failure).toMatchObject({ kind: 'bad-request', billed: 'no' });
      expect(server.requests).toHaveLength(0);
    });
  });

  it('is a broken stream without a finish reason, and keeps what was told of the usage', async () => {
    const text = chunks([{ ...delta({ content: 'Sev' }), usage: { prompt_tokens: 10, completion_tokens: 1 } }], false);
    await served(streams(text), async (url) => {
      const failure = await failureOf(openaiChat(endpointAt(url)));
      expect(failure).toMatchObject({ kind: 'stream-broken', retryable: true, billed: 'maybe' });
      expect(failure.partial).toMatchObject({ text: 'Sev', usage: { input: 10, output: 1 } });
    });
  });

  it('keeps an answer that was whole when its connection broke, with its usage unknown', async () => {
    await served(streamsAndBreaks(chunks(plainAnswer.slice(0, 4), false)), async (url) => {
      expect(await ask(openaiChat(endpointAt(url)))).toMatchObject({ finishReason: 'stop', usage: null });
    });
  });

  it('fails on an error object in mid-stream', async () => {
    const error = {
      ...head,
      error: { code: 502, message: 'Provider disconnected' },
      choices: [{ index: 0, delta: {}, finish_reason: 'error' }],
    };
    await served(streams(chunks([delta({ content: 'Sev' }), error])), async (url) => {
      const failure = await failureOf(openaiChat(endpointAt(url)));
      expect(failure).toMatchObject({
        kind: 'server',
        retryable: true,
        billed: 'maybe',
        message: 'Provider disconnected',
      });
    });
  });

  it('is a broken stream when a chunk is no JSON', async () => {
    await served(streams(`${chunks([delta({ content: 'x' })], false)}data: {"choices\n\n`), async (url) => {
      expect(await failureOf(openaiChat(endpointAt(url)))).toMatchObject({ kind: 'stream-broken', retryable: true });
    });
  });

  it('does not try again by itself', async () => {
    await served(refuses(500, { error: { message: 'Oops' } }), async (url, server) => {
      expect(await failureOf(openaiChat(endpointAt(url)))).toMatchObject({ kind: 'server', status: 500, billed: 'no' });
      expect(server.requests).toHaveLength(1);
    });
  });

  it('says that nothing was billed when nothing listens', async () => {
    const failure = await failureOf(openaiChat(endpointAt('http://127.0.0.1:4/v1')));
    expect(failure).toMatchObject({ kind: 'connection', retryable: true, billed: 'no', partial: null });
    expect(failure.message).toContain('ECONNREFUSED');
  });

  it('says that nothing was billed when the name is unknown', async () => {
    const failure = await failureOf(openaiChat(endpointAt('http://no-such-host.invalid/v1')));
    expect(failure).toMatchObject({ kind: 'connection', retryable: true, billed: 'no' });
  });

  it('may be billed when the socket breaks before an answer', async () => {
    await served(
      (response) => response.destroy(),
      async (url) => {
        expect(await failureOf(openaiChat(endpointAt(url)))).toMatchObject({
          kind: 'connection',
          retryable: true,
          billed: 'maybe',
          partial: { text: '', usage: null },
        });
      },
    );
  });
});
