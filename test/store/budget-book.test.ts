import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { BudgetRule } from '../../src/domain/budget.ts';
import { unnamed, type LedgerRow } from '../../src/domain/ledger.ts';
import { plainUsage } from '../../src/domain/usage.ts';
import type { Store } from '../../src/store/index.ts';
import { openedStore, owner, reservedRow, settlementOf, start } from './fixtures.ts';

const daily: BudgetRule = { scope: 'user', window: 'day', unit: 'tokens', limit: 2_000, timeZone: 'UTC', warnAt: 0.8 };
const everything: BudgetRule = { ...daily, scope: 'all', window: 'month', limit: 9_000 };
const rules = [daily, everything];
const annDaily = { scope: 'user', key: 'ann', window: 'day', unit: 'tokens', timeZone: 'UTC' } as const;
const today = '2026-11-22T00:00:00.000Z';
const tomorrow = start + 24 * 3_600_000;

function spent(id: string, tokens: number, of: Partial<LedgerRow> = {}): LedgerRow {
  const usage = plainUsage(tokens, 0);
  return {
    ...reservedRow('s1', null, id),
    id,
    state: 'settled',
    usage,
    costNanoUsd: 0,
    answered: true,
    unreserved: true,
    ...of,
  };
}

let store: Store;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ store, remove } = await openedStore());
  await store.publishBudgetRules(rules);
});
afterEach(async () => await remove());

async function standing(scope: string, at = start) {
  return (await store.budgetsInForce(at)).find((one) => one.scope === scope);
}

describe('published rules', () => {
  it('are those of the worker that came last, as a whole', async () => {
    expect(await store.budgetRules()).toEqual(expect.arrayContaining(rules));
    await store.publishBudgetRules([{ ...daily, limit: 1 }, daily]);
    expect(await store.budgetRules()).toEqual([daily]);
  });

  it('give the limit that a budget has now, not the one at its last reservation', async () => {
    await store.recordSpend(spent('x1', 500), rules);
    await store.publishBudgetRules([{ ...daily, limit: 700 }]);
    expect(await store.budgetsInForce(start)).toMatchObject([{ scope: 'user', key: 'ann', limit: 700, spent: 500 }]);
  });

  it('show the budget of everything before anybody spends, and those with a limit of their own', async () => {
    await store.setBudget({ ...annDaily, key: 'bob', limit: 5, windowStart: null });
    expect(await store.budgetsInForce(start)).toMatchObject([
      { scope: 'all', key: '*', spent: 0, limit: 9_000, end: '2026-12-01T00:00:00.000Z' },
      { scope: 'user', key: 'bob', spent: 0, limit: 5 },
    ]);
  });
});

describe('a raise', () => {
  const raise = (by: number, at = start) =>
    store.raiseBudget({ id: randomUUID(), reference: { scope: 'user', key: 'ann', window: 'day' }, by: () => by, at });

  it('adds to the limit in force, each one on top of the one before, in this window alone', async () => {
    expect(await raise(500)).toMatchObject({ limit: 2_500, start: today });
    expect(await raise(500)).toMatchObject({ limit: 3_000, start: today });
    await store.recordSpend(spent('x1', 1), rules);
    expect(await standing('user')).toMatchObject({ limit: 3_000 });
    expect(await raise(1, tomorrow)).toMatchObject({ limit: 2_001 });
  });

  it('counts each of those that come at once', async () => {
    await Promise.all(Array.from({ length: 10 }, () => raise(100)));
    expect(await standing('user')).toMatchObject({ limit: 3_000 });
  });

  it('gives way to a limit that is set afterwards', async () => {
    await raise(5_000);
    await store.setBudget({ ...annDaily, limit: 100, windowStart: null });
    expect(await standing('user')).toMatchObject({ limit: 100 });
    expect(await store.budgetOverrides()).toHaveLength(1);
  });

  it('of one that is not there, or of one of several, is refused with what there is', async () => {
    const reference = { scope: 'agent', key: 'assistant', window: 'day' } as const;
    await expect(store.raiseBudget({ id: 'x', reference, by: () => 1, at: start })).rejects.toMatchObject({
      code: 'InvalidMessage',
      message: 'There is no such budget of agent assistant, day; set one first',
    });
    await store.publishBudgetRules([daily, { ...daily, unit: 'cost' }]);
    await expect(raise(1)).rejects.toThrow('several budgets of user ann, day: cost in UTC, tokens in UTC');
  });
});

describe('spending after the fact', () => {
  it('may pass a limit, is told apart, and makes the next call be refused', async () => {
    await store.recordSpend(spent('x1', 2_500), rules);
    expect(await standing('user')).toMatchObject({ spent: 2_500, unreserved: 2_500, limit: 2_000 });
    const row = reservedRow('s1', 'r1', 'c1');
    const { shortfall } = await store.reserve({ row, rules, owner, leaseUntil: start + 60_000, events: [] });
    expect(shortfall).toMatchObject({ scope: 'user', spent: 2_500, needed: 1_500 });
    expect((await store.ledger('s1')).map(({ id, unreserved }) => [id, unreserved])).toEqual([['x1', true]]);
  });

  it('of no session counts on the budgets of those it names, and warns nobody', async () => {
    const outside = spent('x1', 1_900, { sessionId: unnamed, agent: unnamed });
    await store.recordSpendOutside(outside, [...rules, { ...daily, scope: 'session' }, { ...daily, scope: 'agent' }]);
    await store.recordSpendOutside(outside, rules);
    const standings = await store.budgets(new Date(start).toISOString());
    expect(standings.map(({ scope, spent: total }) => [scope, total])).toEqual([
      ['all', 1_900],
      ['user', 1_900],
    ]);
    await store.recordSpend(spent('x2', 1), rules);
    const events = await store.events('s1', { afterId: 0, limit: 99 });
    expect(events.filter(({ type }) => type === 'budget.warned')).toHaveLength(1);
    expect(await store.usage({ by: ['session', 'agent'], simulated: true })).toMatchObject([
      { group: { session: 's1' }, totalTokens: 1 },
      { group: { session: null, agent: null }, totalTokens: 1_900, unreservedTokens: 1_900 },
    ]);
  });
});

describe('the audit of budgets', () => {
  it('finds in the rows what each budget says', async () => {
    for (const call of ['c1', 'c2']) {
      const row = {
        ...reservedRow('s1', 'r1', call),
        reservation: { inputTokens: 10, outputTokens: 5, costNanoUsd: 1 },
      };
      await store.reserve({ row, rules, owner, leaseUntil: start + 60_000, events: [] });
      if (call === 'c1') await store.settle(settlementOf(row, { ends: false }));
    }
    await store.recordSpend(spent('x1', 40), rules);
    const audits = await store.auditBudgets({ after: '', limit: 9 });
    expect(audits).toHaveLength(2);
    for (const { stored, recomputed } of audits) {
      expect(recomputed).toEqual({ spent: 190, reserved: 15, unreserved: 40 });
      expect(stored).toMatchObject(recomputed);
    }
    const [first] = audits;
    expect(await store.auditBudgets({ after: first?.stored.id ?? '', limit: 9 })).toHaveLength(1);
  });
});
