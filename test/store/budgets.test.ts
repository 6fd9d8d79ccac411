import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BudgetOverride, BudgetRule, BudgetStanding } from '../../src/domain/budget.ts';
import type { LedgerRow } from '../../src/domain/ledger.ts';
import { deriveUsage, unknownUsage } from '../../src/domain/usage.ts';
import { budgetPeriod } from '../../src/store/budget-periods.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { beginInput, callStarted, openInput, owner, reservedRow, settlementOf, start } from './fixtures.ts';

const common = { timeZone: 'UTC', warnAt: null } as const;
const rules: readonly BudgetRule[] = [
  { ...common, scope: 'all', window: 'day', unit: 'tokens', limit: 6_000 },
  { ...common, scope: 'user', window: 'hour', unit: 'tokens', limit: 4_000 },
  { ...common, scope: 'session', window: 'lifetime', unit: 'uncachedTokens', limit: 5_000 },
  { ...common, scope: 'user', window: 'day', unit: 'cost', limit: 9_000_000 },
];
const users: Readonly<Record<string, string | null>> = { s1: 'ann', s2: 'ann', s3: 'bob', s4: null };
const everything = '1970-01-01T00:00:00.000Z';

async function storeWithSessions(): Promise<Store> {
  const store = createStore('sqlite::memory:');
  await store.migrate();
  for (const session of Object.keys(users)) {
    await store.openSession(openInput(session));
    await store.beginRun(beginInput(session, `r-${session}`));
  }
  return store;
}

function rowOf(session: string, call: number, attempt: number, startedAt: number, tokens: number): LedgerRow {
  const row = reservedRow(session, `r-${session}`, `${session}-c${call}`, attempt);
  const reservation = { inputTokens: tokens, outputTokens: 500, costNanoUsd: tokens * 2_000 };
  return { ...row, user: users[session] ?? null, startedAt, reservation };
}

/** What the rows themselves say, added up by a reckoning of its own. */
function reckon(rows: readonly LedgerRow[]): Map<string, { spent: number; reserved: number }> {
  const sums = new Map<string, { spent: number; reserved: number }>();
  for (const row of rows) {
    const hour = new Date(row.startedAt).toISOString().slice(0, 13);
    const budgets: readonly (readonly [string, string])[] = [
      [`all/*/${hour.slice(0, 10)}`, 'tokens'],
      [`session/${row.sessionId}/`, 'uncachedTokens'],
      ...(row.user === null
        ? []
        : [
            [`user/${row.user}/${hour}`, 'tokens'] as const,
            [`user/${row.user}/${hour.slice(0, 10)}`, 'cost'] as const,
          ]),
    ];
    for (const [key, unit] of budgets) {
      const sum = sums.get(`${key} ${unit}`) ?? { spent: 0, reserved: 0 };
      const used = deriveUsage(row.usage ?? unknownUsage);
      const uncached = (used.totalTokens ?? 0) - (unit === 'uncachedTokens' ? (used.cacheReadTokens ?? 0) : 0);
      const { inputTokens, outputTokens, costNanoUsd } = row.reservation;
      if (row.state === 'reserved') sum.reserved += unit === 'cost' ? (costNanoUsd ?? 0) : inputTokens + outputTokens;
      else if (row.state !== 'released') sum.spent += unit === 'cost' ? (row.costNanoUsd ?? 0) : uncached;
      sums.set(`${key} ${unit}`, sum);
    }
  }
  return sums;
}

function keyOf({ scope, key, window, start: from, unit }: BudgetStanding): string {
  return `${scope}/${key}/${(from ?? '').slice(0, window === 'hour' ? 13 : 10)} ${unit}`;
}

