import { createOpenAI } from '@ai-sdk/openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineAgent, defineConfig, defineTool } from '../../src/config/index.ts';
import type { EventBody } from '../../src/domain/events.ts';
import { deriveUsage } from '../../src/domain/usage.ts';
import { threeTotals } from '../support/conservation.ts';
import { startStack, type Stack } from '../support/stack.ts';

const weather = defineTool({
  name: 'weather',
  description: 'Temperature in a city, Celsius',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, celsius: 21 }),
});

const configAt = (simulatorUrl: string) => {
  const chat = { api: 'openai-chat', baseURL: `${simulatorUrl}/v1` } as const;
  const sdk = createOpenAI({ baseURL: `${simulatorUrl}/v1`, apiKey: 'any' });
  const dear = { contextWindow: 128_000, price: { input: 1_000, output: 1_000 } };
  return defineConfig({
    providers: {
      chat,
      claude: { api: 'anthropic-messages', baseURL: simulatorUrl },
      responses: { api: 'openai-responses', baseURL: `${simulatorUrl}/v1` },
      keyless: { ...chat, apiKeyEnv: 'MISSING_KEY' },
      keyed: { ...chat, apiKeyEnv: 'WRONG_KEY' },
    },
    models: {
      'chat/first': { contextWindow: 32_000, price: { input: 1, output: 1 } },
      'claude/second': { contextWindow: 64_000, price: { input: 1, output: 1 } },
      'chat/small': { contextWindow: 1_000 },
      'chat/dear': dear,
    },
    agents: [
      defineAgent({ name: 'chat', model: 'chat/first', fallbacks: ['claude/second', 'chat/third'] }),
      defineAgent({ name: 'claude', model: 'claude/first', fallbacks: ['chat/second', 'chat/third'] }),
      defineAgent({ name: 'keyless', model: 'keyless/first', fallbacks: ['keyless/second', 'chat/third'] }),
      defineAgent({ name: 'no-keys', model: 'keyless/first', fallbacks: ['keyless/second'] }),
      defineAgent({ name: 'keyed', model: 'keyed/first', fallbacks: ['claude/second'] }),
      defineAgent({ name: 'small', model: 'chat/first', fallbacks: ['chat/small', 'chat/third'] }),
      defineAgent({
        name: 'city',
        model: 'chat/first',
        fallbacks: ['claude/second', 'chat/third'],
        output: z.object({ city: z.string() }),
      }),
      defineAgent({ name: 'chat-tools', model: 'chat/first-reason', fallbacks: ['claude/second-reason'], tools: [weather] }), // prettier-ignore
      defineAgent({ name: 'claude-tools', model: 'claude/first-reason', fallbacks: ['chat/second-reason'], tools: [weather] }), // prettier-ignore
      defineAgent({ name: 'to-responses', model: 'claude/first-reason', fallbacks: ['responses/second-reason'], tools: [weather] }), // prettier-ignore
      defineAgent({ name: 'from-responses', model: 'responses/first-reason', fallbacks: [sdk.chat('second')], tools: [weather] }), // prettier-ignore
      defineAgent({ name: 'from-sdk', model: sdk.responses('first'), fallbacks: ['responses/second'], tools: [weather] }), // prettier-ignore
      defineAgent({ name: 'waits', model: 'chat/dear', fallbacks: ['claude/second'], onBudget: 'wait' }),
      defineAgent({ name: 'hurried', model: 'chat/first', fallbacks: ['claude/second'], limits: { runSeconds: 6 } }),
      defineAgent({ name: 'refuses', model: 'chat/first', fallbacks: ['chat/dear'] }),
      defineAgent({ name: 'falls-back', model: 'chat/first', fallbacks: ['chat/dear', 'claude/second'], onBudget: 'fallback' }), // prettier-ignore
    ],
    budgets: [{ scope: 'user', window: 'day', cost: 1 }],
  });
};

type Given = ReturnType<typeof configAt>;
type Name = Given['agents'][number]['name'];

