import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { defineAgent, defineConfig, type BudgetSettings } from '../../src/config/index.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

function configWith(url: string, budgets: readonly BudgetSettings[]) {
  const limits = { maxOutputTokens: 200 };
  return defineConfig({
    agents: [
      defineAgent({ name: 'refuses', limits }),
      defineAgent({ name: 'waits', limits, onBudget: 'wait' }),
      defineAgent({
        name: 'falls-back',
        limits,
        onBudget: 'fallback',
        model: 'priced/large',
        fallbacks: ['priced/small'],
      }),
    ],
    // At the simulator's address, and not marked as simulated: its models have prices.
    providers: { priced: { api: 'openai-chat', baseURL: `${url}/v1` } },
    models: {
      'priced/large': { contextWindow: 128_000, price: { input: 10, output: 10 } },
      'priced/small': { contextWindow: 128_000, price: { input: 0.1, output: 0.1 } },
    },
    budgets,
  });
}

type Given = ReturnType<typeof configWith>;

describe('a budget', () => {
  let stack: Stack<Given>;
  afterEach(async () => {
    await stack.close();
  });
  const start = async (...budgets: BudgetSettings[]) => {
    stack = await startStack((url) => configWith(url, budgets));
  };
  const session = (agent: 'refuses' | 'waits' | 'falls-back', user?: string) =>
    stack.api.session(agent, { id: `budget-${randomUUID()}`, ...(user === undefined ? {} : { user }) });

  it('refuses the call that it does not cover, before anything is sent, and says what to do', async () => {
    await start({ scope: 'user', window: 'day', tokens: 500 });
    const one = session('refuses', 'ann');
    expect(await one.send('Hello')).toMatchObject({ status: 'completed' });
    expect(await one.send('Hello again')).toMatchObject({ status: 'completed' });
    let last = await one.send('And again');
    while (last.status === 'completed') last = await one.send('And again');
    expect(last).toMatchObject({
      status: 'limit',
      error: { code: 'BudgetExceeded', details: { scope: 'user', key: 'ann', limit: 500 } },
    });
    expect(last.reason).toMatch(/budget of user ann, day.*resets at.*loadline budget raise user ann/s);
    const requests = stack.simulator.tally().totals.requests;
    expect(await session('refuses', 'bob').send('Hello')).toMatchObject({ status: 'completed' });
    expect(await session('refuses').send('Hello')).toMatchObject({ status: 'completed' });
    expect(stack.simulator.tally().totals.requests).toBe(requests + 2);
  });

  it('makes an agent with the policy `wait` wait durably, tell so, and go on when it is raised', async () => {
    await start({ scope: 'user', window: 'day', tokens: 400 });
    const one = session('waits', 'ann');
    let result = await one.send('Hello', { messageId: 'm-0' });
    for (let n = 1; result.status === 'completed'; n++) result = await one.send('Hello', { messageId: `m-${n}` });
    expect(result).toMatchObject({ status: 'waiting', waitingFor: [{ kind: 'budget', until: expect.any(String) }] });
    expect(await one.state()).toMatchObject({ waitingFor: [{ kind: 'budget' }], currentRun: { status: 'waiting' } });
    await stack.restartWorker();
    const override = {
      scope: 'user',
      key: 'ann',
      window: 'day',
      unit: 'tokens',
      timeZone: 'UTC',
      windowStart: null,
    } as const;
    await stack.store.setBudget({ ...override, limit: 10_000 });
    const raisedAt = Date.now();
    const run = await until(async () => (await stack.store.run(one.id, result.runId))?.result ?? null, 40_000);
    expect(run).toMatchObject({ status: 'completed' });
    expect(Date.now() - raisedAt).toBeLessThan(30_000);
  }, 90_000);

  it('is waited for no longer when the session closes, and the message is answered `cancelled`', async () => {
    await start({ scope: 'user', window: 'day', tokens: 400 });
    const one = session('waits', 'ann');
    let result = await one.send('Hello', { messageId: 'm-0' });
    for (let n = 1; result.status === 'completed'; n++) result = await one.send('Hello', { messageId: `m-${n}` });
    expect(result).toMatchObject({ status: 'waiting' });
    await one.close({ reason: 'enough for today' });
    const run = await until(async () => (await stack.store.run(one.id, result.runId))?.result ?? null);
    expect(run).toMatchObject({ status: 'cancelled', reason: 'enough for today' });
    await until(async () => (await stack.store.session(one.id))?.status === 'closed');
  });

  it('in dollars lets an agent fall back to a cheaper model, marked in details', async () => {
    await start({ scope: 'all', window: 'month', cost: 0.006 });
    const one = session('falls-back');
    const models: string[] = [];
    for (let n = 0; n < 40 && models.at(-1) !== 'fallback'; n++) {
      const { status, metrics } = await one.send('Tell me a little more');
      expect(status).toBe('completed');
      models.push(...Object.keys(metrics.details));
    }
    expect([models[0], models.at(-1)]).toEqual(['model', 'fallback']);
    const { details } = await one.metrics();
    expect(details['fallback']).toMatchObject([{ provider: 'priced', model: 'small', calls: 1 }]);
  });

  it('refuses at once what it can never cover, whatever the policy', async () => {
    await start({ scope: 'session', window: 'lifetime', tokens: 50 });
    expect(await session('waits').send('Hello')).toMatchObject({ status: 'limit', error: { code: 'BudgetExceeded' } });
    expect(stack.simulator.tally().totals.requests).toBe(0);
  });

  it('warns once a window', async () => {
    await start({ scope: 'session', window: 'day', tokens: 2_000, warnAt: 0.05 });
    const one = session('refuses');
    for (let n = 0; n < 6; n++) await one.send(`Tell me something, number ${n}`);
    const events = await stack.store.events(one.id, { afterId: 0, limit: 500 });
    expect(events.filter(({ type }) => type === 'budget.warned')).toHaveLength(1);
  });
});
