import type { ServerResponse } from 'node:http';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { describe, expect, it } from '@jest/globals';
import { fromAiSdk } from '../../src/providers/ai-sdk/provider.ts';
import { anthropicMessages } from '../../src/providers/anthropic-messages.ts';
import { ollama } from '../../src/providers/ollama.ts';
import { openaiChat } from '../../src/providers/openai-chat.ts';
import { openaiResponses } from '../../src/providers/openai-responses.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { endpointAt } from './support/endpoints.ts';
import { chunks, jsonLines, replayServer, typedEvents } from './support/replay-server.ts';
import { failureOf, plainRequest } from './support/requests.ts';

const responsesStart = typedEvents([
  { type: 'response.created', response: { id: 'r', object: 'response', created_at: 1, model: 'm1' } },
  {
    type: 'response.output_item.added',
    output_index: 0,
    item: { type: 'message', id: 'i', role: 'assistant', content: [] },
  },
  { type: 'response.output_text.delta', item_id: 'i', output_index: 0, content_index: 0, delta: 'Sev' },
]);
const chatStart = chunks([{ id: 'c', choices: [{ index: 0, delta: { content: 'Sev' }, finish_reason: null }] }], false);
const anthropicStart = typedEvents([
  {
    type: 'message_start',
    message: {
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'm1',
      content: [],
      usage: { input_tokens: 9, output_tokens: 1 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Sev' } },
]);
const ollamaStart = jsonLines([{ model: 'm1', message: { role: 'assistant', content: 'Sev' }, done: false }]);

const wires: readonly [string, string, (url: string) => Provider][] = [
  ['openai-responses', responsesStart, (url) => openaiResponses(endpointAt(`${url}/v1`))],
  ['openai-chat', chatStart, (url) => openaiChat(endpointAt(`${url}/v1`))],
  ['anthropic-messages', anthropicStart, (url) => anthropicMessages(endpointAt(`${url}/v1`))],
  ['ollama', ollamaStart, (url) => ollama(endpointAt(url))],
  [
    'an AI SDK model of OpenAI',
    responsesStart,
    (url) => fromAiSdk(createOpenAI({ baseURL: `${url}/v1`, apiKey: 'k' })('m1')),
  ],
  [
    'an AI SDK model of Anthropic',
    anthropicStart,
    (url) => fromAiSdk(createAnthropic({ baseURL: `${url}/v1`, apiKey: 'k' })('m1')),
  ],
];

const tries = 20;
const longestCloseMs = 3000;

describe.each(wires)('aborting %s', (_, start, providerAt) => {
  it(`closes the socket while the answer streams, ${tries} times out of ${tries}`, async () => {
    await using server = await replayServer((response) => openStream(response, start));
    const provider = providerAt(server.url);
    for (let round = 0; round < tries; round += 1) {
      const controller = new AbortController();
      const aborted = { at: 0 };
      const onDelta = () => {
        aborted.at = performance.now();
        controller.abort();
      };
      const failure = await provider
        .stream(plainRequest, { signal: controller.signal, onDelta })
        .catch((error) => error);
      expect(failure).toMatchObject({ kind: 'aborted', billed: 'maybe', retryable: false, partial: { text: 'Sev' } });
      const closedAt = await server.requests[round]?.closed;
      expect((closedAt ?? Infinity) - aborted.at).toBeLessThan(longestCloseMs);
    }
  });

  it(`closes the socket before the answer begins, ${tries} times out of ${tries}`, async () => {
    let arrived: () => void = () => undefined;
    await using server = await replayServer(() => arrived());
    const provider = providerAt(server.url);
    for (let round = 0; round < tries; round += 1) {
      const controller = new AbortController();
      const abortedAt = new Promise<number>((resolve) => {
        arrived = () => {
          resolve(performance.now());
          controller.abort();
        };
      });
      const failure = await failureOf(provider, plainRequest, controller.signal);
      expect(failure).toMatchObject({ kind: 'aborted', billed: 'maybe', partial: { text: '' } });
      const closedAt = await server.requests[round]?.closed;
      expect((closedAt ?? Infinity) - (await abortedAt)).toBeLessThan(longestCloseMs);
    }
  });

  it('sends nothing when it was aborted before', async () => {
    await using server = await replayServer(() => undefined);
    const failure = await failureOf(providerAt(server.url), plainRequest, AbortSignal.abort());
    expect(failure).toMatchObject({ kind: 'aborted', billed: 'no', partial: null });
    expect(server.requests).toHaveLength(0);
  });
});

function openStream(response: ServerResponse, start: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(start);
}
