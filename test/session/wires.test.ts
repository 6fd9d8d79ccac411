import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ModelChoice } from '../../src/config/agent.ts';
import { defineAgent, defineConfig, defineTool } from '../../src/config/index.ts';
import { billedOf, threeTotals } from '../support/conservation.ts';
import { startStack, type Stack } from '../support/stack.ts';

const weather = defineTool({
  name: 'weather',
  description: 'Temperature in a city, Celsius',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, celsius: city.length }),
});

const agentNames = ['responses', 'chat', 'anthropic', 'ollama', 'ai-sdk-openai', 'ai-sdk-anthropic'] as const;

const configAt = (simulatorUrl: string) => {
  const openai = createOpenAI({ baseURL: `${simulatorUrl}/v1`, apiKey: 'any' });
  const anthropic = createAnthropic({ baseURL: `${simulatorUrl}/v1`, apiKey: 'any' });
  const instructions = 'You are a weather service. '.repeat(120);
  const agent = <const Name extends (typeof agentNames)[number]>(name: Name, model: ModelChoice) =>
    defineAgent({ name, model, instructions, tools: [weather] });
  return defineConfig({
    providers: {
      'my-responses': { api: 'openai-responses', baseURL: `${simulatorUrl}/v1` },
      'my-chat': { api: 'openai-chat', baseURL: `${simulatorUrl}/v1` },
      'my-anthropic': { api: 'anthropic-messages', baseURL: simulatorUrl },
      'my-ollama': { api: 'ollama', baseURL: simulatorUrl },
    },
    agents: [
      agent('responses', 'my-responses/gpt-some'),
      agent('chat', 'my-chat/gpt-some'),
      agent('anthropic', 'my-anthropic/claude-some'),
      agent('ollama', 'my-ollama/llama-some'),
      agent('ai-sdk-openai', openai('gpt-some')),
      agent('ai-sdk-anthropic', anthropic('claude-some')),
    ],
  });
};

describe('a conversation with a tool', () => {
  let stack: Stack<ReturnType<typeof configAt>>;
  beforeAll(async () => {
    stack = await startStack(configAt);
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await stack.close();
  });

  it.each(agentNames)('counts over %s what the provider billed, row by row', async (agent) => {
    const session = stack.api.session(agent, { id: `wire-${agent}-${randomUUID()}` });
    for (const city of ['Oslo', 'Rome', 'Reykjavik', 'Ulaanbaatar', 'Ushuaia']) {
      stack.simulator.script({ toolCalls: [{ name: 'weather', arguments: { city } }] });
      const run = await session.send(`How warm is it in ${city}?`);
      expect(run).toMatchObject({ status: 'completed', metrics: { calls: 2, toolCalls: 1, failedAttempts: 0 } });
      const results = run.messages.flatMap(({ parts }) => parts.filter((part) => part.type === 'tool-result'));
      expect(results).toMatchObject([{ tool: 'weather', output: { city, celsius: city.length }, isError: false }]);
      expect(run.metrics.timeToFirstToken).toBeGreaterThan(0);
    }
    const tally = stack.simulator.tally();
    expect(tally.totals.outcomes).toMatchObject({ completed: 10, refused: 0, dropped: 0, aborted: 0 });
    const rows = await stack.store.ledger(session.id);
    expect(rows.map(({ state }) => state)).toEqual(Array.from({ length: 10 }, () => 'settled'));
    const counted = rows.map(({ usage }) => ({
      input: (usage?.input ?? 0) + (usage?.cacheRead ?? 0) + (usage?.cacheWrite5m ?? 0) + (usage?.cacheWrite1h ?? 0),
      output: (usage?.output ?? 0) + (usage?.reasoning ?? 0),
    }));
    expect(counted).toEqual(tally.requests.map((request) => billedOf(request)));
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
    const metrics = await session.metrics();
    expect(metrics).toMatchObject({ runs: 5, calls: 10, toolCalls: 5, estimatedTokens: 0, failedAttempts: 0 });
    if (agent === 'ollama') expect(metrics.cacheReadTokens).toBeNull();
    else expect(metrics.cacheReadTokens).toBe(tally.totals.cacheRead);
  });
});
