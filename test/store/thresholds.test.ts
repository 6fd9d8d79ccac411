import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defaultThresholds, type Thresholds } from '../../src/domain/agent.ts';
import { plainUsage } from '../../src/domain/usage.ts';
import type { Store } from '../../src/store/index.ts';
import { at, beginInput, buildResult, openedStore, reserve, reservedRow, settlementOf } from './fixtures.ts';

let store: Store;
let remove: () => Promise<void>;

beforeEach(async () => {
  ({ store, remove } = await openedStore());
});
afterEach(() => remove());

function limited(session: Partial<Thresholds['session']>): Thresholds {
  return { ...defaultThresholds, session: { ...defaultThresholds.session, ...session } };
}

async function fired(): Promise<readonly string[]> {
  return (await store.session('s1'))?.thresholdsFired ?? [];
}

async function eventNames(): Promise<string[]> {
  const events = await store.events('s1', { afterId: 0, limit: 100 });
  return events.map((event) =>
    event.type === 'threshold.reached' ? `${event.axis}.${event.measure}.${event.level}` : event.type,
  );
}

async function answer(call: string, tokens: number, thresholds: Thresholds, runId = 'r1', ends = false): Promise<void> {
  const row = reservedRow('s1', runId, call);
  await reserve(store, row);
  await store.settle(settlementOf(row, { usage: plainUsage(tokens - 10, 10), thresholds, ends }));
}

describe('the transaction that stores an answer', () => {
  it('fires each level once that the answer reaches, before the event of the end of its run', async () => {
    const levels = limited({ tokens: 1_000 });
    await answer('c1', 940, levels);
    expect(await fired()).toEqual([]);
    await answer('c2', 50, levels, 'r1', true);
    expect(await fired()).toEqual(['session.tokens.warn', 'session.tokens.critical']);
    expect((await eventNames()).slice(-4)).toEqual([
      'call.ended',
      'session.tokens.warn',
      'session.tokens.critical',
      'run.ended',
    ]);
    await store.beginRun(beginInput('s1', 'r2'));
    await answer('c3', 11, levels, 'r2', true);
    expect(await fired()).toHaveLength(3);
    expect((await eventNames()).filter((name) => name.startsWith('session.'))).toEqual([
      'session.tokens.warn',
      'session.tokens.critical',
      'session.tokens.reached',
    ]);
  });

  it('fires them once when it is retried, and when two attempts of a call answer', async () => {
    const levels = limited({ tokens: 100, warnAt: 0.5, criticalAt: 1 });
    const [first, second] = [reservedRow('s1', 'r1', 'c1'), reservedRow('s1', 'r1', 'c1', 2)];
    await reserve(store, first);
    await reserve(store, second);
    const settled = () => store.settle(settlementOf(second, { usage: plainUsage(40, 20), thresholds: levels }));
    await settled();
    await Promise.all([settled(), settled()]);
    await store.settle(settlementOf(first, { usage: plainUsage(1, 1), thresholds: levels }));
    const names = await eventNames();
    for (const name of await fired()) expect(names.filter((one) => one === name)).toHaveLength(1);
    expect(await fired()).toContain('session.tokens.warn');
  });

  it('forgets a level that the session has fallen below, so that it may fire again', async () => {
    await answer('c1', 990, limited({ tokens: 1_000 }));
    expect(await fired()).toHaveLength(2);
    await answer('c2', 10, limited({ tokens: 2_000 }));
    expect(await fired()).toEqual([]);
    await answer('c3', 900, limited({ tokens: 2_000 }));
    expect(await fired()).toEqual(['session.tokens.warn']);
    expect((await eventNames()).filter((name) => name === 'session.tokens.warn')).toHaveLength(2);
  });

  it('leaves nothing fired when it is not committed', async () => {
    const row = reservedRow('s1', 'r1', 'c1');
    await reserve(store, row);
    const settlement = settlementOf(row, { thresholds: limited({ tokens: 10 }) });
    const build = (): never => {
      throw new Error('killed');
    };
    await expect(store.settle({ ...settlement, answer: { ...settlement.answer, build } })).rejects.toThrow('killed');
    expect([await fired(), (await eventNames()).includes('session.tokens.warn')]).toEqual([[], false]);
    await store.settle(settlement);
    expect(await fired()).toContain('session.tokens.warn');
  });
});

describe('a number of runs', () => {
  it('is of those that have ended: the run in progress does not count yet', async () => {
    const levels = limited({ runs: 2, warnAt: 0.5 });
    await answer('c1', 20, levels);
    expect(await fired()).toEqual([]);
    await answer('c2', 20, levels, 'r1', true);
    expect(await fired()).toEqual(['session.runs.warn']);
    await store.beginRun(beginInput('s1', 'r2'));
    await answer('c3', 20, levels, 'r2');
    expect(await fired()).toEqual(['session.runs.warn']);
    await store.endRun({
      ...beginInput('s1', 'r2'),
      messages: [],
      build: buildResult('s1', 'r2', 'm-r2', 'cancelled', ''),
      thresholds: { levels, nothingLeftToCompact: false },
      at: at(60),
    });
    expect(await fired()).toContain('session.runs.reached');
    expect((await eventNames()).slice(-2)).toEqual(['session.runs.reached', 'run.ended']);
  });
});

describe('an age', () => {
  it('is told by the clock of the transaction', async () => {
    const levels = limited({ ageHours: 1 });
    const end = (runId: string, seconds: number) =>
      store.endRun({
        ...beginInput('s1', runId),
        messages: [],
        build: buildResult('s1', runId, `m-${runId}`, 'failed', ''),
        thresholds: { levels, nothingLeftToCompact: false },
        at: at(seconds),
      });
    await end('r1', 3_419);
    expect(await fired()).toEqual([]);
    await end('r2', 3_420);
    expect(await fired()).toEqual(['session.ageHours.warn']);
  });
});

describe('a closed session', () => {
  it('keeps why it was closed', async () => {
    await store.closeSession({ sessionId: 's1', status: 'closed', reason: 'it is full', at: at(9) });
    await store.closeSession({ sessionId: 's1', status: 'failed', reason: 'another one', at: at(10) });
    expect(await store.session('s1')).toMatchObject({ status: 'closed', closedAt: at(9), closedReason: 'it is full' });
  });
});
