import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { defineConfig } from '../../src/config/index.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { modelOf, said, twoLevels } from '../support/teams.ts';
import { until } from '../support/until.ts';

const waits = { onBudget: 'wait', fallbacks: [modelOf('deputy')], limits: { maxOutputTokens: 200 } } as const;
const config = defineConfig({
  ...twoLevels(
    'coordinate',
    { limits: { maxOutputTokens: 200 } },
    { ann: waits, bob: { fallbacks: [modelOf('deputy')], limits: { maxOutputTokens: 200 } } },
  ),
  budgets: [{ scope: 'agent', window: 'day', tokens: 2_000 }],
});

describe('in a team', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await stack.close();
  });
  const give = (member: string, task: string) => ({ name: 'delegate', arguments: { member, task } });
  const billed = (name: string): number =>
    stack.simulator
      .tally()
      .requests.filter(({ model }) => model.endsWith(`sim-${name}`))
      .reduce((sum, { billed: { input, output } }) => sum + input + output, 0);

  it('a member waits for its budget, its session tells so, and the run goes on when it is raised', async () => {
    const budget = { scope: 'agent', key: 'ann', window: 'day', unit: 'tokens', timeZone: 'UTC' } as const;
    stack.simulator.script({
      ...said('desk'),
      toolCalls: [give('ann', 'Say something.'), give('bob', 'Say something else.')],
    });
    stack.simulator.script({ ...said('ann'), answer: 'Something.' });
    stack.simulator.script({ ...said('desk'), toolCalls: [give('ann', 'Say more.')] });
    stack.simulator.script({ ...said('ann'), answer: 'More.' });
    stack.simulator.script({ ...said('desk'), answer: 'They have spoken.' });
    // So much that what is left of the budget is less than the worst case of a second call.
    await stack.store.setBudget({ ...budget, windowStart: null, limit: 240 });
    const session = stack.api.session('desk', { id: `budget-${randomUUID()}` });
    const waiting = await session.send('Ask them.', { messageId: 'm-1' });
    expect(waiting).toMatchObject({ status: 'waiting', waitingFor: [{ kind: 'budget', agent: 'ann' }] });
    expect(await session.state()).toMatchObject({ waitingFor: [{ kind: 'budget', agent: 'ann' }] });
    expect(billed('deputy')).toBe(0);
    await stack.store.setBudget({ ...budget, windowStart: null, limit: 2_000 });
    const result = await until(async () => (await stack.store.run(session.id, waiting.runId))?.result ?? null, 60_000);
    expect(result).toMatchObject({ status: 'completed', text: 'They have spoken.' });
    expect(result?.metrics.members).toMatchObject({ ann: { calls: 2 }, bob: { calls: 1 } });
    expect(result?.metrics.members?.['ann']?.totalTokens).toBe(billed('ann'));
    expect((await session.metrics()).totalTokens).toBe(
      ['desk', 'ann', 'bob'].reduce((sum, name) => sum + billed(name), 0),
    );
    expect(await session.state()).toMatchObject({ waitingFor: [] });
  }, 90_000);

  it("a member's fallback answers for it, and stands on the member's bill", async () => {
    stack.simulator.script({ ...said('desk'), toolCalls: [give('bob', 'Say something.')] });
    stack.simulator.script({ ...said('bob'), times: 2, status: 503, retryAfterMs: 1 });
    stack.simulator.script({ ...said('deputy'), answer: 'Bob is away; I say something.' });
    stack.simulator.script({ ...said('desk'), answer: 'Something was said.' });
    const session = stack.api.session('desk', { id: `fallback-${randomUUID()}` });
    const run = await session.send('Ask bob.');
    expect(run).toMatchObject({ status: 'completed', text: 'Something was said.', metrics: { failedAttempts: 2 } });
    const bob = run.metrics.members?.['bob'];
    expect(bob).toMatchObject({
      calls: 1,
      failedAttempts: 2,
      details: { fallback: [{ model: 'sim-deputy', calls: 1 }] },
    });
    expect(bob?.totalTokens).toBe(billed('deputy'));
    expect(run.metrics.totalTokens).toBe(billed('desk') + billed('deputy'));
    const heard = stack.requests.findLast(({ text }) => text.includes('sim-desk'))?.text;
    expect(heard).toContain('Bob is away; I say something.');
    const audit = await stack.store.recomputeTotals(session.id);
    expect(audit?.recomputed).toEqual(audit?.stored);
  });
});
