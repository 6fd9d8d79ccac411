import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionClient, type SessionApi } from '../../src/client/index.ts';
import { defineAgent, defineConfig } from '../../src/config/index.ts';
import { metricsOfLedger } from '../support/conservation.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const config = defineConfig({
  agents: [defineAgent({ name: 'assistant', limits: { maxOutputTokens: 200 } })],
  budgets: [
    { scope: 'user', window: 'day', tokens: 2_000, timeZone: 'Europe/Oslo' },
    { scope: 'user', window: 'month', cost: 3 },
    { scope: 'tenant', window: 'lifetime', uncachedTokens: 50_000 },
  ],
});

let stack: Stack<typeof config>;
/** Without the config: what the worker published is all that it knows. */
let client: SessionClient<typeof config>;

beforeAll(async () => {
  stack = await startStack(config);
  const { temporalAddress, databaseUrl, taskQueue, folder } = stack;
  client = new SessionClient({ temporalAddress, databaseUrl, taskQueue, home: folder });
});
afterAll(async () => {
  await client.close();
  await stack.close();
});

const spend = { provider: 'openai', model: 'gpt-5.2', inputTokens: 900, outputTokens: 100 };

describe('budgets.check', () => {
  it('tells how the tightest budget stands, without reserving', async () => {
    await client.usage.record({ ...spend, user: 'ann', cost: 0.5 });
    const facts = { fits: true, spent: 1_000, reserved: 0, limit: 2_000 };
    expect(await client.budgets.check({ user: 'ann', tokens: 1_000 })).toMatchObject({
      ...facts,
      resetsAt: expect.stringMatching(/T2[23]:00:00\.000Z$/),
      budget: { scope: 'user', key: 'ann', window: 'day', unit: 'tokens', timeZone: 'Europe/Oslo' },
    });
    expect(await client.budgets.check({ user: 'ann', tokens: 1_001 })).toMatchObject({ ...facts, fits: false });
    expect(await client.budgets.check({ user: 'ann', tokens: 1_000 })).toMatchObject(facts);
  });

  it('answers in dollars where these are short', async () => {
    expect(await client.budgets.check({ user: 'dave', tokens: 1, cost: 3.01 })).toMatchObject({
      fits: false,
      limit: 3,
      budget: { unit: 'cost' },
    });
  });

  it('takes the user of a session, and finds that nothing applies to nobody', async () => {
    await stack.api.session('assistant', { id: 'of-ann', user: 'ann' }).start();
    await until(async () => await stack.store.session('of-ann'));
    expect(await client.budgets.check({ session: 'of-ann' })).toMatchObject({ spent: 1_000 });
    const nobody = { fits: true, spent: 0, reserved: 0, limit: null, resetsAt: null, budget: null };
    expect(await client.budgets.check({ agent: 'assistant', tokens: 1e9 })).toEqual(nobody);
  });

  it('never fits what is exhausted, whatever is asked for', async () => {
    await client.budgets.set({ scope: 'user', key: 'carl', window: 'day', tokens: 0 });
    expect(await client.budgets.check({ user: 'carl' })).toMatchObject({ fits: false, limit: 0 });
  });
});

describe('budgets.set and raise', () => {
  it('bind the next call, and the raise ends with the window', async () => {
    const session = stack.api.session('assistant', { id: 'of-eve', user: 'eve' });
    const target = { scope: 'user', key: 'eve', window: 'day' } as const;
    expect(await client.budgets.set({ ...target, tokens: 10 })).toMatchObject({ limit: 10, timeZone: 'Europe/Oslo' });
    expect(await session.send('Hello')).toMatchObject({ status: 'limit', error: { code: 'BudgetExceeded' } });
    expect(await client.budgets.raise({ ...target, by: 2_000 })).toMatchObject({ limit: 2_010, unit: 'tokens' });
    expect(await session.send('Hello')).toMatchObject({ status: 'completed' });
    const [listed] = await client.budgets.list({ scope: 'user', key: 'eve', window: 'day' });
    expect(listed).toMatchObject({ limit: 2_010, reserved: 0, unreserved: 0 });
    expect(listed?.spent).toBe((await session.metrics()).totalTokens);
    const tomorrow = Date.now() + 36 * 3_600_000;
    const next = (await stack.store.budgetsInForce(tomorrow)).find(
      ({ key, window }) => key === 'eve' && window === 'day',
    );
    expect(next).toMatchObject({ limit: 10, spent: 0 });
  });

  it('raise in dollars and tokens alike, and need the unit where there is a choice', async () => {
    await client.budgets.set({ scope: 'user', window: 'month', tokens: 90_000 });
    const raise = { scope: 'user', window: 'month', by: 0.5 } as const;
    await expect(client.budgets.raise(raise)).rejects.toThrow(/several budgets of every user, month: cost .*, tokens/);
    expect(await client.budgets.raise({ ...raise, unit: 'cost' })).toMatchObject({ key: null, limit: 3.5 });
    await expect(client.budgets.raise({ ...raise, unit: 'tokens' })).rejects.toThrow('must be a whole number');
  });

  it('refuse what can be no budget', async () => {
    const day = { scope: 'user', key: 'ann', window: 'day' } as const;
    const refused = { code: 'InvalidMessage' };
    await expect(client.budgets.set(day)).rejects.toMatchObject(refused);
    await expect(client.budgets.set({ ...day, tokens: 1, cost: 1 })).rejects.toMatchObject(refused);
    await expect(client.budgets.set({ ...day, tokens: -1 })).rejects.toMatchObject(refused);
    await expect(client.budgets.set({ ...day, tokens: 1, timeZone: 'Mars' })).rejects.toMatchObject(refused);
    await expect(client.budgets.set({ ...day, scope: 'all', tokens: 1 })).rejects.toMatchObject(refused);
    await expect(client.budgets.raise({ ...day, by: -5 })).rejects.toMatchObject(refused);
    await expect(client.budgets.check({ user: 'ann', tokens: 1.5 })).rejects.toMatchObject(refused);
  });
});

