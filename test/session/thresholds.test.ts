import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { LimitsPatch } from '../../src/client/index.ts';
import { defineAgent, defineConfig, defineTool } from '../../src/config/index.ts';
import { threeTotals } from '../support/conservation.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const spend = defineTool({
  name: 'spend',
  description: 'Spends tokens somewhere else',
  inputSchema: z.object({ tokens: z.number() }),
  execute: ({ tokens }, context) => {
    context.recordUsage({ provider: 'simulated', model: 'elsewhere', inputTokens: tokens, outputTokens: 0 });
    return 'spent';
  },
});

/** Each lets a call of the tool answer that waits. */
const held: (() => void)[] = [];

const hold = defineTool({
  name: 'hold',
  description: 'Answers when it is told to',
  inputSchema: z.object({}),
  execute: () => new Promise<string>((resolve) => held.push(() => resolve('done'))),
});

const config = defineConfig({
  agents: [
    defineAgent({ name: 'monitored', tools: [spend], thresholds: { session: { tokens: 200_000, onReach: 'warn' } } }),
    defineAgent({ name: 'brief', tools: [hold], thresholds: { session: { runs: 3 } } }),
    defineAgent({ name: 'worker', tools: [spend] }),
    defineAgent({
      name: 'cramped',
      model: 'simulated/cramped',
      summary: false,
      limits: { maxOutputTokens: 1_500 },
      thresholds: { context: { warn: 0.5, compact: 0.6, critical: 0.65, stop: 0.7 } },
    }),
  ],
  models: { 'simulated/cramped': { contextWindow: 4_000 } },
});

type Agent = (typeof config)['agents'][number]['name'];

