import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { plainUsage } from '../../src/domain/usage.ts';
import type { Store } from '../../src/store/index.ts';
import {
  at,
  beginInput,
  buildResult,
  openedStore,
  openInput,
  reserve,
  reservedRow,
  settlementOf,
  start,
} from './fixtures.ts';
import { tallyOf, emptyTotals } from '../../src/domain/metrics.ts';

let store: Store;
let remove: () => Promise<void>;
const first = reservedRow('s1', 'r1', 'c1');
const second = reservedRow('s1', 'r1', 'c1', 2);

beforeEach(async () => {
  ({ store, remove } = await openedStore());
});
afterEach(() => remove());

async function expectSumsRight(): Promise<void> {
  const twice = await store.recomputeTotals('s1');
  expect(twice?.stored).toEqual(twice?.recomputed);
}

const typesOf = async () => (await store.events('s1', { afterId: 0, limit: 99 })).map(({ type }) => type);

const cancelRun = () =>
  store.endRun({
    ...beginInput('s1', 'r1'),
    messages: [],
    build: buildResult('s1', 'r1', 'm-r1', 'cancelled', 'so far'),
    at: at(30),
  });

const failure = (state: 'released' | 'estimated' | 'lost', rowId: string) => ({
  rowId,
  state,
  usage: null,
  costNanoUsd: null,
  cacheSavedNanoUsd: null,
  error: 'aborted',
  endedAt: start + 5_000,
  timeToFirstTokenMs: null,
  events: [],
});

