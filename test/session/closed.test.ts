import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineAgent, defineConfig, defineTool } from '../../src/config/index.ts';
import type { SessionMetrics } from '../../src/domain/metrics.ts';
import { workflowIdOf } from '../../src/domain/session.ts';
import { startSweeper } from '../../src/worker/sweeper.ts';
import { billedTokens, metricsOfLedger, threeTotals } from '../support/conservation.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** Lets the tool answer that waits. */
let goOn: (() => void) | null = null;

const wait = defineTool({
  name: 'wait',
  description: 'Answers when it is told to',
  inputSchema: z.object({}),
  execute: () => new Promise<string>((resolve) => (goOn = () => resolve('done'))),
});

const config = defineConfig({
  agents: [defineAgent({ name: 'assistant', tools: [wait], limits: { maxOutputTokens: 100 } })],
});

describe('a closed session', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await stack.close();
  });
  const open = (id = `closed-${randomUUID()}`) => stack.api.session('assistant', { id });
  const handleOf = (sessionId: string) => stack.runtime.client.workflow.getHandle(workflowIdOf(sessionId));

  /** One round of the sweeper of a worker that finds every open run idle. */
  async function sweep(): Promise<void> {
    const errors: unknown[] = [];
    const { client } = stack.runtime;
    const sweeper = startSweeper({ store: stack.store, client, idleRunMs: -1_000, onError: (one) => errors.push(one) });
    await sweeper.sweep();
    await sweeper.stop();
    expect(errors).toEqual([]);
  }

  it('answers its metrics from Temporal, and from the store when that keeps it no longer', async () => {
    const session = open();
    await session.send('Hello');
    const last = await session.close({ reason: 'done' });
    expect(last).toMatchObject({ runs: 1, calls: 1 });
    expect(await handleOf(session.id).query<SessionMetrics>('metrics')).toEqual(last);
    const later = await stack.afterRetention();
    const remembered = later.api.existing(session.id);
    expect(await remembered.metrics()).toEqual(last);
    expect(await remembered.messages()).toHaveLength(2);
    expect(await remembered.run(`${session.id}.1`)).toMatchObject({ status: 'completed' });
    await later.close();
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
    const page = await stack.api.sessions({ status: 'closed', idPrefix: session.id });
    expect(page.sessions).toMatchObject([{ sessionId: session.id, metrics: last }]);
  });

  it('is not used again, whether Temporal still keeps it or not', async () => {
    const session = open();
    await session.send('Hello');
    await session.close();
    const expectClosed = async (api: typeof stack.api): Promise<void> => {
      const again = api.session('assistant', { id: session.id });
      await expect(again.start()).rejects.toMatchObject({ code: 'SessionClosed' });
      await expect(Promise.resolve(again.send('Hello?'))).rejects.toMatchObject({ code: 'SessionClosed' });
      await expect(again.signal('Hello?')).rejects.toMatchObject({ code: 'SessionClosed' });
      const existing = api.existing(session.id);
      await expect(Promise.resolve(existing.send('Hello?'))).rejects.toMatchObject({ code: 'SessionClosed' });
      await expect(existing.setLimits({ callsPerRun: 1 })).rejects.toMatchObject({ code: 'SessionClosed' });
      await expect(existing.close()).rejects.toMatchObject({ code: 'SessionClosed' });
    };
    await expectClosed(stack.api);
    const later = await stack.afterRetention();
    await expectClosed(later.api);
    await later.close();
    expect(await session.metrics()).toMatchObject({ runs: 1, calls: 1 });
    expect(stack.simulator.tally().totals.requests).toBe(1);
  });

  it('still tells the answer of a message that it had answered', async () => {
    const session = open();
    const run = await session.send('Hello', { messageId: 'm-kept' });
    await session.close();
    expect(await open(session.id).send('Hello', { messageId: 'm-kept' })).toEqual(run);
  });

  it('has finished its run and answered what was queued as cancelled', async () => {
    stack.simulator.script({ match: { text: 'Take your time' }, answer: 'Here I am.' });
    const release = stack.hold();
    const session = open();
    const running = session.send('Take your time');
    await until(async () => (await session.state().catch(() => null))?.currentRun?.calls === 0);
    const queued = ['One', 'Two'].map((text) => session.send(text));
    await session.signal('Three', { messageId: 'm-three' });
    await until(async () => (await session.state()).queue.length === 3);
    const closing = session.close({ reason: 'good night' });
    await until(async () => (await session.state()).status === 'closing');
    release();
    const last = await closing;
    expect(await running).toMatchObject({ status: 'completed', text: 'Here I am.' });
    for (const result of await Promise.all(queued)) {
      expect(result).toMatchObject({ status: 'cancelled', finishReason: 'cancelled', reason: 'good night' });
      expect(result.messages).toMatchObject([{ role: 'user' }]);
    }
    expect((await stack.store.runByMessageId(session.id, 'm-three'))?.result).toMatchObject({ status: 'cancelled' });
    expect(last).toMatchObject({ runs: 4, calls: 1 });
    expect(stack.simulator.tally().totals.requests).toBe(1);
  });

  it('that was terminated is closed by the sweeper: its run ends, its reservation is charged', async () => {
    stack.simulator.script({ hangAfterChunks: 3, answerTokens: 50 });
    const session = open();
    const sent = session.send('Hello');
    sent.then(undefined, () => undefined);
    await until(async () => (await stack.store.ledger(session.id)).length > 0);
    await until(() => stack.simulator.tally().running === 1);
    await handleOf(session.id).terminate('by hand');
    // The worker hears of it at its next heartbeat, and closes the attempt's row as an estimate.
    await until(async () => (await stack.store.ledger(session.id))[0]?.state !== 'reserved');
    await sweep();
    const run = await stack.store.run(session.id, `${session.id}.1`);
    expect(run?.result).toMatchObject({ status: 'failed', error: { code: 'SessionClosed' } });
    expect(run?.result?.reason).toMatch(/terminated/);
    expect(await stack.store.session(session.id)).toMatchObject({ status: 'failed' });
    const metrics = await session.metrics();
    const billed = billedTokens(stack.simulator.tally());
    expect(metrics.inputTokens).toBeGreaterThanOrEqual(billed.input);
    expect(metrics.outputTokens).toBeGreaterThanOrEqual(billed.output);
    expect((await metricsOfLedger(stack.store, session.id)).totalTokens).toBe(metrics.totalTokens);
    await expect(Promise.resolve(open(session.id).send('Again'))).rejects.toMatchObject({ code: 'SessionClosed' });
    expect(stack.simulator.tally().totals.requests).toBe(1);
  });

  it('that was terminated while idle is not begun anew under its id', async () => {
    const session = open();
    const run = await session.send('Hello', { messageId: 'm-first' });
    await handleOf(session.id).terminate('by hand');
    await expect(Promise.resolve(session.send('Again'))).rejects.toMatchObject({ code: 'SessionClosed' });
    await expect(session.signal('Again').then(() => session.state())).rejects.toMatchObject({ code: 'SessionClosed' });
    expect(await stack.store.session(session.id)).toMatchObject({ status: 'failed' });
    expect(await session.send('Hello', { messageId: 'm-first' })).toEqual(run);
    expect(await session.metrics()).toMatchObject({ runs: 1, calls: 1 });
    expect(stack.simulator.tally().totals.requests).toBe(1);
  });

  it('is not made of one whose workflow runs, though its run has long had no call in flight', async () => {
    stack.simulator.script([{ toolCalls: [{ name: 'wait', arguments: {} }] }, { answer: 'Here I am.' }]);
    const session = open();
    const sent = session.send('Wait for me');
    await until(() => goOn !== null);
    await sweep();
    goOn?.();
    expect(await sent).toMatchObject({ status: 'completed', text: 'Here I am.' });
    expect(await stack.store.session(session.id)).toMatchObject({ status: 'open' });
  });
});

