import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Part } from '../../src/domain/messages.ts';
import { markProviderData } from '../../src/providers/provider-data.ts';
import type { ModelRequest, RequestMessage } from '../../src/providers/provider.ts';
import { createProviders } from '../../src/providers/registry.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { signatureOf } from '../../src/simulator/wires/anthropic-blocks.ts';
import { plainRequest } from './support/requests.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const apis = ['openai-responses', 'openai-chat', 'anthropic-messages', 'ollama'] as const;
type Api = (typeof apis)[number];

const user = (text: string): RequestMessage => ({ role: 'user', parts: [{ type: 'text', text }] });
const assistant = (...parts: Part[]): RequestMessage => ({ role: 'assistant', parts });

/** What the simulator of this wire gave as its reasoning, so that it has to take it back. */
function reasoning(api: Api): Part {
  const content =
    api === 'anthropic-messages'
      ? { type: 'thinking', thinking: 'Hm.', signature: signatureOf('Hm.') }
      : { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'SG0u' };
  return { type: 'reasoning', text: 'Hm.', providerData: markProviderData('local/m1', content) };
}

/** Asks a strict server, which refuses what the providers themselves refuse. */
async function ask(api: Api, messages: readonly RequestMessage[], changes: Partial<ModelRequest> = {}) {
  const baseURL = api.startsWith('openai') ? `${simulator.url}/v1` : simulator.url;
  const provider = createProviders({ local: { api, baseURL } }, {}).provider('local');
  const signal = new AbortController().signal;
  await provider.stream({ ...plainRequest, messages, ...changes }, { signal, onDelta: () => undefined });
  expect(simulator.tally().requests.at(-1)).toMatchObject({ outcome: 'completed' });
}

describe.each(apis)('over %s a session goes on', (api) => {
  it('after an answer that was cut off in its reasoning', async () => {
    const cut = assistant(reasoning(api), { type: 'text', text: '' });
    await ask(api, [user('Think.'), cut, user('And?')]);
    await ask(api, [user('Think.'), assistant(reasoning(api), { type: 'text', text: 'Yes.' }), user('And?')]);
  });

  it('after a call of a tool that the model had made up', async () => {
    const called = { callId: 't00000001', tool: 'functions.weather in Oslo?' };
    const call: Part = { type: 'tool-call', ...called, input: 'no JSON' };
    const result: Part = { type: 'tool-result', ...called, output: 'There is no such tool', isError: true };
    await ask(api, [user('Oslo?'), assistant(call), { role: 'tool', parts: [result] }]);
  });

  it('after a run without an answer, also where the roles must alternate', async () => {
    const call: Part = { type: 'tool-call', callId: 't00000001', tool: 'look', input: {} };
    const result: Part = { type: 'tool-result', callId: 't00000001', tool: 'look', output: '21', isError: false };
    const asked = [user('Oslo?'), assistant(call), { role: 'tool', parts: [result] } as const];
    const png: Part = { type: 'image', data: 'iVBORw0KGgo=', mediaType: 'image/png' };
    const seen: RequestMessage = { role: 'user', parts: [png] };
    await ask(api, [...asked, user('And Rome?'), assistant(), seen], { model: 'mistral-small' });
  });

  it('after a text that was cut in the middle of a character', async () => {
    const half = '🎉'.slice(0, 1);
    const call: Part = { type: 'tool-call', callId: 't00000001', tool: 'look', input: { [half]: half } };
    const result: Part = { type: 'tool-result', callId: 't00000001', tool: 'look', output: [half], isError: false };
    const messages = [user(half), assistant(call), { role: 'tool', parts: [result] } as const];
    await ask(api, messages, { instructions: `Be kind ${half}` });
  });
});
