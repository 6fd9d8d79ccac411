import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineAgent, defineConfig } from '../../src/config/index.ts';
import { startStack, type Stack } from '../support/stack.ts';

const forecast = z.object({
  city: z.string(),
  celsius: z.number(),
  sky: z.enum(['clear', 'cloudy', 'rain']),
  hours: z.array(z.object({ hour: z.int(), windy: z.boolean() })),
});

const configAt = (simulatorUrl: string) =>
  defineConfig({
    providers: {
      'my-chat': { api: 'openai-chat', baseURL: `${simulatorUrl}/v1` },
      'my-anthropic': { api: 'anthropic-messages', baseURL: simulatorUrl },
      'my-ollama': { api: 'ollama', baseURL: simulatorUrl },
    },
    agents: [
      defineAgent({ name: 'responses', model: 'simulated/loadline-sim-1', output: forecast }),
      defineAgent({ name: 'chat', model: 'my-chat/gpt-some', output: forecast }),
      defineAgent({ name: 'anthropic', model: 'my-anthropic/claude-some', output: forecast }),
      defineAgent({ name: 'ollama', model: 'my-ollama/llama-some', output: forecast }),
      defineAgent({ name: 'shouting', output: z.object({ city: z.string().transform((city) => city.toUpperCase()) }) }),
    ],
  });

describe('an agent with an output schema', () => {
  let stack: Stack<ReturnType<typeof configAt>>;
  beforeAll(async () => {
    stack = await startStack(configAt);
  });
  afterAll(async () => {
    await stack.close();
  });

  it.each(['responses', 'chat', 'anthropic', 'ollama'] as const)('gives its typed output over %s', async (agent) => {
    const session = stack.api.session(agent, { id: `output-${randomUUID()}` });
    const run = await session.send('How is the weather in Oslo?');
    expect(run).toMatchObject({ status: 'completed', finishReason: 'stop' });
    // The types of these come from the schema: a wrong field would not compile.
    const degrees: number | undefined = run.output?.celsius;
    const windy: boolean | undefined = run.output?.hours[0]?.windy;
    expect([typeof degrees, typeof windy]).toEqual(['number', 'boolean']);
    expect(forecast.safeParse(run.output).success).toBe(true);
    expect(JSON.parse(run.text)).toEqual(run.output);
    const answer = { city: 'Rome', celsius: 31, sky: 'clear', hours: [] };
    stack.simulator.script({ answer: JSON.stringify(answer) });
    expect((await session.send('And in Rome?')).output).toEqual(answer);
    // A later request holds the earlier answer as the model wrote it.
    expect(JSON.stringify(stack.requests.at(-1)?.body['messages'] ?? stack.requests.at(-1)?.body['input'])).toContain(
      'Oslo',
    );
  });

  it('gives what the schema makes of the answer, also when it is asked for again', async () => {
    stack.simulator.script({ answer: '{"city":"Oslo"}' });
    const session = stack.api.session('shouting', { id: `output-${randomUUID()}` });
    const run = await session.send('Which city?', { messageId: 'm-city' });
    expect(run.output).toEqual({ city: 'OSLO' });
    expect((await session.send('Which city?', { messageId: 'm-city' })).output).toEqual({ city: 'OSLO' });
    expect((await session.run(run.runId)) as object).toMatchObject({ output: { city: 'OSLO' } });
  });
});
