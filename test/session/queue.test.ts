import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Session } from '../../src/client/api.ts';
import { defineAgent, defineConfig } from '../../src/config/index.ts';
import type { RunResult } from '../../src/domain/run.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const config = defineConfig({ agents: [defineAgent({ name: 'assistant' }), defineAgent({ name: 'other' })] });

describe('the queue of a session', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await stack.close();
  });
  const session = () => stack.api.session('assistant', { id: `queue-${randomUUID()}` });
  const busy = async (one: Session<unknown>) => {
    stack.simulator.script({ match: { text: 'hold' }, hangAfterChunks: 1 });
    await one.signal('hold', { messageId: 'm-hold' });
    await until(async () => (await one.state()).currentRun !== null);
  };

  it('answers in the order of arrival', async () => {
    const one = session();
    await one.send('first');
    const results = await Promise.all([one.send('second'), one.send('third')]);
    const runs = await stack.store.runs(one.id, { limit: 10 });
    expect(results.every(({ status }) => status === 'completed')).toBe(true);
    expect(runs.map(({ number }) => number)).toEqual([3, 2, 1]);
  });

  it('refuses the ninth open send with QueueFull and keeps nothing of it', async () => {
    const one = session();
    await busy(one);
    const waiting = Array.from({ length: 8 }, (_, n) => one.send(`waiting ${n}`, { messageId: `w-${n}` }));
    await until(async () => (await one.state()).queue.length === 8);
    await expect(one.send('one too many', { messageId: 'w-9' })).rejects.toMatchObject({
      code: 'QueueFull',
      details: { limit: 8 },
    });
    await one.cancel();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(8).fill('completed'));
    const late = await one.send('now there is room', { messageId: 'w-9' });
    expect(late).toMatchObject({ status: 'completed', messageId: 'w-9' });
  });

  it('takes 64 signalled messages; the next becomes a failed run with the code, and an event', async () => {
    const one = session();
    await busy(one);
    for (let n = 0; n < 65; n++) await one.signal(`signalled ${n}`, { messageId: `s-${n}` });
    await one.signal('', { messageId: 's-empty' });
    const refused = await until(async () => await stack.store.runByMessageId(one.id, 's-64'));
    const empty = await until(async () => await stack.store.runByMessageId(one.id, 's-empty'));
    expect(refused?.result).toMatchObject({ status: 'failed', error: { code: 'QueueFull' } });
    expect(empty?.result).toMatchObject({ status: 'failed', error: { code: 'InvalidMessage' } });
    const ended = (await stack.store.events(one.id, { afterId: 0, limit: 500 })).filter(
      ({ type }) => type === 'run.ended',
    );
    expect(ended.map((event) => (event as { result?: RunResult }).result?.messageId)).toEqual(['s-64', 's-empty']);
    await one.cancel();
    await one.close();
  }, 60_000);

  it('cancels a queued run by its id, and the one in progress without one', async () => {
    const one = session();
    await busy(one);
    const queued = one.send('never answered', { messageId: 'q-1' });
    const kept = one.send('answered', { messageId: 'q-2' });
    const { queue } = await until(async () => {
      const state = await one.state();
      return state.queue.length === 2 ? state : null;
    });
    const runId = queue.find(({ messageId }) => messageId === 'q-1')?.runId ?? '';
    await one.cancel({ runId, reason: 'not needed' });
    expect(await queued).toMatchObject({ status: 'cancelled', runId, reason: 'not needed' });
    await one.cancel({ reason: 'took too long' });
    expect(await kept).toMatchObject({ status: 'completed' });
    const held = await stack.store.runByMessageId(one.id, 'm-hold');
    expect(held?.result).toMatchObject({ status: 'cancelled', reason: 'took too long', finishReason: 'cancelled' });
    expect(held?.result?.text).not.toBe('');
  });

  it('is answered `cancelled` when the session closes; the run in progress finishes', async () => {
    const one = session();
    await one.start();
    const release = stack.hold();
    const running = one.send('let me finish', { messageId: 'c-1' });
    await until(async () => (await one.state()).currentRun !== null);
    const queued = one.send('too late', { messageId: 'c-2' });
    await until(async () => (await one.state()).queue.length === 1);
    const closing = one.close({ reason: 'good night' });
    await until(async () => (await one.state()).status === 'closing');
    release();
    const metrics = await closing;
    expect(await running).toMatchObject({ status: 'completed' });
    expect(await queued).toMatchObject({ status: 'cancelled', reason: 'good night' });
    expect(metrics).toMatchObject({ calls: 1 });
    await expect(one.send('again')).rejects.toMatchObject({ code: 'SessionClosed' });
  });

  it('belongs to one agent: another one is SessionExists', async () => {
    const one = session();
    await one.send('Hello');
    const other = stack.api.session('other', { id: one.id });
    await expect(other.send('Hello')).rejects.toMatchObject({ code: 'SessionExists' });
    await expect(other.start()).rejects.toMatchObject({ code: 'SessionExists' });
    expect(await one.start()).toMatchObject({ created: false, status: 'open' });
  });

  it('of an unknown session is nobody’s: sending without an agent is SessionNotFound', async () => {
    await expect(stack.api.existing('nobody').send('Hello')).rejects.toMatchObject({ code: 'SessionNotFound' });
  });
});
