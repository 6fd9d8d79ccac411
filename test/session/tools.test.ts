import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineAgent, defineConfig, defineTool, ToolError, type ToolContext } from '../../src/config/index.ts';
import { threeTotals } from '../support/conservation.ts';
import { historiesOf } from '../support/history.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** What the tools were called with, by name. */
let seen: { tool: string; input: unknown; context: ToolContext }[] = [];
let inParallel = 0;
let mostInParallel = 0;

const noInput = z.object({});

const weather = defineTool({
  name: 'weather',
  description: 'Temperature in a city, Celsius',
  inputSchema: z.object({ city: z.string(), days: z.number().default(1) }),
  execute(input, context) {
    seen.push({ tool: 'weather', input, context });
    context.addMetric('lookups', 1);
    return { city: input.city, celsius: 21 };
  },
});

const flaky = defineTool({
  name: 'flaky',
  description: 'Fails twice, then answers',
  inputSchema: noInput,
  idempotent: true,
  execute(input, context) {
    seen.push({ tool: 'flaky', input, context });
    context.recordUsage({ provider: 'openai', model: 'gpt-5.2', inputTokens: 1000, outputTokens: 50 });
    context.recordUsage({ provider: 'nobody', model: 'unpriced', inputTokens: 7, outputTokens: 3, cost: 0.25 });
    if (context.attempt < 3) throw new Error(`attempt ${context.attempt} failed`);
    return 'third time lucky';
  },
});

const broken = defineTool({
  name: 'broken',
  description: 'Always throws',
  inputSchema: noInput,
  execute(input, context) {
    seen.push({ tool: 'broken', input, context });
    throw new Error('the archive is closed on Sundays');
  },
});

const sleepy = defineTool({
  name: 'sleepy',
  description: 'Takes too long, whatever one tells it',
  inputSchema: noInput,
  timeout: '250ms',
  execute(input, context) {
    seen.push({ tool: 'sleepy', input, context });
    return new Promise<never>(() => undefined);
  },
});

const hopeless = defineTool({
  name: 'hopeless',
  description: 'Fails for good, though it may be tried again',
  inputSchema: noInput,
  idempotent: true,
  execute(input, context) {
    seen.push({ tool: 'hopeless', input, context });
    throw new ToolError('there is no such order');
  },
});

const together = defineTool({
  name: 'together',
  description: 'Answers once three are at work',
  inputSchema: z.object({ n: z.number() }),
  timeout: '10s',
  async execute({ n }) {
    inParallel += 1;
    mostInParallel = Math.max(mostInParallel, inParallel);
    while (mostInParallel < 3) await new Promise((resolve) => setImmediate(resolve));
    inParallel -= 1;
    return n * n;
  },
});

const numbers = defineTool({
  name: 'numbers',
  description: 'Hands in numbers that no ledger can hold',
  inputSchema: z.object({ metric: z.boolean() }),
  execute({ metric }, context) {
    if (metric) context.addMetric('lookups', Number.NaN);
    else context.recordUsage({ provider: 'openai', model: 'gpt-5.2', inputTokens: -1, outputTokens: 0.5 });
  },
});

const long = defineTool({
  name: 'long',
  description: 'A long answer',
  inputSchema: noInput,
  execute: () => 'word '.repeat(300),
});

const endless = defineTool({
  name: 'endless',
  description: 'An answer of 30,000 characters',
  inputSchema: noInput,
  execute: () => Array.from({ length: 3_000 }, (_, n) => `line ${n}\n`).join(''),
});

const config = defineConfig({
  agents: [
    defineAgent({
      name: 'worker',
      tools: [weather, flaky, broken, hopeless, sleepy, together, numbers, long, endless],
    }),
    defineAgent({
      name: 'small',
      summary: false,
      model: 'simulated/loadline-sim-small',
      tools: [long],
      limits: { maxOutputTokens: 200 },
    }),
  ],
});

interface Item {
  readonly type?: string;
  readonly call_id?: string;
  readonly output?: unknown;
}

const itemsOf = (body: Readonly<Record<string, unknown>>): readonly Item[] => body['input'] as Item[];

/** Every call with its one result after it, and no result without its call. */
function expectPaired(items: readonly Item[]): void {
  const calls = items.filter(({ type }) => type === 'function_call').map(({ call_id }) => call_id);
  const results = items.filter(({ type }) => type === 'function_call_output').map(({ call_id }) => call_id);
  expect(new Set(results)).toEqual(new Set(calls));
  expect(results).toHaveLength(calls.length);
}

