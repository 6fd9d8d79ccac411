import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { defineAgent, defineConfig } from '../../src/config/index.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const config = defineConfig({ agents: [defineAgent({ name: 'assistant' })] });

describe('a cancelled run', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  afterAll(async () => {
    await stack.close();
  });

  /** From the cancellation to the moment at which the provider noticed that nobody listens, in milliseconds. */
  async function cancelWhileWriting(question: string): Promise<number> {
    const session = stack.api.session('assistant', { id: `cancel-${randomUUID()}` });
    const sending = session.send(question);
    for await (const event of sending) if (event.type === 'text.delta') break;
    const cancelledAt = Date.now();
    await session.cancel({ reason: 'enough' });
    const result = await sending;
    expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' });
    expect(result.text).not.toBe('');
    const request = await until(
      () => stack.simulator.tally().requests.find((one) => one.question === question) ?? null,
    );
    expect(request.outcome).toBe('aborted');
    const metrics = await session.metrics();
    expect(metrics.totalTokens).toBeGreaterThanOrEqual(request.billed.input + request.billed.output);
    expect(metrics.estimatedTokens).toBe(metrics.totalTokens);
    const [row] = await stack.store.ledger(session.id);
    expect(row).toMatchObject({ state: 'estimated', error: 'aborted', answered: false });
    return Date.parse(request.endedAt) - cancelledAt;
  }

  it("closes the provider's socket within 3 s, 20 times of 20, and is charged no less than was billed", async () => {
    stack.simulator.reset();
    stack.simulator.script({ times: null, tokensPerSecond: 50, answerTokens: 4000 });
    const closedAfterMs: number[] = [];
    for (let n = 0; n < 20; n += 4) {
      const batch = Array.from({ length: 4 }, (_, one) => `Write for a long time, ${n + one}.`);
      closedAfterMs.push(...(await Promise.all(batch.map(cancelWhileWriting))));
    }
    expect(closedAfterMs.filter((ms) => ms > 3_000)).toEqual([]);
  }, 60_000);

  it('leaves the session to the next message, with what was written in its context', async () => {
    stack.simulator.reset();
    stack.simulator.script({ match: { text: 'begin' }, tokensPerSecond: 50, answerTokens: 4000 });
    const session = stack.api.session('assistant', { id: `cancel-next-${randomUUID()}` });
    const sending = session.send('begin');
    for await (const event of sending) if (event.type === 'text.delta') break;
    await session.cancel();
    const { text } = await sending;
    expect(await session.send('go on')).toMatchObject({ status: 'completed' });
    const messages = await session.messages();
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(messages[1]?.parts).toEqual([{ type: 'text', text }]);
  });
});
