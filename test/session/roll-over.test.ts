import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { defineAgent, defineConfig } from '../../src/config/index.ts';
import { billedTokens, metricsOfLedger } from '../support/conservation.ts';
import { eventCount, historiesOf, historyBytes } from '../support/history.ts';
import { startStack, type Stack } from '../support/stack.ts';

const config = defineConfig({
  agents: [
    defineAgent({ name: 'assistant', history: { runs: 3 }, summary: false }),
    defineAgent({ name: 'summing', history: { runs: 3 } }),
  ],
});

describe('rolling over', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  afterAll(async () => {
    await stack.close();
  });

  it('loses no message of 300 by 6 senders, and answers none twice', async () => {
    stack.simulator.reset();
    const session = stack.api.session('assistant', { id: `steady-${randomUUID()}` });
    const answers = await Promise.all(
      Array.from({ length: 6 }, async (_, sender) => {
        const texts: string[] = [];
        for (let n = 0; n < 50; n++) {
          const word = `s${sender}n${n}`;
          const result = await session.send(`Repeat ${word}`);
          expect(result.status).toBe('completed');
          expect(result.messages[0]?.parts).toEqual([{ type: 'text', text: `Repeat ${word}` }]);
          texts.push(result.runId);
        }
        return texts;
      }),
    );
    expect(new Set(answers.flat()).size).toBe(300);
    const tally = stack.simulator.tally();
    expect(tally.totals.requests).toBe(300);
    expect(new Set(tally.requests.map(({ question }) => question)).size).toBe(300);
    const metrics = await session.metrics();
    const billed = billedTokens(tally);
    expect(metrics).toMatchObject({
      runs: 300,
      calls: 300,
      failedAttempts: 0,
      inputTokens: billed.input,
      outputTokens: billed.output,
    });
    expect((await metricsOfLedger(stack.store, session.id)).totalTokens).toBe(metrics.totalTokens);
    const histories = await historiesOf(session.id);
    expect(histories.length).toBeGreaterThan(30);
  }, 120_000);

  it('keeps the history of a run of one call at 12 events and 8 KB beside its texts', async () => {
    const session = stack.api.session('summing', { id: `small-${randomUUID()}` });
    await session.send('Open the session');
    const before = await historiesOf(session.id);
    let texts = 0;
    for (let n = 0; n < 40; n++) {
      const question = `Question number ${n}`;
      const { text } = await session.send(question);
      texts += Buffer.byteLength(question) + Buffer.byteLength(text);
    }
    const after = await historiesOf(session.id);
    expect((eventCount(after) - eventCount(before)) / 40).toBeLessThanOrEqual(12);
    // A question stands in the update and in the activity's input, an answer in the activity's result and the update's.
    expect((historyBytes(after) - historyBytes(before) - 2 * texts) / 40).toBeLessThanOrEqual(8 * 1024);
  }, 60_000);

  it('carries a queue of large messages through the store', async () => {
    stack.simulator.reset();
    stack.simulator.script({ times: null, firstTokenMs: 20 });
    const session = stack.api.session('assistant', { id: `large-${randomUUID()}`, limits: { messageBytes: 262_144 } });
    const ids = await Promise.all(
      Array.from(
        { length: 14 },
        async (_, n) => await session.signal(`${n} ${'word '.repeat(24_000)}`, { messageId: `large-${n}` }),
      ),
    );
    const last = await session.send('And now?');
    expect(last.status).toBe('completed');
    const runs = await stack.store.runs(session.id, { limit: 20 });
    expect(runs.map(({ messageId }) => messageId).toSorted()).toEqual([...ids, last.messageId].toSorted());
    expect(runs.every(({ status }) => status === 'completed')).toBe(true);
    for (const history of await historiesOf(session.id)) {
      const carried = history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
      expect(carried?.length ?? 0).toBeLessThan(256 * 1024);
    }
  }, 60_000);
});