describe('tools', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  beforeEach(() => {
    stack.simulator.reset();
    seen = [];
  });
  afterAll(async () => {
    await stack.close();
  });
  const open = () => stack.api.session('worker', { id: `tools-${randomUUID()}`, user: 'ann', tenant: 'acme' });
  const lastItems = () => itemsOf(stack.requests.at(-1)?.body ?? {});
  const lastResults = () => lastItems().filter(({ type }) => type === 'function_call_output');

  it('run in one activity a call, with the validated input, and their result is in the next request', async () => {
    stack.simulator.script([{ toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }] }, { answer: 'Warm.' }]);
    const session = open();
    const run = await session.send('How is it in Oslo?');
    expect(run).toMatchObject({ status: 'completed', text: 'Warm.' });
    expect(run.metrics).toMatchObject({ calls: 2, toolCalls: 1, additionalMetrics: { lookups: 1 } });
    expect(run.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
    const [call] = seen;
    expect(call?.input).toEqual({ city: 'Oslo', days: 1 });
    expect(call?.context).toMatchObject({ sessionId: session.id, runId: run.runId, user: 'ann', tenant: 'acme' });
    expect(call?.context.attempt).toBe(1);
    expect(call?.context.idempotencyKey).not.toBe('');
    expect(lastResults().map(({ output }) => JSON.parse(String(output)) as unknown)).toEqual([
      { city: 'Oslo', celsius: 21 },
    ]);
    const events = (await historiesOf(session.id)).flatMap((history) => history.events ?? []);
    const scheduled = events.map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
    expect(scheduled.filter((name) => name === 'executeTool')).toHaveLength(1);
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
  });

  it.each([
    ['an unknown tool', { name: 'wether', arguments: {} }, /no tool wether.*weather, flaky/s],
    ['arguments that do not fit the schema', { name: 'weather', arguments: { city: 5 } }, /weather.*city.*string/s],
    ['arguments that are no JSON', { name: 'weather', arguments: '{"city": "Os' }, /weather/],
    ['arguments that are no object', { name: 'weather', arguments: '[1, 2]' }, /weather/],
    ['an error that the tool throws', { name: 'broken', arguments: {} }, /the archive is closed on Sundays/],
    ['a tool that takes too long', { name: 'sleepy', arguments: {} }, /sleepy took longer than 0\.25 s/],
    ['a metric that is no number', { name: 'numbers', arguments: { metric: true } }, /lookups must be a number/],
    ['tokens that are none', { name: 'numbers', arguments: { metric: false } }, /integers of 0 or more/],
  ])('hand %s to the model as an error, and the run goes on', async (_, call, expected) => {
    stack.simulator.script([{ toolCalls: [call] }, { answer: 'I see.' }]);
    const session = open();
    const run = await session.send('Do it');
    expect(run).toMatchObject({ status: 'completed', text: 'I see.' });
    expect(run.metrics).toMatchObject({ calls: 2, toolCalls: 1 });
    const [part] = run.messages.find(({ role }) => role === 'tool')?.parts ?? [];
    expect(part).toMatchObject({ type: 'tool-result', tool: call.name, isError: true });
    const [result] = lastResults();
    expect(String(result?.output)).toMatch(expected);
    expectPaired(lastItems());
    expect(seen.filter(({ tool }) => tool === 'weather')).toEqual([]);
  });

  it('keep their idempotency key in every attempt, and put what they spent on the ledger once', async () => {
    stack.simulator.script([{ toolCalls: [{ name: 'flaky', arguments: {} }] }, { answer: 'Lucky.' }]);
    const session = open();
    const run = await session.send('Try it');
    expect(run).toMatchObject({ status: 'completed', text: 'Lucky.' });
    expect(seen.map(({ context }) => context.attempt)).toEqual([1, 2, 3]);
    expect(new Set(seen.map(({ context }) => context.idempotencyKey)).size).toBe(1);
    expect(lastResults().map(({ output }) => output)).toEqual(['third time lucky']);
    const rows = (await stack.store.ledger(session.id)).filter(({ modelType }) => modelType === 'tool');
    expect(rows.map(({ provider, state, usage }) => [provider, state, usage?.input, usage?.output])).toEqual([
      ['openai', 'settled', 1000, 50],
      ['nobody', 'settled', 7, 3],
    ]);
    const metrics = await session.metrics();
    expect(metrics.details['tool']).toMatchObject([
      { provider: 'openai', model: 'gpt-5.2', inputTokens: 1000, outputTokens: 50 },
      { provider: 'nobody', model: 'unpriced', inputTokens: 7, outputTokens: 3, cost: 0.25 },
    ]);
    const { provider, ledger } = await threeTotals(stack, session);
    expect(ledger).toEqual({ input: provider.input + 1007, output: provider.output + 53 });
    expect(metrics.inputTokens).toBe(ledger.input);
    expect(run.metrics.totalTokens).toBe(metrics.totalTokens);
  });

  it('are not tried again once they say that it is of no use', async () => {
    stack.simulator.script([{ toolCalls: [{ name: 'hopeless', arguments: {} }] }, { answer: 'So be it.' }]);
    const run = await open().send('Try it');
    expect(run).toMatchObject({ status: 'completed', text: 'So be it.' });
    expect(seen.map(({ tool }) => tool)).toEqual(['hopeless']);
    expect(lastResults().map(({ output }) => output)).toEqual(['hopeless failed: there is no such order']);
  });

  it('correct the session when they spend after they were given up', async () => {
    stack.simulator.script([{ toolCalls: [{ name: 'sleepy', arguments: {} }] }, { answer: 'Enough.' }]);
    const session = open();
    const run = await session.send('Wait for it');
    expect(run.metrics).toMatchObject({ calls: 2, toolCalls: 1 });
    seen[0]?.context.recordUsage({ provider: 'openai', model: 'gpt-5.2', inputTokens: 11, outputTokens: 2 });
    const { provider } = await threeTotals(stack, session);
    await until(async () => (await session.metrics()).inputTokens === provider.input + 11);
    expect((await threeTotals(stack, session)).ledger).toEqual({
      input: provider.input + 11,
      output: provider.output + 2,
    });
  });

  it('run side by side where the model asks for several, and each result finds its call', async () => {
    const asked = [2, 3, 4].map((n) => ({ name: 'together', arguments: { n } }));
    stack.simulator.script([{ toolCalls: asked }, { answer: 'Squares.' }]);
    const run = await open().send('Square them');
    expect(run).toMatchObject({ status: 'completed', metrics: { toolCalls: 3, calls: 2 } });
    const calls = run.messages.flatMap(({ parts }) => parts.filter((part) => part.type === 'tool-call'));
    const outputs = new Map(lastResults().map(({ call_id, output }) => [call_id, output]));
    expect(calls.map(({ input, callId }) => [input, outputs.get(callId)])).toEqual([
      [{ n: 2 }, '4'],
      [{ n: 3 }, '9'],
      [{ n: 4 }, '16'],
    ]);
    expectPaired(lastItems());
  });

  it('that fail in five answers in a row end the run, which says with what; one that works begins the count anew', async () => {
    const broken = { toolCalls: [{ name: 'broken', arguments: {} }] };
    const works = {
      toolCalls: [
        { name: 'broken', arguments: {} },
        { name: 'weather', arguments: { city: 'Oslo' } },
      ],
    };
    stack.simulator.script([broken, broken, broken, works, { ...broken, times: null }]);
    const run = await open().send('Do it');
    expect(run).toMatchObject({ status: 'limit', metrics: { calls: 9, toolCalls: 10, toolErrors: 9 } });
    expect(run.reason).toBe(
      'all tool calls of 5 answers in a row failed, the latest with: broken failed: the archive is closed on Sundays',
    );
    expect(run.metrics.toolDuration).toBeGreaterThanOrEqual(0);
  });

  it('that answer at length are shown by an excerpt, and recall reads the whole', async () => {
    stack.simulator.script([{ toolCalls: [{ name: 'endless', arguments: {} }] }, { answer: 'Long.' }]);
    const session = open();
    const run = await session.send('Read it');
    const part = run.messages.flatMap(({ parts }) => parts).find(({ type }) => type === 'tool-result');
    expect(part).toMatchObject({ isError: false, storedAs: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const shown = String(lastResults()[0]?.output);
    expect(shown.length).toBeLessThan(8_200);
    expect(shown).toMatch(
      /^line 0\n.*characters are left out.*line 2999\n\n\[recall\(\{"message": 3\}\) reads the whole\]$/s,
    );
    expect(JSON.stringify(stack.requests.at(-1)?.body['tools'])).toContain('"recall"');
    stack.simulator.script([
      { toolCalls: [{ name: 'recall', arguments: { message: 3, from: 16_000 } }] },
      { answer: 'I have read on.' },
    ]);
    await session.send('Read on');
    const whole = Array.from({ length: 3_000 }, (_, n) => `line ${n}\n`).join('');
    expect(String(lastResults().at(-1)?.output)).toContain(whole.slice(16_000, 20_000));
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
  });

  it('are never parted from their results in what the provider receives, however long the transcript', async () => {
    const session = stack.api.session('small', { id: `tools-${randomUUID()}` });
    const before = stack.requests.length;
    for (let n = 0; n < 25; n++) {
      stack.simulator.script({
        toolCalls: [
          { name: 'long', arguments: {} },
          { name: 'long', arguments: {} },
        ],
      });
      const run = await session.send(`Question ${n}: ${'what was said? '.repeat(8)}`);
      expect(run).toMatchObject({ status: 'completed', metrics: { calls: 2, toolCalls: 2, failedAttempts: 0 } });
    }
    const received = stack.requests.slice(before);
    expect(received).toHaveLength(50);
    for (const { body } of received) expectPaired(itemsOf(body));
    const sizes = received.map(({ body }) => itemsOf(body).length);
    // The window was full: older runs were left out as a whole.
    expect(Math.max(...sizes)).toBeLessThan(30);
    expect(stack.simulator.tally().totals.outcomes).toMatchObject({ completed: 50, refused: 0 });
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
  });
});
