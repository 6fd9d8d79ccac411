import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { anthropicMessages } from '../../src/providers/anthropic-messages.ts';
import { openaiChat } from '../../src/providers/openai-chat.ts';
import { openaiResponses } from '../../src/providers/openai-responses.ts';
import type { ModelRequest, Provider } from '../../src/providers/provider.ts';
import { createProviders } from '../../src/providers/registry.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { endpointAt, testKey } from './support/endpoints.ts';
import { replayServer, type Reply, type SeenRequest } from './support/replay-server.ts';
import { ask, failureOf, never, plainRequest, toolTurn } from './support/requests.ts';

const answers =
  (status: number, body: unknown) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };

const count = async (provider: Provider, request: ModelRequest = plainRequest): Promise<number | null | undefined> =>
  await provider.countInput?.(request, never);

const paths = (requests: readonly SeenRequest[]): string[] => requests.map(({ path }) => path);

const withImage: ModelRequest = {
  ...plainRequest,
  messages: [{ role: 'user', parts: [{ type: 'image', data: 'iVBORw0KGgo=', mediaType: 'image/png' }] }],
};

describe('counting on the simulator', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator();
  });
  beforeEach(() => simulator.reset({ contextWindow: 128_000 }));
  afterAll(() => simulator.close());

  const structured: ModelRequest = {
    ...plainRequest,
    output: { type: 'object', properties: { celsius: { type: 'number' } }, required: ['celsius'] },
  };

  it.each(['openai-responses', 'anthropic-messages'] as const)('%s is told what will be billed', async (api) => {
    const provider = createProviders({ local: { api, baseURL: `${simulator.url}/v1` } }, {}).provider('local');
    for (const request of [plainRequest, toolTurn, withImage, structured]) {
      const counted = await count(provider, request);
      expect(simulator.tally().requests).toHaveLength(0);
      await ask(provider, request);
      const { input, cacheRead, cacheWrite5m, cacheWrite1h } = simulator.tally().totals;
      expect(counted).toBe(input + cacheRead + cacheWrite5m + cacheWrite1h);
      simulator.reset();
    }
  });

  it.each(['openai-responses', 'anthropic-messages'] as const)('%s counts what is too long to be sent', async (api) => {
    simulator.reset({ contextWindow: 16 });
    const provider = createProviders({ local: { api, baseURL: `${simulator.url}/v1` } }, {}).provider('local');
    expect(await count(provider, toolTurn)).toBeGreaterThan(16);
  });
});

describe('a server of chat completions', () => {
  it('is asked by the route of llama.cpp, with the request that would be sent', async () => {
    await using server = await replayServer(answers(200, { object: 'response.input_tokens', input_tokens: 55 }));
    expect(await count(openaiChat(endpointAt(`${server.url}/v1`)), toolTurn)).toBe(55);
    const [asked] = server.requests;
    expect(asked?.path).toBe('/v1/chat/completions/input_tokens');
    expect(asked?.headers.authorization).toBe(`Bearer ${testKey}`);
    expect(asked?.body).toMatchObject({ model: 'm1', messages: { length: 7 }, tools: { length: 1 } });
  });

  const vllm: Reply = (response, { path, body }) => {
    const knowsTools = body.return_token_strs === true ? { token_strs: ['a'] } : {};
    if (path === '/tokenize') answers(200, { count: 61, max_model_len: 2048, ...knowsTools })(response);
    else answers(404, { detail: 'Not Found' })(response);
  };

  it('is asked by the route of vLLM where it has no other, and not again by the others', async () => {
    await using server = await replayServer(vllm);
    const provider = openaiChat(endpointAt(`${server.url}/v1`));
    expect(await count(provider)).toBe(61);
    expect(await count(provider, toolTurn)).toBe(61);
    expect(paths(server.requests)).toEqual(['/v1/chat/completions/input_tokens', '/tokenize', '/tokenize']);
  });

  it('is not believed about tools that it leaves out, nor asked about images that it does not see', async () => {
    await using server = await replayServer((response, seen) =>
      vllm(response, { ...seen, body: { ...seen.body, return_token_strs: false } }),
    );
    const provider = openaiChat(endpointAt(`${server.url}/v1`));
    expect(await count(provider, withImage)).toBeNull();
    expect(paths(server.requests)).not.toContain('/tokenize');
    expect(await count(provider, toolTurn)).toBeNull();
  });

  it('is asked for template and tokens where it is an older llama.cpp', async () => {
    await using server = await replayServer((response, { path, body }) => {
      if (path === '/apply-template') answers(200, { prompt: '<|im_start|>user\nHi' })(response);
      else if (path !== '/tokenize') answers(404, { error: { code: 404 } })(response);
      else answers(200, { tokens: typeof body.content === 'string' ? [1, 2, 3, 4] : [] })(response);
    });
    const provider = openaiChat(endpointAt(`${server.url}/v1`));
    expect(await count(provider)).toBe(4);
    expect(await count(provider)).toBe(4);
    expect(server.requests.at(-1)?.body).toMatchObject({ content: '<|im_start|>user\nHi', add_special: true });
    expect(server.requests).toHaveLength(6);
  });

  it('is not asked where it is a hosted service, which has no such route', async () => {
    await using server = await replayServer(answers(200, { input_tokens: 55 }));
    const settings = { groq: { baseURL: `${server.url}/v1` } };
    expect(await count(createProviders(settings, { GROQ_API_KEY: 'k' }).provider('groq'))).toBeNull();
    expect(server.requests).toHaveLength(0);
  });
});