describe('a model that fails', () => {
  let stack: Stack<Given>;
  beforeAll(async () => {
    stack = await startStack(configAt, { environment: { WRONG_KEY: 'invalid' } });
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await stack.close();
  });
  const open = (agent: Name, user?: string) =>
    stack.api.session(agent, { id: `fallback-${randomUUID()}`, ...(user === undefined ? {} : { user }) });
  /** The models in the order in which they were asked. */
  const asked = () => stack.simulator.tally().requests.map(({ model }) => model);
  const eventsOf = async <T extends EventBody['type']>(id: string, type: T) => {
    const events = await stack.store.events(id, { afterId: 0, limit: 200 });
    return events.filter((event): event is typeof event & { readonly type: T } => event.type === type);
  };

  /** Each settled row is what the provider billed, and no more was billed to any model. */
  async function expectBilled(session: ReturnType<typeof open>) {
    const billed = stack.simulator.tally().requests.filter(({ status }) => status === 200);
    const rows = (await stack.store.ledger(session.id)).filter(({ usage }) => usage !== null);
    const ofRows = rows.map(({ model, usage }) => [model, usage && deriveUsage(usage).totalTokens]);
    const total = ({ billed: b }: (typeof billed)[number]) =>
      b.input + b.cacheRead + b.cacheWrite5m + b.cacheWrite1h + b.output + b.reasoning;
    expect(ofRows).toEqual(billed.map((request) => [request.model, total(request)]));
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
  }

  it.each<[Name, number]>([
    ['chat', 429],
    ['chat', 503],
    ['claude', 529],
    ['claude', 500],
  ])('twice (%s, %i) gives way to its fallback, for this run alone', async (agent, status) => {
    stack.simulator.script({ match: { model: 'first' }, times: 2, status, retryAfterMs: 1, message: 'Too busy' });
    const session = open(agent);
    const run = await session.send('Hello');
    expect(run).toMatchObject({ status: 'completed', metrics: { calls: 1, failedAttempts: 2 } });
    expect(asked()).toEqual(['first', 'first', 'second']);
    expect(run.metrics.details['fallback']).toMatchObject([{ model: 'second', calls: 1 }]);
    expect(run.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    expect(run.messages.at(-1)?.metrics).toMatchObject({ model: 'second', modelType: 'fallback', attempt: 3 });
    const failed = await eventsOf(session.id, 'call.failed');
    expect(failed.map(({ nextModel }) => nextModel?.split('/')[1])).toEqual([undefined, 'second']);
    const started = await eventsOf(session.id, 'call.started');
    expect(started.at(-1)?.passedOver).toHaveLength(1);
    expect(await session.send('And now?')).toMatchObject({ status: 'completed', metrics: { failedAttempts: 0 } });
    expect(asked().at(-1)).toBe('first');
    await expectBilled(session);
  });

  it('by asking for a long wait is not waited for', async () => {
    stack.simulator.script({ match: { model: 'first' }, status: 429, retryAfter: 60 });
    const run = await open('chat').send('Hello');
    expect(run).toMatchObject({ status: 'completed', metrics: { failedAttempts: 1 } });
    expect(asked()).toEqual(['first', 'second']);
  });

  it('in mid-answer is charged an estimate, and the fallback begins the answer again', async () => {
    stack.simulator.script([
      { match: { model: 'first' }, times: 2, dropAfterChunks: 3, answerTokens: 40 },
      { match: { model: 'second' }, answer: 'Whole now.' },
    ]);
    const session = open('chat');
    expect(await session.send('Hello')).toMatchObject({ status: 'completed', text: 'Whole now.' });
    expect((await stack.store.ledger(session.id)).map(({ state, modelType }) => [state, modelType])).toEqual([
      ['estimated', 'model'],
      ['estimated', 'model'],
      ['settled', 'fallback'],
    ]);
    const totals = await threeTotals(stack, session);
    expect(totals.metrics).toEqual(totals.ledger);
    expect(totals.ledger.output).toBeGreaterThanOrEqual(totals.provider.output);
  });

  it('by not beginning an answer is left after half of the time that its run has', async () => {
    stack.simulator.script({ match: { model: 'first' }, hang: true });
    const session = open('hurried');
    expect(await session.send('Hello')).toMatchObject({ status: 'completed' });
    expect(asked().toSorted()).toEqual(['first', 'second']);
    expect(await eventsOf(session.id, 'call.failed')).toMatchObject([{ error: 'timeout', nextModel: 'claude/second' }]);
  }, 20_000);

  it.each<[Name, string, object]>([
    ['chat', 'refusal', { refusal: 'I would rather not.' }],
    ['claude', 'refusal', { refusal: 'I would rather not.' }],
    ['chat', 'content-filter', { contentFilter: true, answer: 'Something unspeakable' }],
  ])('to answer for its own reasons (%s, %s) is paid for, and its fallback answers', async (agent, error, fault) => {
    stack.simulator.script({ match: { model: 'first' }, ...fault });
    const session = open(agent);
    const run = await session.send('Hello');
    expect(run).toMatchObject({ status: 'completed', finishReason: 'stop', metrics: { calls: 1, failedAttempts: 1 } });
    expect(asked()).toEqual(['first', 'second']);
    expect(await stack.store.ledger(session.id)).toMatchObject([
      { state: 'settled', answered: false, error },
      { state: 'settled', answered: true, modelType: 'fallback' },
    ]);
    expect(await eventsOf(session.id, 'call.failed')).toMatchObject([{ error, retryInMs: 0 }]);
    await expectBilled(session);
  });

  it('to answer, as all do, ends the run with the last refusal', async () => {
    stack.simulator.script({ times: 3, refusal: 'None of us will.' });
    const session = open('chat');
    const run = await session.send('Hello');
    expect(run).toMatchObject({ status: 'completed', finishReason: 'refusal', metrics: { calls: 1 } });
    expect(asked()).toEqual(['first', 'second', 'third']);
    await expectBilled(session);
  });

  it('for want of a key is passed over, and so is such a fallback; that no key is there at all is said', async () => {
    const session = open('keyless');
    expect(await session.send('Hello')).toMatchObject({ status: 'completed', metrics: { failedAttempts: 0 } });
    expect(asked()).toEqual(['third']);
    const [started] = await eventsOf(session.id, 'call.started');
    expect(started?.passedOver).toEqual([
      { model: 'keyless/first', reason: expect.stringMatching(/MISSING_KEY/) },
      { model: 'keyless/second', reason: expect.stringMatching(/MISSING_KEY/) },
    ]);
    // What has to leave the context is summarised without that model, too.
    await session.send('My plan for today is to walk along the coast, as far as the old lighthouse and back again.');
    expect(await session.compact({ keepRuns: 0 })).toMatchObject({ runs: 2, summary: { model: 'chat/third' } });
    const run = await open('no-keys').send('Hello');
    expect(run).toMatchObject({ status: 'failed', error: { message: expect.stringMatching(/MISSING_KEY/) } });
  });

  it('since our key is wrong is asked once', async () => {
    const session = open('keyed');
    expect(await session.send('Hello')).toMatchObject({ status: 'completed', metrics: { failedAttempts: 1 } });
    expect(asked()).toEqual(['first', 'second']);
    expect(await eventsOf(session.id, 'call.failed')).toMatchObject([{ error: 'authentication' }]);
  });

  it('as all do is given up after eight tries of all together', async () => {
    stack.simulator.script({ times: null, status: 503, retryAfterMs: 1, message: 'Nobody is here' });
    const session = open('chat');
    const run = await session.send('Hello');
    expect(run).toMatchObject({ status: 'failed', metrics: { failedAttempts: 8, calls: 0, totalTokens: 0 } });
    expect(run.error?.message).toMatch(
      /^chat\/third: Nobody is here.*chat\/first: overloaded, overloaded; claude\/second: overloaded, overloaded/,
    );
    expect(asked()).toEqual(['first', 'first', 'second', 'second', ...Array.from({ length: 4 }, () => 'third')]);
    stack.simulator.reset();
    expect(await session.send('And now?')).toMatchObject({ status: 'completed' });
  }, 20_000);

  it.each<[Name, string]>([
    ['to-responses', 'responses'],
    ['from-responses', 'openai.chat'],
    ['from-sdk', 'responses'],
  ])(
    'over one wire gives way to a model over another (%s), with the call of a tool between them',
    async (agent, to) => {
      const call = { toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }] };
      stack.simulator.script({ ...call, match: { model: 'first' } });
      stack.simulator.script({ match: { model: 'first' }, times: 2, status: 503, retryAfterMs: 1 });
      const session = open(agent);
      const run = await session.send('How warm is it in Oslo?');
      expect(run).toMatchObject({ status: 'completed', metrics: { calls: 2, toolCalls: 1, failedAttempts: 2 } });
      expect(run.metrics.details['fallback']).toMatchObject([{ provider: to, calls: 1 }]);
      expect(await session.send('Thank you')).toMatchObject({ status: 'completed', metrics: { failedAttempts: 0 } });
      await expectBilled(session);
    },
  );

  it('that a budget can never cover is refused under the policy `wait`, and its fallbacks are not asked', async () => {
    const session = open('waits', 'cid');
    const run = await session.send('Hello');
    expect(run).toMatchObject({ status: 'limit', error: { code: 'BudgetExceeded' } });
    expect(asked()).toEqual([]);
  });

  it.each<Name>(['chat-tools', 'claude-tools'])(
    'between a tool call and its answer leaves both to the fallback, without its reasoning (%s)',
    async (agent) => {
      const down = { match: { model: 'first' }, times: 2, status: 503, retryAfterMs: 1 };
      const call = { toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }] };
      stack.simulator.script([{ ...call, match: { model: 'first' } }, down]);
      const session = open(agent);
      const run = await session.send('How warm is it in Oslo?');
      expect(run).toMatchObject({ status: 'completed', metrics: { calls: 2, toolCalls: 1, failedAttempts: 2 } });
      expect(asked()).toEqual(['first-reason', 'first-reason', 'first-reason', 'second-reason']);
      await expectBilled(session);

      // A run stays with the fallback that answered it, though its own model is back.
      stack.simulator.reset();
      stack.simulator.script([down, { ...call, match: { model: 'second' } }]);
      expect(await session.send('And in Oslo now?')).toMatchObject({ status: 'completed', metrics: { calls: 2 } });
      expect(asked()).toEqual(['first-reason', 'first-reason', 'second-reason', 'second-reason']);
      expect(await session.send('Thank you')).toMatchObject({ status: 'completed' });
      expect(asked().at(-1)).toBe('first-reason');
    },
  );

  it('leaves the context to be held against its own window', async () => {
    stack.simulator.script({ match: { model: 'first' }, times: 2, status: 503, retryAfterMs: 1 });
    const session = open('chat');
    await session.send('Hello');
    expect(await session.metrics()).toMatchObject({ contextWindow: 32_000 });
  });

  it('gives way to no fallback whose window is too small', async () => {
    stack.simulator.script({ match: { model: 'first' }, times: 2, status: 503, retryAfterMs: 1 });
    const session = open('small');
    expect(await session.send('Tell me of the sea. '.repeat(400))).toMatchObject({ status: 'completed' });
    expect(asked()).toEqual(['first', 'first', 'third']);
    const started = await eventsOf(session.id, 'call.started');
    expect(started.at(-1)?.passedOver).toMatchObject([
      { model: 'chat/small', reason: expect.stringMatching(/tokens, its window has 1000/) },
      { model: 'chat/first', reason: 'overloaded, overloaded' },
    ]);
  });

  it('gives way to no fallback that can not take what the request holds, and says which', async () => {
    stack.simulator.script({ match: { model: 'first' }, times: 2, status: 503, retryAfterMs: 1 });
    const session = open('chat');
    const audio = { type: 'audio', data: Buffer.alloc(64).toString('base64'), mediaType: 'audio/wav' } as const;
    await session.send([{ type: 'text', text: 'What is this?' }, audio]);
    const failed = await eventsOf(session.id, 'call.failed');
    expect(failed.at(2)).toMatchObject({
      error: 'bad-request',
      message: expect.stringMatching(/claude takes no audio/),
      nextModel: 'chat/third',
    });
    expect((await stack.store.ledger(session.id))[2]).toMatchObject({ model: 'second', state: 'released' });
    expect(asked()).toEqual(['first', 'first', 'third']);

    stack.simulator.reset();
    const message = 'This model does not support structured output';
    stack.simulator.script([
      { match: { model: 'first' }, times: 2, status: 503, retryAfterMs: 1 },
      { match: { model: 'second' }, status: 400, message },
      { match: { model: 'third' }, answer: '{"city": "Oslo"}' },
    ]);
    const other = open('city');
    expect(await other.send('Which city?')).toMatchObject({ status: 'completed', output: { city: 'Oslo' } });
    expect((await eventsOf(other.id, 'call.failed')).at(2)).toMatchObject({ message, nextModel: 'chat/third' });
    await expectBilled(other);
  });

  it('gives way to no fallback that a budget does not cover: the run is refused, or asks the next', async () => {
    const down = { match: { model: 'first' }, times: 2, status: 503, retryAfterMs: 1 };
    stack.simulator.script(down);
    const run = await open('refuses', 'ann').send('Hello');
    expect(run).toMatchObject({ status: 'limit', error: { code: 'BudgetExceeded' }, metrics: { failedAttempts: 2 } });
    expect(asked()).toEqual(['first', 'first']);

    stack.simulator.reset();
    stack.simulator.script(down);
    const next = open('falls-back', 'bob');
    expect(await next.send('Hello')).toMatchObject({ status: 'completed' });
    expect(asked()).toEqual(['first', 'first', 'second']);
    const started = await eventsOf(next.id, 'call.started');
    expect(started.at(-1)?.passedOver).toMatchObject([
      { model: 'chat/dear', reason: expect.stringMatching(/budget of user bob/) },
      { model: 'chat/first' },
    ]);
    await expectBilled(next);
  });
});
