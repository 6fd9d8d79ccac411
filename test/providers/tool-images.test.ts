import { createOpenAI } from '@ai-sdk/openai';
import { describe, expect, it } from '@jest/globals';
import { fromAiSdk } from '../../src/ai-sdk/index.ts';
import type { Part } from '../../src/domain/messages.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { createProviders } from '../../src/providers/registry.ts';
import { refuses, served } from './support/replay-server.ts';
import { failureOf, plainRequest } from './support/requests.ts';

const call: Part = { type: 'tool-call', callId: 't00000001', tool: 'look', input: {} };
const named = 'It looks so:\n[image 1: image/png, 8 bytes]';
const result: Part = { type: 'tool-result', callId: 't00000001', tool: 'look', output: named, isError: false };
const image: Part = { type: 'image', data: 'iVBORw0KGgo=', mediaType: 'image/png' };
const request = {
  ...plainRequest,
  messages: [
    { role: 'user', parts: [{ type: 'text', text: 'What is there?' }] },
    { role: 'assistant', parts: [call] },
    { role: 'tool', parts: [result, image] },
  ],
} as const;

const of = (api: 'openai-responses' | 'openai-chat' | 'anthropic-messages' | 'ollama') => (url: string) =>
  createProviders({ local: { api, baseURL: api.startsWith('openai') ? url : url.replace(/\/v1$/, '') } }, {}).provider(
    'local',
  );
const sdk = (url: string): Provider => fromAiSdk(createOpenAI({ baseURL: url, apiKey: 'any' }).chat('m1'));

describe('an image in the result of a tool', () => {
  it.each<[string, (url: string) => Provider, boolean]>([
    ['Responses', of('openai-responses'), true],
    ["Anthropic's messages", of('anthropic-messages'), true],
    // Their tool messages are text: the image would go in as its base64, or be refused.
    ['chat completions', of('openai-chat'), false],
    ['Ollama', of('ollama'), false],
    ['the AI SDK', sdk, false],
  ])('over %s goes with it where the wire carries it, and is named in any case', async (_, providerAt, isShown) => {
    await served(refuses(400, { error: { message: 'Enough.' } }), async (url, server) => {
      await failureOf(providerAt(url), request);
      const sent = JSON.stringify(server.requests[0]?.body);
      expect(sent).toContain('[image 1: image/png, 8 bytes]');
      expect(sent.includes('iVBORw0KGgo=')).toBe(isShown);
    });
  });
});
