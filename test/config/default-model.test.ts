import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { chooseDefaultModel } from '../../src/config/index.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(path: string, body: unknown): Promise<string> {
  const server = createServer((request, response) => {
    response.statusCode = request.url === path ? 200 : 404;
    response.end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function nobody(): Promise<string> {
  const url = await serve('/', {});
  const server = servers.pop();
  await new Promise((resolve) => server?.close(resolve));
  return url;
}

describe('the default model', () => {
  it('is what LOADLINE_MODEL names, before any key', async () => {
    const chosen = await chooseDefaultModel({ LOADLINE_MODEL: 'groq/llama-3.3-70b-versatile', OPENAI_API_KEY: 'k' });
    expect(chosen).toMatchObject({
      model: 'groq/llama-3.3-70b-versatile',
      simulated: false,
      why: expect.stringContaining('LOADLINE_MODEL'),
    });
    expect(await chooseDefaultModel({ LOADLINE_MODEL: 'simulated/loadline-sim-mini' })).toMatchObject({
      simulated: true,
    });
    await expect(chooseDefaultModel({ LOADLINE_MODEL: 'gpt-5.2' })).rejects.toMatchObject({ code: 'UnknownModel' });
  });

  it('is the first model that a custom OPENAI_BASE_URL lists', async () => {
    const url = await serve('/v1/models', { data: [{ id: 'smollm2-135m' }, { id: 'other' }] });
    const chosen = await chooseDefaultModel({ OPENAI_BASE_URL: `${url}/v1/`, ANTHROPIC_API_KEY: 'k' });
    expect(chosen.model).toBe('openai/smollm2-135m');
    expect(chosen.why).toContain(url);
  });

  it('is refused, not guessed, when that server does not say', async () => {
    const gone = { OPENAI_BASE_URL: `${await nobody()}/v1`, OPENAI_API_KEY: 'sk-secret' };
    const error = (await chooseDefaultModel(gone).catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toMatch(/named no model \(.*ECONNREFUSED.*\)\. Start that server, or name a model/);
    expect(error.message).not.toContain('sk-secret');
    const empty = { OPENAI_BASE_URL: await serve('/models', { data: [] }) };
    await expect(chooseDefaultModel(empty)).rejects.toThrow(/it lists no model/);
  });

  it("is OpenAI's with its key, else Anthropic's with its key", async () => {
    expect((await chooseDefaultModel({ OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k' })).model).toMatch(/^openai\//);
    expect((await chooseDefaultModel({ OPENAI_API_KEY: '', ANTHROPIC_API_KEY: 'k' })).model).toMatch(/^anthropic\//);
  });

  it('is what an Ollama that runs here has, else the simulator', async () => {
    const ollamaURL = await serve('/api/tags', { models: [{ name: 'llama3.2:3b' }] });
    expect((await chooseDefaultModel({ OLLAMA_HOST: ollamaURL })).model).toBe('ollama/llama3.2:3b');
    const without = await serve('/api/tags', { models: [] });
    for (const url of [without, await nobody()]) {
      expect(await chooseDefaultModel({ OLLAMA_HOST: url })).toMatchObject({
        model: 'simulated/loadline-sim-1',
        simulated: true,
      });
    }
  });
});