describe('thresholds', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await stack.close();
  });
  const open = (agent: Agent, limits?: LimitsPatch) =>
    stack.api.session(agent, { id: `level-${randomUUID()}`, ...(limits === undefined ? {} : { limits }) });

  async function reached(sessionId: string) {
    const events = await stack.store.events(sessionId, { afterId: 0, limit: 1_000 });
    return events.flatMap((event) => (event.type === 'threshold.reached' ? [event] : []));
  }
  const levels = async (sessionId: string) =>
    (await reached(sessionId)).map(({ axis, measure, level }) => `${axis}.${measure}.${level}`);

  /** Nothing is in flight: what session, ledger and provider count is one sum. */
  async function expectClosed(session: ReturnType<typeof open>, reason: RegExp): Promise<void> {
    await until(async () => (await stack.store.session(session.id))?.status === 'closed');
    expect((await stack.store.session(session.id))?.closedReason).toMatch(reason);
    expect(await session.state()).toMatchObject({ status: 'closed', reason: expect.stringMatching(reason) });
    const events = await stack.store.events(session.id, { afterId: 0, limit: 1_000 });
    expect(events.at(-1)).toMatchObject({ type: 'session.closed', reason: expect.stringMatching(reason) });
    const requests = [() => session.send('One more'), () => session.signal('One more'), () => session.setLimits({})];
    for (const request of requests) {
      await expect(Promise.resolve(request())).rejects.toMatchObject({
        code: 'SessionClosed',
        message: expect.stringMatching(new RegExp(`${reason.source}.*\`loadline start --from ${session.id}\``)),
      });
    }
    const { metrics, ledger, provider } = await threeTotals(stack, session);
    expect([metrics, ledger]).toEqual([provider, provider]);
  }

  /** A run that is answered when two more messages wait behind it. */
  async function fillQueue(session: ReturnType<typeof open>) {
    const running = session.send('Wait for it [[tool hold {}]]');
    await until(() => held.length > 0);
    const queued = [session.send('The next'), session.send('The one after')];
    await until(async () => (await session.state()).queue.length === queued.length);
    held.pop()?.();
    expect(await running).toMatchObject({ status: 'completed' });
    return queued;
  }

  it('watch over 200,000 tokens of a session with one line of config: each level once, and nothing stops', async () => {
    const session = open('monitored');
    const fired = async (tokens: number) => {
      const run = await session.send(`[[tool spend {"tokens":${tokens}}]]`);
      expect(run.status).toBe('completed');
      return (await session.state()).thresholdsFired;
    };
    expect(await fired(180_000)).toEqual([]);
    expect(await fired(10_000)).toEqual(['session.tokens.warn']);
    expect(await fired(1)).toEqual(['session.tokens.warn']);
    expect(await fired(7_000)).toEqual(['session.tokens.warn', 'session.tokens.critical']);
    expect(await fired(5_000)).toHaveLength(3);
    expect(await session.send('Are you there?')).toMatchObject({ status: 'completed' });
    expect(await session.state()).toMatchObject({ status: 'open' });
    const events = await reached(session.id);
    expect(events.map(({ level }) => level)).toEqual(['warn', 'critical', 'reached']);
    expect(events.map(({ limit }) => limit)).toEqual([200_000, 200_000, 200_000]);
    for (const { message, suggestion } of events) {
      expect(message).toMatch(/^The session has used (19|20)\d,\d{3} of its 200,000 tokens$/);
      expect(suggestion).toContain(`loadline limits ${session.id} thresholds.session.tokens=400000`);
      expect(suggestion).toContain(`loadline start --from ${session.id}`);
    }
    // What the suggestion says is what helps.
    await session.setLimits({ thresholds: { session: { tokens: 400_000 } } });
    expect(await fired(1)).toEqual([]);
  });

  it('close a session that has had its runs, gracefully: it answers them all, and says why it takes no more', async () => {
    const session = open('brief');
    for (const text of ['One', 'Two']) expect(await session.send(text)).toMatchObject({ status: 'completed' });
    expect(await levels(session.id)).toEqual([]);
    expect(await session.send('Three')).toMatchObject({ status: 'completed' });
    await expectClosed(session, /the session has had 3 of its 3 runs \(thresholds\.session\.runs\)/);
    expect(await session.metrics()).toMatchObject({ runs: 3, calls: 3 });
    expect(await levels(session.id)).toEqual(['session.runs.warn', 'session.runs.critical', 'session.runs.reached']);
  });

  it('only tell of the runs when they are to warn', async () => {
    const session = open('brief', { thresholds: { session: { onReach: 'warn' } } });
    for (const text of ['One', 'Two', 'Three', 'Four']) {
      expect(await session.send(text)).toMatchObject({ status: 'completed' });
    }
    expect(await levels(session.id)).toHaveLength(3);
  });

  it('answer what waits in the queue as cancelled, with the reason', async () => {
    const session = open('brief', { thresholds: { session: { runs: 1 } } });
    await session.start();
    const queued = await fillQueue(session);
    for (const sending of queued) {
      expect(await sending).toMatchObject({ status: 'cancelled', reason: expect.stringMatching(/1 of its 1 runs/) });
    }
    await expectClosed(session, /1 of its 1 runs/);
  });

  it('end a run of endless tool calls at its next step, with what it has said, and close', async () => {
    const session = open('worker', { thresholds: { session: { tokens: 5_000 } } });
    stack.simulator.script([
      { answer: 'I look.', toolCalls: [{ name: 'spend', arguments: { tokens: 5_000 } }] },
      { answer: 'I look again.', toolCalls: [{ name: 'spend', arguments: { tokens: 7 } }], times: null },
    ]);
    const run = await session.send('Spend all of it');
    expect(run).toMatchObject({ status: 'limit', finishReason: 'limit', text: 'I look again.' });
    expect(run.reason).toMatch(/^the session has used 5,\d{3} of its 5,000 tokens \(thresholds\.session\.tokens\)$/);
    expect([stack.simulator.tally().totals.requests, run.metrics.toolCalls]).toEqual([2, 1]);
    const results = run.messages.flatMap(({ parts }) => parts.filter((part) => part.type === 'tool-result'));
    expect(results.map(({ output }) => output)).toEqual([
      'spent',
      expect.stringMatching(/^not executed: .*5,000 tokens/),
    ]);
    await until(async () => (await stack.store.session(session.id))?.status === 'closed');
    expect(await levels(session.id)).toEqual([
      'session.tokens.warn',
      'session.tokens.critical',
      'session.tokens.reached',
    ]);
  });

  it('close a session whose stop comes with a roll-over', async () => {
    const session = open('brief', { thresholds: { session: { runs: 8 } } });
    for (let number = 1; number <= 7; number++) await session.send(`Message ${number}`);
    const queued = await fillQueue(session);
    for (const sending of queued) {
      expect(await sending).toMatchObject({ status: 'cancelled', reason: expect.stringMatching(/8 of its 8 runs/) });
    }
    await expectClosed(session, /8 of its 8 runs/);
    expect(await levels(session.id)).toHaveLength(3);
  });

  it('keep what has fired over a roll-over', async () => {
    const session = open('brief', { thresholds: { session: { runs: 2, onReach: 'warn' } } });
    for (let number = 1; number <= 10; number++) await session.send(`Message ${number}`);
    expect((await session.state()).thresholdsFired).toHaveLength(3);
    expect(await levels(session.id)).toHaveLength(3);
  });

  it('warn of a context that fills, again once it had room, and close when nothing is left to compact', async () => {
    const session = open('cramped');
    stack.simulator.script([
      { answerTokens: 1_400 },
      { answerTokens: 20 },
      { answerTokens: 20 },
      { answerTokens: 1_400 },
    ]);
    await session.send('Tell me a story');
    expect((await session.state()).thresholdsFired).toEqual([]);
    await session.setLimits({ thresholds: { context: { warn: 0.3 } } });
    // A new level is in force with the next call, not before.
    expect((await session.state()).thresholdsFired).toEqual([]);
    await session.send('And then?');
    expect((await session.state()).thresholdsFired).toEqual(['context.warn']);
    await session.setLimits({ thresholds: { context: { warn: null } } });
    await session.send('And then?');
    expect((await session.state()).thresholdsFired).toEqual([]);
    await session.setLimits({ thresholds: { context: { warn: 0.4 } } });
    expect(await session.send('Tell me all of it')).toMatchObject({ status: 'completed' });
    const all = ['context.context.warn', 'context.context.compact', 'context.context.critical', 'context.context.stop'];
    expect(await levels(session.id)).toEqual(['context.context.warn', ...all]);
    expect((await reached(session.id)).at(-1)?.suggestion).toMatch(/^The session closes: nothing is left to compact/);
    await expectClosed(session, /window of 4,000 \(thresholds\.context\.stop\)/);
  });

  it('are refused in another order than their names promise, and nothing changes', async () => {
    const session = open('worker');
    await session.start();
    const before = await session.state();
    await expect(session.setLimits({ thresholds: { context: { warn: 0.9 } } })).rejects.toMatchObject({
      code: 'InvalidMessage',
      message: 'limits.thresholds.context.warn: 0.9 must be below compact (0.85)',
    });
    await expect(session.setLimits({ thresholds: { session: { criticalAt: 0.5 } } })).rejects.toMatchObject({
      code: 'InvalidMessage',
      message: 'limits.thresholds.session.warnAt: 0.95 must be at most criticalAt (0.5)',
    });
    expect(await session.state()).toEqual(before);
    const misfit = open('worker', { thresholds: { context: { warn: 0.9 } } });
    await expect(misfit.send('Hello')).rejects.toMatchObject({
      code: 'InvalidMessage',
      message: expect.stringMatching(/0\.9 must be below compact/),
    });
  });
});
