import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { LoadlineError } from '../../src/domain/errors.ts';
import { builtIn } from '../../src/providers/built-in.ts';
import { createProviders } from '../../src/providers/registry.ts';
import { resolveEndpoint } from '../../src/providers/resolve-endpoint.ts';
import { chunks, served, streams, typedEvents } from './support/replay-server.ts';
import { ask, plainRequest } from './support/requests.ts';

const completed = typedEvents([{ type: 'response.completed', response: { status: 'completed', usage: null } }]);

function errorOf(action: () => unknown): LoadlineError {
  try {
    action();
  } catch (error) {
    if (error instanceof LoadlineError) return error;
    throw error;
  }
  throw new Error('No error');
}

describe('model names', () => {
  const providers = createProviders({ local: { api: 'openai-chat', baseURL: 'http://localhost:1/v1' } }, {});

  it('are split at the first slash: ids of models have slashes too', () => {
    expect(providers.split('openai/gpt-5.2')).toEqual({ provider: 'openai', model: 'gpt-5.2' });
    expect(providers.split('openrouter/anthropic/claude-sonnet-5')).toEqual({
      provider: 'openrouter',
      model: 'anthropic/claude-sonnet-5',
    });
    expect(providers.split('local/qwen3:8b').provider).toBe('local');
  });

  it.each(['gpt-5.2', '/gpt-5.2', 'openai/', ''])('need a provider and a model: "%s" is refused', (name) => {
    expect(errorOf(() => providers.split(name)).code).toBe('UnknownModel');
  });

  it('name the nearest provider where there is none', () => {
    const error = errorOf(() => providers.split('antropic/claude-sonnet-5'));
    expect(error.code).toBe('UnknownModel');
    expect(error.message).toContain('Did you mean anthropic?');
    expect(error.message).toContain('groq');
    expect(errorOf(() => providers.provider('lcoal')).message).toContain('Did you mean local?');
    expect(errorOf(() => providers.provider('constructor')).code).toBe('UnknownModel');
  });
});

describe('keys and addresses', () => {
  it('are asked for by name', () => {
    const error = errorOf(() => createProviders({}, {}).provider('google'));
    expect(error.code).toBe('ProviderError');
    expect(error.message).toContain('GEMINI_API_KEY or GOOGLE_API_KEY');
    const own = { local: { baseURL: 'http://localhost:1/v1', apiKeyEnv: 'LOCAL_KEY' } };
    expect(errorOf(() => createProviders(own, {}).provider('local')).message).toContain('LOCAL_KEY');
    expect(errorOf(() => createProviders({}, { AZURE_OPENAI_API_KEY: 'k' }).provider('azure')).message).toContain(
      'AZURE_OPENAI_ENDPOINT',
    );
    expect(errorOf(() => createProviders({ mine: {} }, {}).provider('mine')).message).toContain(
      'providers.mine.baseURL',
    );
    expect(errorOf(() => createProviders({ mine: { baseURL: 'localhost' } }, {}).provider('mine')).message).toContain(
      '"localhost" is no base URL',
    );
  });

  it.each(Object.entries(builtIn).filter(([, entry]) => entry.keys.length > 0 && entry.baseURL !== null))(
    'of %s are found in the environment',
    (name, entry) => {
      const { endpoint } = resolveEndpoint(name, undefined, { [entry.keys[0] ?? '']: ' a-key ' }, undefined);
      expect(endpoint).toMatchObject({ name, apiKey: 'a-key', baseURL: entry.baseURL });
    },
  );

  it('of a server of the user’s own need no key', () => {
    const environment = { OPENAI_BASE_URL: 'http://127.0.0.1:8091/v1' };
    expect(resolveEndpoint('openai', undefined, environment, undefined)).toMatchObject({
      api: 'openai-responses',
      endpoint: { baseURL: 'http://127.0.0.1:8091/v1', apiKey: null },
    });
  });

  it('in the settings go before those in the environment, and a given key before both', () => {
    const settings = { api: 'openai-chat', baseURL: 'http://a/v1', apiKeyEnv: 'MINE' } as const;
    const environment = { OPENAI_BASE_URL: 'http://b/v1', OPENAI_API_KEY: 'theirs', MINE: 'mine' };
    expect(resolveEndpoint('openai', settings, environment, undefined)).toMatchObject({
      api: 'openai-chat',
      endpoint: { baseURL: 'http://a/v1', apiKey: 'mine' },
    });
    expect(resolveEndpoint('openai', settings, environment, 'stored').endpoint.apiKey).toBe('stored');
  });

  it.each([
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:9999', 'http://127.0.0.1:9999'],
    ['box:11434', 'http://box:11434'],
    [':11500', 'http://127.0.0.1:11500'],
    ['https://ollama.example.org', 'https://ollama.example.org'],
  ])('OLLAMA_HOST=%s is %s', (host, baseURL) => {
    expect(resolveEndpoint('ollama', undefined, { OLLAMA_HOST: host }, undefined).endpoint.baseURL).toBe(baseURL);
  });

  it('of Azure get their path', () => {
    const environment = { AZURE_OPENAI_ENDPOINT: 'https://x.openai.azure.com/', AZURE_OPENAI_API_KEY: 'k' };
    expect(resolveEndpoint('azure', undefined, environment, undefined).endpoint.baseURL).toBe(
      'https://x.openai.azure.com/openai/v1',
    );
  });
});