const wires: readonly [string, (url: string) => Provider][] = [
  ['openai-responses', (url) => openaiResponses(endpointAt(`${url}/v1`))],
  ['openai-chat', (url) => openaiChat(endpointAt(`${url}/v1`))],
  ['anthropic-messages', (url) => anthropicMessages(endpointAt(`${url}/v1`))],
];

describe.each(wires)('on %s', (_, providerAt) => {
  it.each([
    ['404', answers(404, { error: { message: 'Not Found' } })],
    ['405', answers(405, { detail: 'Method Not Allowed' })],
    ['200 and no count', answers(200, { error: 'Unexpected endpoint or method. Returning 200 anyway' })],
  ])('a server without the route (%s) is asked once', async (__, reply) => {
    await using server = await replayServer(reply);
    expect(await count(providerAt(server.url))).toBeNull();
    const asked = server.requests.length;
    expect(await count(providerAt(server.url))).toBeNull();
    expect(server.requests).toHaveLength(asked);
  });

  it('a server that fails is left alone for a while', async () => {
    await using server = await replayServer(answers(529, { error: { message: 'Overloaded' } }));
    const provider = providerAt(server.url);
    expect(await count(provider)).toBeNull();
    const asked = server.requests.length;
    expect(await count(provider)).toBeNull();
    expect(server.requests).toHaveLength(asked);
  });

  it('a slow server is waited for two seconds, one that cannot be reached not at all', async () => {
    await using server = await replayServer(() => undefined);
    const start = performance.now();
    expect(await count(providerAt(server.url))).toBeNull();
    expect(performance.now() - start).toBeLessThan(5000);
    expect(await count(providerAt('http://127.0.0.1:9'))).toBeNull();
  });

  it('counts and calls over plain HTTP come on a socket each', async () => {
    await using server = await replayServer(answers(500, { error: { message: 'Not today' } }));
    const provider = providerAt(server.url);
    await count(provider);
    await failureOf(provider);
    await failureOf(provider);
    expect(server.requests.map(({ headers }) => headers.connection)).toEqual(server.requests.map(() => 'close'));
    expect(server.requests.length).toBeGreaterThan(2);
  });

  it('an abort ends the question and is remembered by nobody', async () => {
    const controller = new AbortController();
    let isSlow = true;
    await using server = await replayServer((response) => {
      if (isSlow) controller.abort();
      else answers(200, { input_tokens: 7, count: 7 })(response);
    });
    const provider = providerAt(server.url);
    expect(await provider.countInput?.(plainRequest, controller.signal)).toBeNull();
    isSlow = false;
    expect(await count(provider)).toBe(7);
  });
});
