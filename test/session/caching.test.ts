import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ModelChoice } from '../../src/config/agent.ts';
import { defineAgent, defineConfig, defineTool } from '../../src/config/index.ts';
import type { ReceivedRequest } from '../support/recorder.ts';
import type { BilledRequest } from '../../src/simulator/tally.ts';
import { startStack, type Stack } from '../support/stack.ts';

const weather = defineTool({
  name: 'weather',
  description: 'Temperature in a city, Celsius',
  inputSchema: z.object({ city: z.string(), unit: z.enum(['C', 'F']).optional() }),
  execute: ({ city }) => ({ city, celsius: city.length }),
});
const clock = defineTool({ name: 'clock', description: 'The time', inputSchema: z.object({}), execute: () => '12:00' });

const price = { input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1.25, cacheWrite1h: 2 };
const models = [
  'responses/gpt-5.2',
  'responses/gpt-6.1-sol',
  'chat/gpt-5.2',
  'claude/claude-sonnet-5',
  'openai.responses/gpt-5.2',
  'anthropic.messages/claude-sonnet-5',
] as const;
const wires = [...models, 'my-ollama/qwen3'] as const;

const configAt = (url: string) => {
  const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: 'any' });
  const anthropic = createAnthropic({ baseURL: `${url}/v1`, apiKey: 'any' });
  const modelOf = (name: string): ModelChoice => {
    if (name.startsWith('openai.')) return openai('gpt-5.2');
    return name.startsWith('anthropic.') ? anthropic('claude-sonnet-5') : name;
  };
  const instructions = 'You answer questions about the weather, briefly and with a number. '.repeat(110);
  const agentOf = (name: string, changes: object = {}) =>
    defineAgent({ name: name.replace(/\W/g, '-'), model: modelOf(name), instructions, ...changes });
  return defineConfig({
    providers: {
      responses: { api: 'openai-responses', baseURL: `${url}/v1` },
      chat: { api: 'openai-chat', baseURL: `${url}/v1` },
      claude: { api: 'anthropic-messages', baseURL: url },
      'my-ollama': { api: 'ollama', baseURL: url },
    },
    models: Object.fromEntries(models.slice(0, 4).map((name) => [name, { price }])),
    agents: [
      ...wires.map((name) => agentOf(name, { tools: [weather, clock] })),
      ...models.map((name) => ({ ...agentOf(name), name: `plain-${name.replace(/\W/g, '-')}` })),
      { ...agentOf('claude/claude-sonnet-5'), name: 'hour', cache: { ttl: '1h' as const } },
      { ...agentOf('claude/claude-sonnet-5'), name: 'off', cache: { instructions: false } },
    ],
  });
};

/** OpenAI's older models read in steps of 128 tokens; a moving mark leaves nothing out. */
const leastShare = (name: string): number => (name.includes('claude') ? 1 : 0.9);
const agentFor = (name: string): string => name.replace(/\W/g, '-');

/** Not one that only asks how long it would be. */
const isAnswered = ({ path }: ReceivedRequest): boolean => !/count_tokens|input_tokens/.test(path);

