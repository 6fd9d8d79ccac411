import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineAgent, defineConfig } from '../../src/config/index.ts';
import { threeTotals } from '../support/conservation.ts';
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
      defineAgent({ name: 'once', output: forecast, limits: { callsPerRun: 1 } }),
      defineAgent({ name: 'poor', output: forecast, limits: { tokensPerRun: 1 } }),
      defineAgent({ name: 'shouting', output: z.object({ city: z.string().transform((city) => city.toUpperCase()) }) }),
    ],
  });

describe('an agent with an output schema', () => {
  let stack: Stack<ReturnType<typeof configAt>>;
  beforeAll(async () => {
    stack = await startStack(configAt);
  });
  beforeEach(() => stack.simulator.reset());
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

  const cold = { city: 'Rome', celsius: 3, sky: 'clear', hours: [] };
  const misfit = { answer: '{"city": "Rome", "celsius": "cold", "sky": "clear", "hours": []}' };

  it.each(['responses', 'chat', 'anthropic', 'ollama'] as const)(
    'is asked once to correct what does not fit, within the run (%s)',
    async (agent) => {
      stack.simulator.script([misfit, { answer: JSON.stringify(cold) }]);
      const session = stack.api.session(agent, { id: `output-${randomUUID()}` });
      const run = await session.send('How is the weather in Rome?');
      expect(run).toMatchObject({ status: 'completed', output: cold, metrics: { calls: 2, failedAttempts: 0 } });
      expect(run.messages.map(({ role, agent: by }) => [role, by])).toEqual([
        ['user', undefined],
        ['assistant', agent],
        ['user', agent],
        ['assistant', agent],
      ]);
      const { body } = stack.requests.at(-1) ?? {};
      const sent = JSON.stringify(body?.['messages'] ?? body?.['input']);
      expect(sent).toMatch(/celsius.*cold.*does not fit the JSON schema.*celsius/s);
      expect(stack.simulator.tally().totals.outcomes).toMatchObject({ completed: 2, refused: 0 });
      const ended = (await stack.store.events(session.id, { afterId: 0, limit: 50 })).filter(
        (event) => event.type === 'call.ended',
      );
      expect(ended.map((event) => 'misfit' in event)).toEqual([true, false]);
      // The next run reads both answers and what was asked in between.
      expect((await session.send('And in Oslo?')).status).toBe('completed');
      expect(stack.simulator.tally().totals.outcomes).toMatchObject({ completed: 3, refused: 0 });
      const totals = await threeTotals(stack, session);
      expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
    },
  );

  it('fails a run whose second answer does not fit either, and the next run is asked to correct again', async () => {
    stack.simulator.script([misfit, { answer: 'It is cold.' }, misfit, { answer: JSON.stringify(cold) }]);
    const session = stack.api.session('responses', { id: `output-${randomUUID()}` });
    const run = await session.send('How is the weather in Rome?');
    expect(run).toMatchObject({ status: 'failed', text: 'It is cold.', error: { code: 'ProviderError' } });
    expect(run.reason).toMatch(/does not fit the agent's output schema: it is not JSON/);
    expect(run.output).toBeUndefined();
    expect(stack.simulator.tally().totals.requests).toBe(2);
    expect(await session.send('Once more?')).toMatchObject({ output: cold, metrics: { calls: 2 } });
  });

  it('has a workflow that does no more for it than the second call', async () => {
    stack.simulator.script([misfit, { answer: JSON.stringify(cold) }]);
    const session = stack.api.session('responses', { id: `output-${randomUUID()}` });
    await session.send('How is the weather in Rome?');
    const handle = stack.runtime.client.workflow.getHandle(`session-${session.id}`);
    const { events } = await handle.fetchHistory();
    const types = (events ?? []).flatMap((event) => Object.keys(event).filter((key) => key.endsWith('Attributes')));
    const count = (name: string) => types.filter((type) => type === `${name}EventAttributes`).length;
    expect([count('activityTaskScheduled'), count('timerStarted')]).toEqual([2, 0]);
  });

  it('is not asked to correct anything where no call is left', async () => {
    stack.simulator.script(misfit);
    const run = await stack.api.session('once', { id: `output-${randomUUID()}` }).send('How is the weather?');
    expect(run).toMatchObject({ status: 'failed', metrics: { calls: 1 } });
    expect(run.reason).toMatch(/does not fit/);
    expect(run.messages).toHaveLength(2);
  });

  it('ends at a limit that its first answer reached, with that answer', async () => {
    stack.simulator.script(misfit);
    const run = await stack.api.session('poor', { id: `output-${randomUUID()}` }).send('How is the weather?');
    expect(run).toMatchObject({ status: 'limit', text: misfit.answer, metrics: { calls: 1 } });
    expect(run.reason).toMatch(/tokensPerRun/);
  });

  it.each([
    ['refused', { refusal: 'I would rather not.' }, 'completed'],
    ['filtered', { contentFilter: true }, 'completed'],
    ['cut off', { ...misfit, cutAfterTokens: 5 }, 'limit'],
  ])('is not asked to correct an answer that was %s', async (_, behaviour, status) => {
    stack.simulator.script(behaviour);
    const run = await stack.api.session('responses', { id: `output-${randomUUID()}` }).send('How is the weather?');
    expect(run).toMatchObject({ status, metrics: { calls: 1 } });
    expect(stack.simulator.tally().totals.requests).toBe(1);
  });
});