describe('a reservation whose lease has ended', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  afterAll(async () => {
    await stack.close();
  });

  it('is lost and charged in full, until a late settlement tells the open session what was billed', async () => {
    stack.simulator.script({ answer: 'Late, but here.', firstTokenMs: 1_500 });
    const session = stack.api.session('assistant', { id: `lease-${randomUUID()}` });
    const sent = session.send('Hello');
    const row = await until(async () => (await stack.store.ledger(session.id))[0] ?? null);
    await stack.store.prolong(row.id, Date.now() - 1);
    const { client } = stack.runtime;
    const sweeper = startSweeper({ store: stack.store, client, onError: () => undefined });
    await sweeper.sweep();
    await sweeper.stop();
    const [lost] = await stack.store.ledger(session.id);
    expect(lost).toMatchObject({ state: 'lost', error: 'lost' });
    const metrics = await until(async () => {
      const now = await session.metrics();
      return now.failedAttempts > 0 && now;
    });
    expect(metrics).toMatchObject({
      inputTokens: row.reservation.inputTokens,
      outputTokens: row.reservation.outputTokens,
      estimatedTokens: row.reservation.inputTokens + row.reservation.outputTokens,
    });
    const run = await sent;
    expect(run).toMatchObject({
      status: 'completed',
      text: 'Late, but here.',
      metrics: { calls: 1, failedAttempts: 0 },
    });
    expect(await stack.store.ledger(session.id)).toMatchObject([{ state: 'settled', answered: true, error: null }]);
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
    expect(await session.metrics()).toMatchObject({ failedAttempts: 0, estimatedTokens: 0 });
  });

  it('is corrected by the signal ledger, of which the highest version counts', async () => {
    const session = stack.api.session('assistant', { id: `late-${randomUUID()}` });
    await session.send('Hello');
    const before = await session.metrics();
    const handle = stack.runtime.client.workflow.getHandle(workflowIdOf(session.id));
    const row = await stack.store.session(session.id);
    if (row === null) throw new Error('The session is not in the store');
    const corrected = { ...row.totals, version: row.totals.version + 1, toolCalls: 3 };
    await handle.signal('ledger', corrected);
    await until(async () => (await session.metrics()).toolCalls === 3);
    await handle.signal('ledger', { ...corrected, version: row.totals.version, toolCalls: 99 });
    await handle.signal('ledger', { ...corrected, version: row.totals.version + 5, sum: null });
    expect(await session.metrics()).toMatchObject({ toolCalls: 3, totalTokens: before.totalTokens });
  });
});