describe('a call', () => {
  it('is reserved, settled and answered, and ends its run in one transaction', async () => {
    expect((await reserve(store, first)).answer).toBeNull();
    const { answer, totals } = await store.settle(settlementOf(first));
    expect(answer).toMatchObject({ callId: 'c1', text: 'answer of c1.1', messageId: 'a-c1.1', contextTokens: 150 });
    expect(answer.result).toMatchObject({ status: 'completed', messageIds: ['m-r1', 'a-c1.1'] });
    expect(answer.result?.metrics).toMatchObject({
      inputTokens: 120,
      outputTokens: 30,
      calls: 1,
      timeToFirstToken: 1.2,
    });
    expect(totals).toMatchObject({ runs: 1, durationMs: 1800 });
    expect(tallyOf(totals)).toMatchObject({ calls: 1, rows: 1 });
    expect(await store.run('s1', 'r1')).toMatchObject({
      status: 'completed',
      timeToFirstTokenMs: 1200,
      endedAt: at(1.8),
    });
    expect(await typesOf()).toEqual(['run.started', 'call.started', 'call.ended', 'run.ended']);
    const [, message] = await store.messagesOfRun('s1', 'r1');
    expect(message?.metrics).toMatchObject({ inputTokens: 120, source: 'reported', attempt: 1, cost: 0.00015 });
    expect((await store.session('s1'))?.context).toEqual({ tokens: 150, window: 8192 });
    await expectSumsRight();
  });

  it('that has its answer is not reserved again', async () => {
    await reserve(store, first);
    await store.settle(settlementOf(first));
    expect((await reserve(store, second)).answer?.text).toBe('answer of c1.1');
    expect((await store.call('c1')).attempts).toHaveLength(1);
  });

  it('charges the reservation of an attempt that was left behind', async () => {
    await reserve(store, first);
    const { totals } = await reserve(store, second);
    const { attempts } = await store.call('c1');
    expect(attempts[0]).toMatchObject({ state: 'lost', usage: plainUsage(1000, 500), costNanoUsd: 2_000_000 });
    expect(attempts[1]?.state).toBe('reserved');
    expect(tallyOf(totals)).toMatchObject({ rows: 1, failedAttempts: 1, estimatedTokens: 1500 });
    expect(await typesOf()).toEqual(['run.started', 'call.started', 'call.failed', 'call.started']);
    await expectSumsRight();
  });

  it('takes the first answer; a later one only settles its row', async () => {
    await reserve(store, first);
    await reserve(store, second);
    await store.settle(settlementOf(second));
    const { answer, totals } = await store.settle(settlementOf(first, { usage: plainUsage(7, 3) }));
    expect(answer.text).toBe('answer of c1.2');
    const { attempts } = await store.call('c1');
    expect(attempts.map(({ state, answered }) => [state, answered])).toEqual([
      ['settled', false],
      ['settled', true],
    ]);
    expect(tallyOf(totals)).toMatchObject({ calls: 1, failedAttempts: 1, estimatedTokens: 0 });
    expect((await store.messagesOfRun('s1', 'r1')).map(({ id }) => id)).toEqual(['m-r1', 'a-c1.2']);
    const run = await store.run('s1', 'r1');
    expect(run?.result?.metrics.totalTokens).toBe(160);
    expect((await store.call('c1')).answer?.result?.metrics.totalTokens).toBe(160);
    await expectSumsRight();
  });

  it('that is refused is paid for and stays open for another model, also when it was taken for lost', async () => {
    await reserve(store, first);
    await reserve(store, second);
    const { answer: _, thresholds: __, ...spent } = settlementOf(first);
    expect(await store.settleRefused({ ...spent, error: 'refusal' })).toMatchObject({ corrected: true });
    await store.settleRefused({ ...spent, error: 'refusal' });
    const { attempts, answer } = await store.call('c1');
    expect(attempts[0]).toMatchObject({ state: 'settled', answered: false, error: 'refusal', costNanoUsd: 150_000 });
    expect(answer).toBeNull();
    expect((await store.messagesOfRun('s1', 'r1')).map(({ id }) => id)).toEqual(['m-r1']);
    const { totals } = await store.settle(settlementOf(second));
    expect(tallyOf(totals)).toMatchObject({ rows: 2, calls: 1, failedAttempts: 1, estimatedTokens: 0 });
    await expectSumsRight();
  });

  it('settled late, after its run was cancelled, corrects the numbers and nothing that was said', async () => {
    await reserve(store, first);
    const { result } = await cancelRun();
    expect(result.metrics.totalTokens).toBe(1500);
    const { answer } = await store.settle(settlementOf(first));
    expect(answer.result).toMatchObject({
      status: 'cancelled',
      text: 'so far',
      metrics: { totalTokens: 150, calls: 1 },
    });
    const run = await store.run('s1', 'r1');
    expect(run).toMatchObject({ status: 'cancelled', endedAt: at(30), result: answer.result });
    expect(tallyOf(run?.totals ?? emptyTotals).estimatedTokens).toBe(0);
    expect((await store.messagesOfRun('s1', 'r1')).map(({ id }) => id)).toEqual(['m-r1']);
    await expectSumsRight();
  });

  it('settled as an estimate takes what the provider told later', async () => {
    await reserve(store, first);
    await store.settle(settlementOf(first, { state: 'estimated', usage: plainUsage(900, 90) }));
    const { totals } = await store.settle(settlementOf(first));
    expect(tallyOf(totals)).toMatchObject({ calls: 1, estimatedTokens: 0 });
    expect(tallyOf(totals).usage.totalTokens).toEqual({ known: 150, unknown: 0 });
    await expectSumsRight();
  });

  it('that was released was never sent and can not be settled', async () => {
    await reserve(store, first);
    const totals = await store.endAttempt(failure('released', 'c1.1'));
    expect(tallyOf(totals)).toMatchObject({ rows: 0, failedAttempts: 1 });
    await expect(store.settle(settlementOf(first))).rejects.toThrow('is released');
    await expectSumsRight();
  });

  it.each(['estimated', 'lost'] as const)('that ended %s without numbers is charged in full', async (state) => {
    await reserve(store, first);
    const totals = await store.endAttempt(failure(state, 'c1.1'));
    expect(tallyOf(totals)).toMatchObject({ estimatedTokens: 1500, costNanoUsd: 2_000_000, failedAttempts: 1 });
    await expectSumsRight();
  });

  it('of a session alone, in no run, is counted and appends no message', async () => {
    const row = reservedRow('s1', null, 'c9');
    await reserve(store, row);
    const { totals } = await store.settle(settlementOf(row, { ends: false }));
    expect(tallyOf(totals).calls).toBe(1);
    expect(await store.messages('s1', { limit: 9 })).toHaveLength(1);
    await expectSumsRight();
  });

  it('that fails in the middle of its transaction leaves nothing', async () => {
    await reserve(store, first);
    const facts = () =>
      Promise.all([
        store.session('s1'),
        store.run('s1', 'r1'),
        store.call('c1'),
        typesOf(),
        store.messages('s1', { limit: 9 }),
      ]);
    const before = await facts();
    const settlement = settlementOf(first);
    const build = () => {
      throw new Error('killed in the middle');
    };
    const broken = store.settle({ ...settlement, answer: { ...settlement.answer, build } });
    const beside = store.beginRun(beginInput('s1', 'r2'));
    await expect(broken).rejects.toThrow('killed in the middle');
    expect((await beside).begun).toBe(true);
    const after = await facts();
    expect(after.slice(1, 3)).toEqual(before.slice(1, 3));
    expect(after[3]).toEqual([...before[3], 'run.started']);
    expect(after[4]).toHaveLength(2);
  });
});