describe('usage.record', () => {
  it('counts once by its key, passes the limit, and the next call is refused', async () => {
    const over = { ...spend, inputTokens: 2_900, user: 'fay', idempotencyKey: 'invoice-7' };
    await client.usage.record(over);
    await client.usage.record(over);
    const [budget] = await client.budgets.list({ key: 'fay', window: 'day' });
    expect(budget).toMatchObject({ spent: 3_000, unreserved: 3_000, limit: 2_000 });
    const session = stack.api.session('assistant', { user: 'fay' });
    expect(await session.send('Hello')).toMatchObject({ status: 'limit', error: { code: 'BudgetExceeded' } });
  });

  it('is part of the metrics of the session that it names, whose user pays', async () => {
    const session = stack.api.session('assistant', { id: 'of-gus', user: 'gus', tenant: 'acme' });
    await session.send('Hello');
    const before = await session.metrics();
    await client.usage.record({ ...spend, session: 'of-gus', cost: 0.25 });
    const after = await until(async () => {
      const metrics = await session.metrics();
      return metrics.totalTokens !== before.totalTokens && metrics;
    });
    expect(after.totalTokens).toBe((before.totalTokens ?? 0) + 1_000);
    expect(after.details['external']).toMatchObject([{ provider: 'openai', model: 'gpt-5.2', cost: 0.25 }]);
    expect((await metricsOfLedger(stack.store, 'of-gus')).totalTokens).toBe(after.totalTokens);
    expect(await client.budgets.list({ scope: 'tenant' })).toMatchObject([{ key: 'acme', spent: after.totalTokens }]);
    const twice = await stack.store.recomputeTotals('of-gus');
    expect(twice?.stored).toEqual(twice?.recomputed);
  });

  it("has the catalogue's price of the day when no cost is given, and none where there is no price", async () => {
    await client.usage.record({ ...spend, tenant: 'priced' });
    await client.usage.record({ ...spend, tenant: 'priced', provider: 'nobody' });
    const lines = await client.usage.report({ by: ['tenant', 'model', 'type'] });
    const ours = lines.filter(({ group }) => group.tenant === 'priced');
    expect(ours).toMatchObject([
      { group: { model: 'nobody/gpt-5.2', type: 'external' }, cost: 0, costUnknown: 1 },
      { group: { model: 'openai/gpt-5.2' }, costUnknown: 0, unreservedTokens: 1_000 },
    ]);
    expect(ours[1]?.cost).toBeGreaterThan(0);
  });

  it('refuses numbers that no ledger can hold, and sessions that are not there', async () => {
    const record = (wrong: Partial<typeof spend> & { session?: string }) => client.usage.record({ ...spend, ...wrong });
    await expect(record({ inputTokens: 1.5 })).rejects.toMatchObject({ code: 'InvalidMessage' });
    await expect(record({ provider: '' })).rejects.toMatchObject({ code: 'InvalidMessage' });
    await expect(record({ session: 'nobody' })).rejects.toMatchObject({ code: 'SessionNotFound' });
  });
});

describe('usage.report', () => {
  it('leaves out what was simulated unless it is asked for', async () => {
    const api: SessionApi<typeof config> = stack.api;
    const total = async (simulated: boolean) => (await api.usage.report({ simulated }))[0]?.totalTokens ?? 0;
    expect(await total(true)).toBeGreaterThan(await total(false));
    await expect(api.usage.report({ from: 'noon' })).rejects.toMatchObject({ code: 'InvalidMessage' });
  });
});