describe('prompt caching', () => {
  let stack: Stack<ReturnType<typeof configAt>>;
  beforeAll(async () => {
    stack = await startStack(configAt);
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await stack.close();
  });

  const open = (agent: string) => stack.api.session(agent as never, { id: `cache-${randomUUID()}` });
  const callTools = (count: number) =>
    stack.simulator.script({
      answer: 'I look it up.',
      toolCalls: Array.from({ length: count }, (_, n) => ({ name: 'weather', arguments: { city: `City ${n}` } })),
    });

  /** From the second call on: what the cache gave, as a part of the request before, which this one repeats. */
  const readShares = (counts: (request: BilledRequest) => boolean = () => true): readonly number[] => {
    const inputs = stack.simulator
      .tally()
      .requests.filter(counts)
      .map(({ billed }) => ({
        read: billed.cacheRead,
        whole: billed.input + billed.cacheRead + billed.cacheWrite5m + billed.cacheWrite1h,
      }));
    return inputs.slice(1).map(({ read }, at) => read / (inputs[at]?.whole ?? 0));
  };

  it.each(models)('reads at least 90 % of what %s is told again, without tools', async (name) => {
    const session = open(`plain-${agentFor(name)}`);
    for (const city of ['Oslo', 'Rome', 'Lima', 'Cairo']) await session.send(`How warm is it in ${city}?`);
    const shares = readShares();
    expect(shares).toHaveLength(3);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(leastShare(name));
  });

  it.each(models)(
    'reads at least 90 % of what %s is told again, with tools, thirty of them in one turn',
    async (name) => {
      const session = open(agentFor(name));
      for (const calls of [1, 30, 2]) {
        callTools(calls);
        const run = await session.send(`How warm is it in ${calls} cities?`);
        expect(run).toMatchObject({ status: 'completed', metrics: { calls: 2, toolCalls: calls } });
      }
      const shares = readShares();
      expect(shares).toHaveLength(5);
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(leastShare(name));
    },
  );

  it.each(models)('is broken once by a compaction, on %s', async (name) => {
    const session = open(`plain-${agentFor(name)}`);
    for (const city of ['Oslo', 'Rome', 'Lima', 'Cairo']) await session.send(`How warm is it in ${city}?`);
    const handle = stack.runtime.client.workflow.getHandle(`session-${session.id}`);
    expect(await handle.executeUpdate('compact', { args: [{ keepRuns: 1 }] })).toMatchObject({ runs: 3 });
    const [summary] = stack.simulator.tally().requests.slice(-1);
    for (const city of ['Bonn', 'Kyiv', 'Riga']) await session.send(`How warm is it in ${city}?`);
    const shares = readShares((request) => request.id !== summary?.id);
    expect(shares).toHaveLength(6);
    expect(shares.filter((share) => share < leastShare(name))).toHaveLength(1);
    expect(shares[3]).toBeLessThan(leastShare(name));
  });

  it('is shown in tokens and dollars, for message, run and session', async () => {
    const session = open('plain-claude-claude-sonnet-5');
    const first = await session.send('How warm is it in Oslo?');
    const second = await session.send('And in Rome?');
    const [{ billed: one } = { billed: null }, { billed: two } = { billed: null }] = stack.simulator.tally().requests;
    const saved = (billed: typeof one): number =>
      (900 * (billed?.cacheRead ?? NaN) - 250 * (billed?.cacheWrite5m ?? NaN)) / 1e9;
    expect(first.metrics).toMatchObject({ cacheReadTokens: 0, cacheSavings: saved(one) });
    expect(first.metrics.cacheSavings).toBeLessThan(0);
    expect(second.metrics).toMatchObject({ cacheReadTokens: two?.cacheRead, cacheSavings: saved(two) });
    expect(second.messages.at(-1)?.metrics?.cacheSavings).toBe(saved(two));
    const metrics = await session.metrics();
    expect(metrics.cacheSavings).toBeCloseTo(saved(one) + saved(two), 9);
    expect(metrics.details['model']?.[0]?.cacheSavings).toBe(metrics.cacheSavings);
    const twice = await stack.store.recomputeTotals(session.id);
    expect(twice?.recomputed).toEqual(twice?.stored);
  });

  it('is asked for an hour where the agent says so, and for nothing where it is off', async () => {
    for (const agent of ['hour', 'off']) {
      const session = open(agent);
      await session.send('How warm is it in Oslo?');
      await session.send('And in Rome?');
    }
    const billed = stack.simulator.tally().requests.map((request) => request.billed);
    expect(billed.map(({ cacheWrite1h }) => cacheWrite1h > 0)).toEqual([true, true, false, false]);
    expect(billed.map(({ cacheRead }) => cacheRead > 0)).toEqual([false, true, false, false]);
    expect(billed.every(({ cacheWrite5m }) => cacheWrite5m === 0)).toBe(true);
  });

  it.each(wires)('sends the same bytes to %s from call to call', async (name) => {
    const before = stack.requests.length;
    const session = open(agentFor(name));
    callTools(1);
    await session.send('How warm is it in one city?');
    await stack.restartWorker();
    callTools(2);
    await session.send('And in two cities?');
    await session.send('Thank you.');
    const sent = stack.requests.slice(before).filter(isAnswered).map(prefixOf);
    expect(sent).toHaveLength(5);
    for (const [at, { fixed, said }] of sent.entries()) {
      expect(fixed).toEqual(sent[0]?.fixed);
      expect(said.startsWith(sent[at - 1]?.said ?? '')).toBe(true);
    }
    expect(Object.keys(sent[0]?.fixed ?? {}).length).toBeGreaterThan(1);
  });
});

const history = ['input', 'messages'];
const mark = /,"cache_control":\{[^}]*\}/g;

/** What a provider reads first, as it was written: instructions, tools and what was said, without the moving marks. */
function prefixOf({ body, text }: ReceivedRequest): { readonly fixed: Record<string, string>; readonly said: string } {
  const bytesOf = (field: string): string => {
    const bytes = `"${field}":${JSON.stringify(body[field])}`;
    expect(text).toContain(bytes);
    return bytes.replaceAll(mark, '');
  };
  const names = Object.keys(body);
  const said = names.filter((name) => history.includes(name)).map(bytesOf);
  const stable = ['model', 'instructions', 'system', 'tools', 'text', 'prompt_cache_key', 'store'];
  const fixed = names.filter((name) => stable.includes(name)).map((name) => [name, bytesOf(name)]);
  return { fixed: Object.fromEntries(fixed), said: said.join().slice(0, -1) };
}