describe('rows in flight', () => {
  it('are found once their lease has ended, and a prolonged one is not', async () => {
    await reserve(store, first);
    await reserve(store, reservedRow('s1', 'r1', 'c2'));
    await store.prolong('c1.1', start + 120_000);
    expect((await store.expiredReservations(start + 60_000, 9)).map(({ id }) => id)).toEqual(['c2.1']);
    await store.endAttempt(failure('lost', 'c2.1'));
    await store.prolong('c2.1', start);
    expect(await store.expiredReservations(start + 60_000, 9)).toEqual([]);
  });

  it('are found by the boot of their owner', async () => {
    await reserve(store, first);
    const [found] = await store.reservationsOfBoot('boot-1');
    expect(found).toEqual({ row: first, owner: { taskToken: 'dG9rZW4=', pid: 4711, bootId: 'boot-1' } });
    expect(await store.reservationsOfBoot('boot-2')).toEqual([]);
  });

  it('keep a run from being idle', async () => {
    expect((await store.idleOpenRuns(at(60), 9)).map(({ runId }) => runId)).toEqual(['r1']);
    expect(await store.idleOpenRuns(at(0), 9)).toEqual([]);
    await reserve(store, first);
    expect(await store.idleOpenRuns(at(60), 9)).toEqual([]);
    await store.endAttempt(failure('lost', 'c1.1'));
    expect(await store.idleOpenRuns(at(60), 9)).toHaveLength(1);
    await cancelRun();
    expect(await store.idleOpenRuns(at(60), 9)).toEqual([]);
  });

  it('of another session are not touched', async () => {
    await store.openSession(openInput('s2'));
    await store.beginRun(beginInput('s2', 'r1'));
    await reserve(store, reservedRow('s2', 'r1', 'c7'));
    await cancelRun();
    expect((await store.call('c7')).attempts[0]?.state).toBe('reserved');
    expect(await store.ledger('s1')).toEqual([]);
  });
});

describe('estimates', () => {
  it('are judged once their requests are settled', async () => {
    await reserve(store, first);
    expect(await store.estimateErrors()).toEqual([]);
    await store.settle(settlementOf(first));
    // 110 tokens were expected, and 120 counted, 20 of them from a cache.
    const error = 110 / 120 - 1;
    expect(await store.estimateErrors()).toEqual([
      {
        provider: 'simulated',
        model: 'echo',
        requests: 1,
        medianError: error,
        p95Error: error,
        worstUnderestimate: error,
        boundViolations: 0,
      },
    ]);
  });
});
