import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { defineAgent, defineConfig } from '../../src/config/index.ts';
import { recentMessages } from '../../src/domain/carried.ts';
import { startStack, type Stack } from '../support/stack.ts';

const config = defineConfig({ agents: [defineAgent({ name: 'assistant' })] });

describe('a messageId', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await stack.close();
  });
  const session = () => stack.api.session('assistant', { id: `once-${randomUUID()}` });

  it('sent 50 times at once is answered once, with the same answer for everyone', async () => {
    stack.simulator.script({ firstTokenMs: 300 });
    const one = session();
    const results = await Promise.all(
      Array.from({ length: 50 }, async () => await one.send('Count me once', { messageId: 'm-50' })),
    );
    expect(new Set(results.map(({ runId }) => runId)).size).toBe(1);
    expect(new Set(results.map(({ text }) => text)).size).toBe(1);
    expect(stack.simulator.tally().totals.requests).toBe(1);
    expect(await one.metrics()).toMatchObject({ runs: 1, calls: 1 });
  });

  it('that comes again after its run ended gets the stored result, whatever its text', async () => {
    const one = session();
    const first = await one.send('Say it once', { messageId: 'm-again' });
    const again = await one.send('Something else', { messageId: 'm-again' });
    expect([again.runId, again.text]).toEqual([first.runId, first.text]);
    expect(stack.simulator.tally().totals.requests).toBe(1);
  });

  it('is known for the life of the session: across roll-overs, and when the workflow has forgotten it', async () => {
    const one = session();
    const first = await one.send('The first of many', { messageId: 'm-first' });
    const more = recentMessages + 6;
    for (let n = 0; n < more; n++) await one.send(`Message ${n}`, { messageId: `m-${n}` });
    const again = await one.send('The first of many', { messageId: 'm-first' });
    const late = await one.send('Message 10 once more', { messageId: `m-${more - 10}` });
    expect([again.runId, again.text]).toEqual([first.runId, first.text]);
    expect(late.runId).toBe(`${one.id}.${more - 10 + 2}`);
    expect(stack.simulator.tally().totals.requests).toBe(1 + more);
    expect(await one.metrics()).toMatchObject({ runs: 1 + more, calls: 1 + more });
  });

  it('signalled and sent joins the same run', async () => {
    stack.simulator.script({ firstTokenMs: 200 });
    const one = session();
    await one.signal('Answer this', { messageId: 'm-both' });
    const result = await one.send('Answer this', { messageId: 'm-both' });
    expect(result).toMatchObject({ status: 'completed', messageId: 'm-both' });
    expect(stack.simulator.tally().totals.requests).toBe(1);
  });
});
