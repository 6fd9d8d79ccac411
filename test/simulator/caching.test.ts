import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BreakpointCache } from '../../src/simulator/prompt-cache.ts';
import type { Prompt } from '../../src/simulator/prompt.ts';
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

const emptyPrompt: Prompt = {
  model: '',
  stream: false,
  segments: [],
  turns: [],
  tools: [],
  toolChoice: 'auto',
  parallelTools: true,
  maxOutputTokens: 100,
  schema: null,
  thinks: false,
  cacheKey: '',
  writesCache: false,
};

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

describe('caching by turns, from GPT-5.6 on', () => {
  const ask = (texts: readonly string[], options: object = {}) =>
    clients.openai.responses.create({
      model: 'gpt-6.1-sol',
      instructions: longText(2_000),
      input: texts.map((content) => ({ role: 'user' as const, content })),
      prompt_cache_key: 'a',
      stream: false,
      ...options,
    });

  it('writes up to the newest turn, at a price, and reads all that an earlier request wrote', async () => {
    const { usage: first } = await ask(['One']);
    const { usage: second } = await ask(['One', longText(300)]);
    expect(first?.input_tokens_details.cached_tokens).toBe(0);
    expect(first?.input_tokens_details.cache_write_tokens).toBeGreaterThan(1_900);
    expect(second?.input_tokens_details.cached_tokens).toBe(first?.input_tokens_details.cache_write_tokens);
    expect(second?.input_tokens_details.cache_write_tokens).toBeGreaterThan(290);
    expect(billed()[1]?.input).toBeLessThan(10);
  });

  it('reads nothing of a prefix that no turn ended, and writes nothing where it is told not to', async () => {
    await ask(['One']);
    await ask(['Two']);
    await ask(['Two'], { prompt_cache_options: { mode: 'explicit' } });
    expect(billed()[1]?.cacheRead).toBe(0);
    expect(billed()[2]).toMatchObject({ cacheRead: 0, cacheWrite5m: 0 });
  });

  it('refuses the settings of the other generation of models', async () => {
    const words = /not supported on this model/;
    await expect(ask(['One'], { prompt_cache_retention: '24h' })).rejects.toThrow(words);
    await expect(ask(['One'], { model: 'gpt-5.2', prompt_cache_options: { mode: 'explicit' } })).rejects.toThrow(words);
  });
});

describe('cache breakpoints', () => {
  const ask = (system: string, content: string, ttl?: '5m' | '1h', named = model) =>
    clients.anthropic.messages.create({
      model: named,
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

  it.each([
    ['claude-opus-5', 600, 400],
    ['claude-sonnet-5', 1_100, 900],
    ['claude-opus-4-7', 2_200, 1_900],
    ['claude-haiku-4-5', 4_300, 3_900],
  ])('takes from %s no prefix that is too short for it', async (named, long, short) => {
    const written = async (tokens: number) =>
      (await ask(longText(tokens), 'One', undefined, named)).usage.cache_creation_input_tokens;
    expect(await written(long)).toBeGreaterThan(0);
    expect(await written(short)).toBe(0);
  });

  it('looks at twenty blocks for an earlier entry, its own the first of them', async () => {
    const block = (text: string) => ({ type: 'text' as const, text });
    const create = (content: readonly ReturnType<typeof block>[]) =>
      clients.anthropic.messages.create({
        model,
        max_tokens: 100,
        messages: [{ role: 'user', content: [...content] }],
        cache_control: { type: 'ephemeral' },
      });
    const start = block(longText(2_000));
    const more = (count: number) => Array.from({ length: count }, (_, n) => block(`Block ${n}.`));
    const { usage: first } = await create([start]);
    const { usage: far } = await create([start, ...more(20)]);
    const { usage: near } = await create([start, ...more(19)]);
    expect(far.cache_read_input_tokens).toBe(0);
    expect(near.cache_read_input_tokens).toBe(first.cache_creation_input_tokens);
  });

  it('forgets after five minutes or an hour without a reader, and every reader prolongs it', () => {
    const minute = 60_000;
    const segments = (breakpoint: '5m' | '1h') => [{ text: 'long', tokens: 2_000, breakpoint }];
    const cache = new BreakpointCache();
    const isRead = (breakpoint: '5m' | '1h', at: number) =>
      cache.bill({ ...emptyPrompt, model: breakpoint, segments: segments(breakpoint) }, at).cacheRead > 0;
    expect([0, 4, 8, 14].map((at) => isRead('5m', at * minute))).toEqual([false, true, true, false]);
    expect([0, 59, 118, 179].map((at) => isRead('1h', at * minute))).toEqual([false, true, true, false]);
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