describe('providers', () => {
  it('are made once, and anew for a key of a session’s own', async () => {
    await served(streams(completed), async (url, server) => {
      const providers = createProviders({}, { OPENAI_BASE_URL: url, OPENAI_API_KEY: 'key-of-the-server' });
      expect(providers.provider('openai')).toBe(providers.provider('openai'));
      await ask(providers.provider('openai'));
      await ask(providers.provider('openai', 'key-of-the-session'));
      expect(server.requests.map((request) => request.headers.authorization)).toEqual([
        'Bearer key-of-the-server',
        'Bearer key-of-the-session',
      ]);
    });
  });

  it('speak the wire of their settings', async () => {
    const end = { choices: [{ index: 0, delta: { content: 'x' }, finish_reason: 'stop' }] };
    await served(streams(chunks([end])), async (url, server) => {
      await ask(createProviders({ local: { api: 'openai-chat', baseURL: url } }, {}).provider('local'));
      await ask(createProviders({ openai: { api: 'openai-chat', baseURL: url } }, {}).provider('openai'));
      expect(server.requests.map((request) => request.path)).toEqual(['/v1/chat/completions', '/v1/chat/completions']);
      expect(server.requests[0]?.body).toHaveProperty('max_tokens');
      expect(server.requests[1]?.body).toHaveProperty('max_completion_tokens');
    });
  });

  it.each(['openai-responses', 'openai-chat', 'anthropic-messages', 'ollama'] as const)(
    'send the headers that the config gives a model with its requests alone: %s',
    async (api) => {
      const refuse = (response: ServerResponse) => response.writeHead(400).end('{}');
      await served(refuse, async (url, server) => {
        const headers = { 'Anthropic-Beta': 'context-1m-2025-08-07' };
        const models = { 'local/big': { contextWindow: 1_000_000, headers }, 'other/small': { headers } };
        const provider = createProviders({ local: { api, baseURL: url } }, {}, { models }).provider('local');
        for (const model of ['big', 'small']) await ask(provider, { ...plainRequest, model }).catch(() => undefined);
        expect(server.requests.map((request) => request.headers['anthropic-beta'])).toEqual([
          'context-1m-2025-08-07',
          undefined,
        ]);
      });
    },
  );

  it('show other servers nothing of the user’s OpenAI account', async () => {
    process.env.OPENAI_API_KEY = 'sk-secret';
    process.env.OPENAI_ORG_ID = 'org-secret';
    process.env.OPENAI_PROJECT_ID = 'proj-secret';
    process.env.OPENAI_CUSTOM_HEADERS = 'X-Secret: header-secret';
    try {
      await served(streams(completed), async (url, server) => {
        await ask(createProviders({ local: { api: 'openai-responses', baseURL: url } }, {}).provider('local'));
        expect(JSON.stringify(server.requests[0]?.headers)).not.toContain('secret');
      });
    } finally {
      delete process.env.OPENAI_API_KEY;
      delete process.env.OPENAI_ORG_ID;
      delete process.env.OPENAI_PROJECT_ID;
      delete process.env.OPENAI_CUSTOM_HEADERS;
    }
  });

  it('named simulated speak to the simulator and say so', async () => {
    await served(streams(completed), async (url, server) => {
      const provider = createProviders({}, {}, { simulatorUrl: url }).provider('simulated');
      expect(provider.simulated).toBe(true);
      await ask(provider);
      expect(server.requests[0]?.path).toBe('/v1/responses');
    });
    expect(errorOf(() => createProviders({}, {}).provider('simulated')).code).toBe('ProviderError');
  });
});
