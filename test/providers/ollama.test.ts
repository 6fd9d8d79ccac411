import { describe, expect, it } from '@jest/globals';
import { unknownUsage } from '../../src/domain/usage.ts';
import { ollama } from '../../src/providers/ollama.ts';
import { endpointAt } from './support/endpoints.ts';
import { jsonLines, refuses, replayServer, streams, streamsAndBreaks, type Reply } from './support/replay-server.ts';
import { ask, failureOf, messagesOf, plainRequest, toolTurn, weatherTool } from './support/requests.ts';

const line = (message: object) => ({
  model: 'm1',
  created_at: '2026-11-22T10:00:00Z',
  message: { role: 'assistant', ...message },
  done: false,
});
const last = (fields: object = {}) => ({
  model: 'm1',
  created_at: '2026-11-22T10:00:01Z',
  message: { role: 'assistant', content: '' },
  done: true,
  done_reason: 'stop',
  total_duration: 900,
  load_duration: 100,
  prompt_eval_count: 26,
  prompt_eval_duration: 300,
  eval_count: 12,
  eval_duration: 500,
  ...fields,
});

async function served(
  reply: Reply,
  test: (url: string, server: Awaited<ReturnType<typeof replayServer>>) => Promise<void>,
) {
  await using server = await replayServer(reply);
  await test(server.url, server);
}

describe('ollama', () => {
  it('reads thinking, text, tool calls, counts and durations', async () => {
    const text = jsonLines([
      line({ content: '', thinking: 'Hm' }),
      line({ content: 'Wait' }),
      line({ content: '', tool_calls: [{ function: { name: 'weather', arguments: { city: 'Oslo' } } }] }),
      last(),
    ]);
    await served(streams(text), async (url) => {
      const answer = await ask(ollama(endpointAt(url)));
      expect(answer.parts).toEqual([
        { type: 'reasoning', text: 'Hm' },
        { type: 'text', text: 'Wait' },
        { type: 'tool-call', callId: expect.any(String), tool: 'weather', input: { city: 'Oslo' } },
      ]);
      expect(answer.finishReason).toBe('tool-calls');
      expect(answer.usage).toEqual({ ...unknownUsage, input: 26, output: 12 });
      expect(answer.providerMetrics).toMatchObject({ done_reason: 'stop', eval_count: 12, total_duration: 900 });
      expect(answer.providerMetrics).not.toHaveProperty('message');
    });
  });

  it('sets the context window, the output limit, tools and schema', async () => {
    await served(streams(jsonLines([last()])), async (url, server) => {
      const output = { type: 'object', properties: {} };
      await ask(ollama(endpointAt(url)), { ...toolTurn, output });
      const [request] = server.requests;
      expect(request?.path).toBe('/api/chat');
      expect(request?.body).toEqual({
        model: 'm1',
        stream: true,
        truncate: false,
        shift: false,
        options: { num_predict: 100, num_ctx: 2048 },
        format: output,
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
              { function: { name: 'weather', arguments: { city: 'Oslo' } } },
              { function: { name: 'weather', arguments: { rawInvalidInput: '{"city": Rome' } } },
            ],
          },
          { role: 'tool', content: '{"celsius":7}', tool_name: 'weather' },
          { role: 'tool', content: 'no JSON', tool_name: 'weather' },
          { role: 'user', content: 'Hurry.' },
        ],
      });
    });
  });

  it('sends inline images, and never the file that their text happens to name', async () => {
    await served(streams(jsonLines([last()])), async (url, server) => {
      const image = (data: string) => ({ type: 'image', data, mediaType: 'image/png' }) as const;
      const messages = [{ role: 'user', parts: [image('iVBORw0K'), image('/etc/hostname')] }] as const;
      await ask(ollama(endpointAt(url)), { ...plainRequest, messages });
      const images = (messagesOf(server.requests[0])[1]?.images ?? []) as string[];
      expect(images[0]).toBe('iVBORw0K');
      expect(Buffer.from(images[1] ?? '', 'base64')).toEqual(Buffer.from('/etc/hostname', 'base64'));
    });
  });

  it('refuses images by URL before anything is sent', async () => {
    await served(streams(''), async (url, server) => {
      const parts = [{ type: 'image', url: 'https://example.org/a.png', mediaType: 'image/png' }] as const;
      expect(
        await failureOf(ollama(endpointAt(url)), { ...plainRequest, messages: [{ role: 'user', parts }] }),
      ).toMatchObject({
        kind: 'bad-request',
        billed: 'no',
      });
      expect(server.requests).toHaveLength(0);
    });
  });

  it('says so when the answer was cut', async () => {
    await served(streams(jsonLines([line({ content: 'x' }), last({ done_reason: 'length' })])), async (url) => {
      expect((await ask(ollama(endpointAt(url)))).finishReason).toBe('length');
    });
  });

  it.each([
    ['ends', streams],
    ['breaks', streamsAndBreaks],
  ])('is a broken stream when it %s before it is done', async (_, reply) => {
    await served(reply(jsonLines([line({ content: 'Sev' })])), async (url) => {
      expect(await failureOf(ollama(endpointAt(url)))).toMatchObject({
        kind: 'stream-broken',
        retryable: true,
        billed: 'maybe',
        partial: { text: 'Sev', usage: null },
      });
    });
  });

  it('fails on an error line in mid-stream with its words', async () => {
    await served(
      streams(jsonLines([line({ content: 'Sev' }), { error: 'model runner has unexpectedly stopped' }])),
      async (url) => {
        const failure = await failureOf(ollama(endpointAt(url)));
        expect(failure).toMatchObject({ retryable: true, billed: 'maybe', partial: { text: 'Sev' } });
        expect(failure.message).toContain('model runner has unexpectedly stopped');
      },
    );
  });

  it('fails with the server’s words', async () => {
    await served(refuses(404, { error: "model 'm1' not found" }), async (url) => {
      expect(await failureOf(ollama(endpointAt(url)))).toMatchObject({
        kind: 'not-found',
        status: 404,
        billed: 'no',
        message: "model 'm1' not found",
      });
    });
  });

  it('lists models', async () => {
    await served(refuses(200, { models: [{ name: 'qwen3:8b' }] }), async (url) => {
      expect(await ollama(endpointAt(url)).listModels(new AbortController().signal)).toEqual(['qwen3:8b']);
    });
  });
});
