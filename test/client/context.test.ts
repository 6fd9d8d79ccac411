import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { defineAgent, defineConfig } from '../../src/config/index.ts';
import type { LoadlineError } from '../../src/domain/errors.ts';
import type { SessionOptions } from '../../src/client/api.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const config = defineConfig({
  agents: [
    defineAgent({
      name: 'assistant',
      model: 'simulated/small-8k',
      instructions: 'You are a helpful assistant.',
      summary: { model: 'simulated/loadline-sim-mini', keepRuns: 1 },
    }),
    defineAgent({
      name: 'eager',
      model: 'simulated/small-8k',
      history: { runs: 1 },
      summary: { keepRuns: 1, everyRuns: 1 },
    }),
    defineAgent({ name: 'forgetful', model: 'simulated/small-8k', summary: false }),
  ],
});

describe('the context of a session in the library', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  afterAll(async () => {
    await stack.close();
  });
  beforeEach(() => stack.simulator.reset());

  const open = (options: SessionOptions = {}) =>
    stack.api.session('assistant', { id: `context-${randomUUID()}`, ...options });
  const talked = async (runs: number, options: SessionOptions = {}) => {
    const session = open(options);
    await session.send('My locker code is 4711-X.');
    for (let n = 2; n <= runs; n++)
      await session.send(`My plan for day ${n} is to walk ${n} miles. ${'The path is wet. '.repeat(20)}`);
    return session;
  };
  const codeOf = async (work: PromiseLike<unknown>) =>
    await work.then(
      () => null,
      (error: unknown) => (error as LoadlineError).code,
    );

  it('is compacted on request, with the runs kept that are asked for', async () => {
    const session = await talked(5);
    const result = await session.compact({ keepRuns: 2 });
    expect(result).toMatchObject({ sessionId: session.id, cause: 'request', runs: 3 });
    expect(result.tokensSaved).toBe(result.tokensBefore - result.tokensAfter);
    expect(await session.compact()).toMatchObject({ runs: 1 });
    expect(await session.compact()).toMatchObject({ runs: 0, problem: 'there is nothing left to compact' });
  });

  it('is not compacted for a request that makes no sense, or of a session that is not open', async () => {
    const session = await talked(1);
    expect(await codeOf(session.compact({ keepRuns: 0.5 }))).toBe('InvalidMessage');
    await session.close();
    expect(await codeOf(session.compact())).toBe('SessionClosed');
    expect(await codeOf(stack.api.existing('nobody').compact())).toBe('SessionNotFound');
  });

  it('is told by state: what the latest request was made of, what was cut and why, the whole summary', async () => {
    const session = open();
    await session.start();
    expect(await session.state()).toMatchObject({ plan: null, summary: null, continues: null });
    for (let n = 1; n <= 4; n++) await session.send(`Note ${n}: ${'the lock of the shed is green. '.repeat(12)}`);
    const plain = (await session.state()).plan;
    expect(plain).toMatchObject({ window: 8_192, runs: 3, summaryTokens: 0, cut: [] });
    const long = `The shed: ${'its lock is green and old. '.repeat(40)}`;
    stack.simulator.script({ answer: long });
    await session.compact();
    const compacted = await session.state();
    expect(compacted.summary).toMatchObject({ firstSeq: 1, lastSeq: 6, text: long.trim() });
    // A summary is no request of a run.
    expect(compacted.plan).toEqual(plain);
    await session.send('And now?');
    const { plan } = await session.state();
    expect(plan).toMatchObject({ runs: 1, cut: [{ what: 'runs', count: 3, why: 'the summary stands for them' }] });
    expect(plan?.summaryTokens).toBeGreaterThan(200);
    expect(plan?.inputTokens).toBeLessThanOrEqual(plan?.inputBound ?? 0);
  });

  it('can be searched, also for what has left it', async () => {
    const session = await talked(4);
    await session.compact({ keepRuns: 0 });
    const [found, ...others] = await session.search('locker code', { limit: 1 });
    expect(found).toMatchObject({ number: 1, role: 'user', parts: [{ text: 'My locker code is 4711-X.' }] });
    expect(others).toEqual([]);
    expect(await session.search('submarine')).toEqual([]);
    expect(await codeOf(session.search(' '))).toBe('InvalidMessage');
    expect(await codeOf(session.search('code', { limit: 0 }))).toBe('InvalidMessage');
  });

  it('is compacted within a run without a word of that in the answer that a reader sees', async () => {
    const session = stack.api.session('eager', { id: `eager-${randomUUID()}` });
    await session.send('My locker code is 4711-X.');
    await session.send('My plan is to walk.');
    let text = '';
    const types: string[] = [];
    const sending = session.send('What is my locker code?');
    for await (const event of sending) {
      types.push(event.type);
      if (event.type === 'text.delta') text += event.delta;
    }
    expect(types).toContain('compaction.ended');
    expect(text).toBe((await sending).text);
  });

  it('begins with the summary of the session that it carries on, and counts for the same user and tenant', async () => {
    const old = await talked(3, { user: 'ann', tenant: 'port' });
    await old.close();
    const next = open({ from: old.id });
    const run = await next.send('What is my locker code?');
    expect(run.text).toContain('4711-X');
    expect(await next.state()).toMatchObject({
      user: 'ann',
      tenant: 'port',
      continues: old.id,
      summary: { throughRun: 0 },
    });
    expect(await next.start()).toMatchObject({ created: false });
    const signalled = open({ from: old.id });
    await signalled.signal('Hello');
    await until(async () => (await stack.store.session(signalled.id))?.user === 'ann');
    // What follows has numbers of its own.
    await next.send('Thank you.');
    expect((await next.compact({ keepRuns: 0 })).summary).toMatchObject({ firstSeq: 1, lastSeq: 4, throughRun: 2 });
  });

  it('carries on nobody else’s session, none that does not exist, and none without summaries', async () => {
    const old = await talked(1, { user: 'ann' });
    expect(await codeOf(open({ from: old.id, user: 'bob' }).start())).toBe('Forbidden');
    expect(await codeOf(open({ from: 'nothing' }).start())).toBe('SessionNotFound');
    expect(await codeOf(open({ from: 'nothing' }).send('Hello'))).toBe('SessionNotFound');
    const forgetful = stack.api.session('forgetful', { id: `forgetful-${randomUUID()}`, from: old.id });
    expect(await codeOf(forgetful.start())).toBe('ConfigInvalid');
    const other = await talked(1);
    expect(await codeOf(open({ id: other.id, from: old.id }).start())).toBe('SessionExists');
  });

  it('is compacted for who asks while a roll-over waits for another compaction', async () => {
    const session = await talked(7);
    await session.setLimits({ thresholds: { context: { warn: null, compact: 0.01 } } });
    stack.simulator.script({ match: { model: 'mini' }, firstTokenMs: 1_500 });
    await session.send('The eighth, after which the session rolls over.');
    await until(async () => (await session.state()).compacting);
    expect(await session.compact()).toMatchObject({ cause: 'request' });
    expect(await session.send('Still there?')).toMatchObject({ status: 'completed' });
  });
});