const session = fc.constantFrom('s1', 's2', 's3', 's4');
const ids = { session, call: fc.integer({ min: 1, max: 3 }), attempt: fc.integer({ min: 1, max: 2 }) };
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('reserve' as const), ...ids, tokens: fc.integer({ min: 1, max: 1_500 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      ...ids,
      part: fc.integer({ min: 0, max: 100 }),
      cached: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      ...ids,
      state: fc.constantFrom('released' as const, 'estimated' as const, 'lost' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('limit' as const),
      scope: fc.constantFrom('all' as const, 'user' as const),
      limit: fc.integer({ min: 1, max: 20_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('clock' as const), minutes: fc.integer({ min: 1, max: 300 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Takes a step; answers the row that was reserved by it, if any. */
async function take(store: Store, next: Step, clock: { now: number }): Promise<LedgerRow | null> {
  if (next.kind === 'clock') {
    clock.now += next.minutes * 60_000;
    return null;
  }
  if (next.kind === 'limit') {
    const window = next.scope === 'all' ? ('day' as const) : ('hour' as const);
    const override: BudgetOverride = {
      ...common,
      scope: next.scope,
      key: null,
      window,
      unit: 'tokens',
      windowStart: null,
      limit: next.limit,
    };
    await store.setBudget(override);
    return null;
  }
  if (next.kind === 'crash') {
    // Every worker is gone: their leases end, and a sweeper closes what they left.
    for (const row of await store.expiredReservations(Number.MAX_SAFE_INTEGER, 100)) {
      await store.endAttempt({
        rowId: row.id,
        state: 'lost',
        usage: null,
        costNanoUsd: null,
        cacheSavedNanoUsd: null,
        error: 'lost',
        endedAt: clock.now,
        timeToFirstTokenMs: null,
        events: [],
      });
    }
    return null;
  }
  const callId = `${next.session}-c${next.call}`;
  const known = (await store.call(callId)).attempts.find(({ attempt }) => attempt === next.attempt);
  if (next.kind === 'reserve') {
    if (known !== undefined) return null;
    const row = rowOf(next.session, next.call, next.attempt, clock.now, next.tokens);
    const { answer, shortfall } = await store.reserve({
      row,
      rules,
      owner,
      leaseUntil: clock.now + 60_000,
      events: [callStarted(row)],
    });
    return answer === null && shortfall === null ? row : null;
  }
  if (known === undefined) return null;
  if (next.kind === 'end') {
    await store.endAttempt({
      rowId: known.id,
      state: next.state,
      usage: null,
      costNanoUsd: null,
      cacheSavedNanoUsd: null,
      error: 'server',
      endedAt: clock.now,
      timeToFirstTokenMs: null,
      events: [],
    });
    return null;
  }
  const { inputTokens, outputTokens, costNanoUsd } = known.reservation;
  const part = (amount: number): number => Math.floor((amount * next.part) / 100);
  const read = { [next.cached ? 'cacheRead' : 'input']: part(inputTokens) };
  const usage = { ...unknownUsage, input: 0, ...read, output: part(outputTokens) };
  const settled = store.settle({
    ...settlementOf(known, { usage, costNanoUsd: part(costNanoUsd ?? 0), ends: false }),
    endedAt: clock.now,
  });
  await settled.catch((error: Error) => expect(error.message).toMatch(/released/));
  return null;
}

describe('law 3, in any interleaving of reserve, settle, crash, expiry, raise and change of window', () => {
  it('holds: what is reserved fits its limits, nothing else adds to a budget, and all is given back that must be', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const store = await storeWithSessions();
        const clock = { now: start };
        let before = new Map<string, number>();
        for (const next of steps) {
          const reserved = await take(store, next, clock);
          const standings = await store.budgets(everything);
          const claimed = reserved === null ? [] : await claimedBy(store, reserved);
          for (const standing of claimed)
            expect(standing.spent + standing.reserved).toBeLessThanOrEqual(standing.limit);
          const held = new Map(standings.map((one) => [one.id, one.spent + one.reserved]));
          for (const [id, amount] of held) {
            if (!claimed.some((one) => one.id === id)) expect(amount).toBeLessThanOrEqual(before.get(id) ?? 0);
          }
          before = held;
        }
        const rows = (await Promise.all(Object.keys(users).map((one) => store.ledger(one)))).flat();
        const reckoned = reckon(rows);
        for (const standing of await store.budgets(everything)) {
          const { spent, reserved } = standing;
          expect([keyOf(standing), { spent, reserved }]).toEqual([
            keyOf(standing),
            reckoned.get(keyOf(standing)) ?? { spent: 0, reserved: 0 },
          ]);
        }
        await store.close();
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('holds for concurrent first requests on a fresh budget: as many fit as fit, and no more', async () => {
    const store = await storeWithSessions();
    const rows = Array.from({ length: 20 }, (_, n) => rowOf('s1', n, 1, start, 500));
    const answers = await Promise.all(
      rows.map((row) => store.reserve({ row, rules, owner, leaseUntil: start + 60_000, events: [] })),
    );
    // 1,000 tokens each: user ann has 4,000 an hour.
    expect(answers.filter(({ shortfall }) => shortfall === null)).toHaveLength(4);
    const refused = answers.find(({ shortfall }) => shortfall !== null)?.shortfall;
    expect(refused).toMatchObject({
      scope: 'user',
      key: 'ann',
      spent: 0,
      reserved: 4_000,
      needed: 1_000,
      limit: 4_000,
    });
    await store.close();
  });
});

async function claimedBy(
  store: Store,
  { sessionId, user, agent, tenant, startedAt }: LedgerRow,
): Promise<readonly BudgetStanding[]> {
  return await store.budgetsOf({ rules, subject: { sessionId, user, agent, tenant }, at: startedAt });
}

describe('a reservation', () => {
  const daily: BudgetRule = {
    scope: 'all',
    window: 'day',
    unit: 'tokens',
    limit: 2_500,
    timeZone: 'Europe/Oslo',
    warnAt: 0.5,
  };
  const midnight = Date.parse('2026-11-22T23:00:00.000Z');

  it('made before midnight in its time zone settles in the day in which it was made', async () => {
    const store = await storeWithSessions();
    const late = rowOf('s1', 1, 1, midnight - 1_000, 1_000);
    const early = rowOf('s1', 2, 1, midnight + 1_000, 1_000);
    for (const row of [late, early])
      await store.reserve({ row, rules: [daily], owner, leaseUntil: midnight, events: [] });
    const usage = { ...unknownUsage, input: 700, output: 300 };
    await store.settle({ ...settlementOf(late, { usage, ends: false }), endedAt: midnight + 5_000 });
    const days = await store.budgets(everything);
    expect(days.map(({ start: from, end, spent, reserved }) => ({ from, end, spent, reserved }))).toEqual([
      { from: '2026-11-21T23:00:00.000Z', end: '2026-11-22T23:00:00.000Z', spent: 1_000, reserved: 0 },
      { from: '2026-11-22T23:00:00.000Z', end: '2026-11-23T23:00:00.000Z', spent: 0, reserved: 1_500 },
    ]);
    await store.close();
  });

  it('that a provider exceeded is recorded in full, told, and blocks the next one', async () => {
    const store = await storeWithSessions();
    const row = rowOf('s1', 1, 1, start, 1_000);
    await store.reserve({ row, rules: [daily], owner, leaseUntil: start, events: [] });
    await store.settle(settlementOf(row, { usage: { ...unknownUsage, input: 1_000, output: 1_600 }, ends: false }));
    const events = await store.events('s1', { afterId: 0, limit: 99 });
    const budgetEvents = events.filter(({ type }) => type.startsWith('budget.'));
    expect(budgetEvents.map(({ type }) => type)).toEqual(['budget.warned', 'budget.overrun']);
    const next = rowOf('s2', 1, 1, start, 1);
    const { shortfall } = await store.reserve({ row: next, rules: [daily], owner, leaseUntil: start, events: [] });
    expect(shortfall).toMatchObject({ spent: 2_600, limit: 2_500 });
    await store.close();
  });

  it('is bound by a limit that was lowered, while those made before stand', async () => {
    const store = await storeWithSessions();
    const [first, second] = [rowOf('s1', 1, 1, start, 500), rowOf('s1', 2, 1, start, 500)];
    await store.reserve({ row: first, rules: [daily], owner, leaseUntil: start, events: [] });
    await store.setBudget({ ...daily, key: null, windowStart: null, limit: 900 });
    const { shortfall } = await store.reserve({ row: second, rules: [daily], owner, leaseUntil: start, events: [] });
    expect(shortfall).toMatchObject({ reserved: 1_000, limit: 900 });
    await store.close();
  });
});

describe('the window of a calendar', () => {
  const hours = (zone: string, instant: string): number => {
    const { start: from, end } = budgetPeriod('day', zone, Date.parse(instant));
    return (Date.parse(end ?? '') - Date.parse(from ?? '')) / 3_600_000;
  };

  it('has days of 23 and of 25 hours where the clocks change', () => {
    expect(hours('Europe/Oslo', '2026-03-29T12:00:00Z')).toBe(23);
    expect(hours('Europe/Oslo', '2026-10-25T12:00:00Z')).toBe(25);
    expect(hours('America/New_York', '2026-03-08T12:00:00Z')).toBe(23);
    expect(hours('America/New_York', '2026-11-01T12:00:00Z')).toBe(25);
    expect(hours('UTC', '2026-03-29T12:00:00Z')).toBe(24);
  });

  it('leaves no instant out and counts none twice', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('hour' as const, 'day' as const, 'week' as const, 'month' as const),
        fc.constantFrom(
          'UTC',
          'Europe/Oslo',
          'America/New_York',
          'Asia/Kolkata',
          'Pacific/Apia',
          'Australia/Lord_Howe',
        ),
        fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
        (window, zone, instant) => {
          const period = budgetPeriod(window, zone, instant.getTime());
          const [from, end] = [Date.parse(period.start ?? ''), Date.parse(period.end ?? '')];
          expect(from).toBeLessThanOrEqual(instant.getTime());
          expect(end).toBeGreaterThan(instant.getTime());
          expect(budgetPeriod(window, zone, end).start).toBe(period.end);
          expect(budgetPeriod(window, zone, end - 1).start).toBe(period.start);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('begins weeks on Monday, and has no end for a lifetime', () => {
    expect(budgetPeriod('week', 'UTC', start).start).toBe('2026-11-16T00:00:00.000Z');
    expect(budgetPeriod('lifetime', 'UTC', start)).toEqual({ start: null, end: null });
    expect(() => budgetPeriod('day', 'Europe/Atlantis', start)).toThrow(/no time zone/);
  });
});
