import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSimulator } from '../../src/simulator/index.ts';
import type { Simulator } from '../../src/simulator/index.ts';
import { clientsAt, longText, model } from './clients.ts';

let simulator: Simulator;
let clients: ReturnType<typeof clientsAt>;

beforeAll(async () => {
  simulator = await startSimulator();
  clients = clientsAt(simulator.url);
});
beforeEach(() => simulator.reset({ promptCache: true }));
afterAll(() => simulator.close());

const billed = () => simulator.tally().requests.map((request) => request.billed);

describe('automatic prefix caching', () => {
  const ask = (instructions: string, input: string, prompt_cache_key = 'a') =>
    clients.openai.responses.create({ model, instructions, input, prompt_cache_key });

  it('reads a prefix that came before, in steps of 128 tokens', async () => {
    const first = await ask(longText(2_000), 'One');
    const second = await ask(longText(2_000), 'Two');
    expect(first.usage?.input_tokens_details.cached_tokens).toBe(0);
    const cached = second.usage?.input_tokens_details.cached_tokens ?? 0;
    expect(cached).toBeGreaterThan(1_800);
    expect(cached % 128).toBe(0);
    expect(billed()[1]).toMatchObject({ cacheRead: cached, input: (second.usage?.input_tokens ?? 0) - cached });
  });

  it('reads nothing below 1,024 tokens, under another key, or where it is switched off', async () => {
    await ask(longText(900), 'One');
    await ask(longText(900), 'Two');
    await ask(longText(2_000), 'One', 'a');
    await ask(longText(2_000), 'Two', 'b');
    simulator.reset({ promptCache: false });
    await ask(longText(2_000), 'One');
    await ask(longText(2_000), 'Two');
    expect(billed().every(({ cacheRead }) => cacheRead === 0)).toBe(true);
  });

  it('never reads the whole prompt from the cache', async () => {
    await ask(longText(2_000), 'One');
    await ask(longText(2_000), 'One');
    expect(billed()[1]?.input).toBeGreaterThan(0);
  });
});

describe('cache breakpoints', () => {
  const ask = (system: string, content: string, ttl?: '5m' | '1h') =>
    clients.anthropic.messages.create({
      model,
      max_tokens: 100,
      system: [
        { type: 'text', text: system, cache_control: { type: 'ephemeral', ...(ttl === undefined ? {} : { ttl }) } },
      ],
      messages: [{ role: 'user', content }],
    });

  it('writes at the first request and reads at the next', async () => {
    const { usage: first } = await ask(longText(2_000), 'One');
    const { usage: second } = await ask(longText(2_000), 'Two');
    expect(first.cache_creation_input_tokens).toBeGreaterThan(1_800);
    expect(first.cache_creation?.ephemeral_5m_input_tokens).toBe(first.cache_creation_input_tokens);
    expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens);
    expect(second.cache_creation_input_tokens).toBe(0);
    expect(second.input_tokens).toBeLessThan(20);
    expect(billed()).toMatchObject([
      { cacheWrite5m: first.cache_creation_input_tokens, cacheRead: 0, input: first.input_tokens },
      { cacheWrite5m: 0, cacheRead: first.cache_creation_input_tokens, input: second.input_tokens },
    ]);
  });

  it('tells writes for an hour from those for five minutes', async () => {
    await ask(longText(2_000), 'One', '1h');
    expect(billed()[0]).toMatchObject({ cacheWrite5m: 0, cacheWrite1h: expect.any(Number) });
    expect(billed()[0]?.cacheWrite1h).toBeGreaterThan(1_800);
  });

  it('writes nothing below 1,024 tokens and nothing without a breakpoint', async () => {
    await ask(longText(900), 'One');
    await clients.anthropic.messages.create({
      model,
      max_tokens: 100,
      messages: [{ role: 'user', content: longText(2_000) }],
    });
    expect(billed()).toMatchObject([{ cacheWrite5m: 0 }, { cacheWrite5m: 0 }]);
  });

  it('reads what an earlier turn wrote and writes only what is new', async () => {
    const control = { cache_control: { type: 'ephemeral' as const } };
    const user = (text: string) => ({ role: 'user' as const, content: text });
    const create = (messages: { role: 'user' | 'assistant'; content: string }[]) =>
      clients.anthropic.messages.create({ model, max_tokens: 100, messages, ...control });
    const { usage: first } = await create([user(longText(2_000))]);
    const turns = [user(longText(2_000)), { role: 'assistant' as const, content: 'Yes.' }, user('And now?')];
    const { usage: second } = await create(turns);
    expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens);
    expect(second.cache_creation_input_tokens).toBeGreaterThan(0);
    expect(second.cache_creation_input_tokens).toBeLessThan(30);
    expect(second.input_tokens).toBe(0);
  });
});
