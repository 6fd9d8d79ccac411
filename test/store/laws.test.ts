import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainUsage, unknownUsage } from '../../src/domain/usage.ts';
import { createStore } from '../../src/store/index.ts';
import type { Store } from '../../src/store/index.ts';
import { at, beginInput, buildResult, openInput, reserve, reservedRow, settlementOf, start } from './fixtures.ts';
import { tallyOf } from '../../src/domain/metrics.ts';

const tokens = fc.nat({ max: 1000 });
const call = fc.constantFrom('c1', 'c2');
const attempt = fc.integer({ min: 1, max: 2 });
const usage = fc.oneof(
  fc.tuple(tokens, tokens).map(([i, o]) => plainUsage(i, o)),
  fc.constant(unknownUsage),
);
const cost = fc.option(tokens);
const saved = fc.option(fc.integer({ min: -1000, max: 1000 }));

const step = fc.oneof(
  fc.record({ kind: fc.constant('reserve' as const), call, attempt }),
  fc.record({
    kind: fc.constant('settle' as const),
    call,
    attempt,
    usage,
    cost,
    saved,
    state: fc.constantFrom('settled' as const, 'estimated' as const),
    ends: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('endAttempt' as const),
    call,
    attempt,
    usage: fc.option(usage),
    cost,
    saved,
    state: fc.constantFrom('released' as const, 'estimated' as const, 'lost' as const),
  }),
  fc.record({ kind: fc.constant('endRun' as const) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What a worker might do next, in any order; what the store refuses (an unknown or a released row) changes nothing. */
async function take(store: Store, next: Step): Promise<void> {
  if (next.kind === 'endRun') {
    const build = buildResult('s1', 'r1', 'm-r1', 'cancelled', '');
    await store.endRun({ ...beginInput('s1', 'r1'), messages: [], build, at: at(60) });
    return;
  }
  const row = reservedRow('s1', 'r1', next.call, next.attempt);
  if (next.kind === 'reserve') {
    await reserve(store, row);
    return;
  }
  const rowIsKnown = (await store.call(next.call)).attempts.find(({ id }) => id === row.id);
  if (rowIsKnown === undefined) return;
  if (next.kind === 'settle') {
    const settled = store.settle(
      settlementOf(row, {
        usage: next.usage,
        costNanoUsd: next.cost,
        cacheSavedNanoUsd: next.saved,
        state: next.state,
        ends: next.ends,
      }),
    );
    await settled.catch((error: Error) => expect(error.message).toContain('released'));
    return;
  }
  await store.endAttempt({
    rowId: row.id,
    state: next.state,
    usage: next.usage,
    costNanoUsd: next.cost,
    cacheSavedNanoUsd: next.saved,
    error: 'aborted',
    endedAt: start + 9_000,
    timeToFirstTokenMs: null,
    events: [],
  });
}

async function expectLaws(store: Store): Promise<void> {
  const twice = await store.recomputeTotals('s1');
  expect(twice?.stored).toEqual(twice?.recomputed);
  const run = await store.run('s1', 'r1');
  expect(run?.totals.details).toEqual(twice?.stored.details);
  if (run?.result) expect(run.result.metrics.totalTokens ?? 0).toBe(tallyOf(run.totals).usage.totalTokens.known);

  const events = await store.events('s1', { afterId: 0, limit: 999 });
  expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
  expect(events.filter(({ type }) => type === 'run.ended').length).toBe(run?.status === 'running' ? 0 : 1);

  for (const callId of ['c1', 'c2']) {
    const { attempts, answer } = await store.call(callId);
    expect(attempts.filter(({ answered }) => answered).length).toBe(answer === null ? 0 : 1);
    expect(attempts.filter(({ state }) => state === 'reserved').length).toBeLessThanOrEqual(1);
  }
  const messages = await store.messages('s1', { limit: 999 });
  expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
}

async function freshStore(): Promise<Store> {
  const store = createStore('sqlite::memory:');
  await store.migrate();
  await store.openSession(openInput('s1'));
  await store.beginRun(beginInput('s1', 'r1'));
  return store;
}

describe('the ledger', () => {
  it('keeps totals equal to its rows, events without gaps and one answer a call, in any order of steps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40 }), async (steps) => {
        const store = await freshStore();
        for (const next of steps) await take(store, next);
        await expectLaws(store);
        await store.close();
      }),
      { numRuns: 150 },
    );
  });

  it('does so with all steps at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40 }), async (steps) => {
        const store = await freshStore();
        await Promise.all(steps.map((next) => take(store, next)));
        await expectLaws(store);
        await store.close();
      }),
      { numRuns: 50 },
    );
  });

  it('does so when steps are killed in the middle', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, fc.boolean()), { minLength: 8, maxLength: 40 }), async (steps) => {
        const store = await freshStore();
        const killed = () => {
          throw new Error('killed');
        };
        for (const [next, isKilled] of steps) {
          if (isKilled) {
            const run = beginInput('s1', 'r1');
            await store.endRun({ ...run, messages: [], build: killed, at: at(60) }).catch((error: Error) => {
              expect(error.message).toBe('killed');
            });
          }
          await take(store, next);
        }
        await expectLaws(store);
        await store.close();
      }),
      { numRuns: 50 },
    );
  });
});
