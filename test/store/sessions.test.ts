import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Store } from '../../src/store/index.ts';
import { at, beginInput, buildResult, openedStore, openInput, toolMessage, userMessage } from './fixtures.ts';

let store: Store;
let remove: () => Promise<void>;

beforeEach(async () => {
  ({ store, remove } = await openedStore());
});
afterEach(() => remove());

describe('sessions', () => {
  it('answers the session that is there instead of making another', async () => {
    const again = await store.openSession({ ...openInput('s1'), agent: 'other' });
    expect(again.created).toBe(false);
    expect(again.session).toEqual(await store.session('s1'));
    expect(again.session.agent).toBe('assistant');
  });

  it('lists page by page, newest first, and stays in place while others are added', async () => {
    for (let n = 2; n <= 7; n++) await store.openSession({ ...openInput(`s${n}`), at: at(n) });
    const first = await store.sessions({ limit: 3 });
    await store.openSession({ ...openInput('s9'), at: at(100) });
    const second = await store.sessions({ limit: 3, after: first.cursor ?? '' });
    const third = await store.sessions({ limit: 3, after: second.cursor ?? '' });
    const ids = [first, second, third].flatMap(({ sessions }) => sessions.map(({ sessionId }) => sessionId));
    expect(ids).toEqual(['s7', 's6', 's5', 's4', 's3', 's2', 's1']);
    expect(third.cursor).toBeNull();
  });

  it('filters by status, agent, user, tenant and the beginning of the id', async () => {
    await store.openSession({ ...openInput('t1'), agent: 'desk', user: null, tenant: 'acme' });
    await store.openSession(openInput('s10'));
    await store.closeSession({ sessionId: 's10', status: 'closed', reason: null, at: at(9) });
    const idsOf = async (filter: object) =>
      (await store.sessions({ limit: 9, ...filter })).sessions.map(({ sessionId }) => sessionId);
    expect(await idsOf({ idPrefix: 's1' })).toEqual(['s10', 's1'].sort().reverse());
    expect(await idsOf({ idPrefix: 's1', status: 'open' })).toEqual(['s1']);
    expect(await idsOf({ agent: 'desk' })).toEqual(['t1']);
    expect(await idsOf({ tenant: 'acme' })).toEqual(['t1']);
    expect(await idsOf({ user: 'ann' })).toEqual(['s10', 's1'].sort().reverse());
    expect(await idsOf({ idPrefix: 's%' })).toEqual([]);
  });

  it('lists what each does: a run that waits for a person is not one that works', async () => {
    const activity = async () => (await store.sessions({ limit: 9 })).sessions.map((session) => session.activity);
    await store.openSession({ ...openInput('s2'), at: at(2) });
    expect(await activity()).toEqual(['idle', 'running']);
    await store.appendEvents(
      's1',
      'r1',
      [{ type: 'run.waiting', waitingFor: [{ kind: 'approval', callId: 't1' }] }],
      at(3),
    );
    expect(await activity()).toEqual(['idle', 'waiting']);
    await store.appendEvents('s1', 'r1', [{ type: 'approval.decided', callId: 't1', approved: true }], at(4));
    expect(await activity()).toEqual(['idle', 'running']);
    const build = buildResult('s1', 'r1', 'm-r1', 'cancelled', '');
    await store.endRun({ ...beginInput('s1', 'r1'), messages: [], build, at: at(5) });
    expect(await activity()).toEqual(['idle', 'idle']);
  });

  it('lists those last changed first, page by page, and finds parts of names whatever their case', async () => {
    for (const [index, user] of ['Ann@port.example', 'bob_%', null].entries()) {
      await store.openSession({ ...openInput(`t${index}`), user, at: at(20 + index) });
    }
    await store.beginRun({ ...beginInput('t0', 'r-t0'), at: at(40) });
    const first = await store.sessions({ sort: 'updated', limit: 2 });
    const second = await store.sessions({ sort: 'updated', limit: 2, after: first.cursor ?? '' });
    expect([...first.sessions, ...second.sessions].map(({ sessionId }) => sessionId)).toEqual(['t0', 't2', 't1', 's1']);
    expect(second.cursor).toBeNull();
    const idsOf = async (filter: object) =>
      (await store.sessions({ ...filter, limit: 9 })).sessions.map(({ sessionId }) => sessionId);
    expect(await idsOf({ search: 'PORT' })).toEqual(['t0']);
    expect(await idsOf({ search: '_%' })).toEqual(['t1']);
    expect(await idsOf({ search: 'ssist', tenant: 'none' })).toEqual([]);
    expect(await idsOf({ search: 't' })).toEqual(['t2', 't1', 't0', 's1']);
  });

  it('closes once: the first status stays', async () => {
    await store.closeSession({ sessionId: 's1', status: 'closed', reason: 'done', at: at(5) });
    await store.closeSession({ sessionId: 's1', status: 'failed', reason: null, at: at(6) });
    expect(await store.session('s1')).toMatchObject({ status: 'closed', closedAt: at(5) });
    const events = await store.events('s1', { afterId: 0, limit: 9 });
    expect(events.map(({ type }) => type)).toEqual(['run.started', 'session.closed']);
  });

  it('says so when there is no such session', async () => {
    await expect(store.beginRun(beginInput('nobody', 'r1'))).rejects.toMatchObject({ code: 'SessionNotFound' });
    expect(await store.session('nobody')).toBeNull();
    expect(await store.recomputeTotals('nobody')).toBeNull();
  });
});

describe('runs', () => {
  it('numbers runs in the order in which they began and stores the message', async () => {
    const { run, begun } = await store.beginRun(beginInput('s1', 'r2'));
    expect({ begun, number: run.number, status: run.status }).toEqual({ begun: true, number: 2, status: 'running' });
    const messages = await store.messages('s1', { limit: 9 });
    expect(messages.map(({ id, seq }) => [id, seq])).toEqual([
      ['m-r1', 1],
      ['m-r2', 2],
    ]);
    expect((await store.session('s1'))?.totals.runs).toBe(2);
    expect((await store.runs('s1', { limit: 9 })).map(({ runId }) => runId)).toEqual(['r2', 'r1']);
    expect((await store.runs('s1', { limit: 9, beforeNumber: 2 })).map(({ runId }) => runId)).toEqual(['r1']);
  });

  it('answers the run of a message id that the session has seen, whatever the run id', async () => {
    const { run, begun } = await store.beginRun({ ...beginInput('s1', 'r9'), messageId: 'm-r1' });
    expect([begun, run.runId]).toEqual([false, 'r1']);
    expect(await store.run('s1', 'r9')).toBeNull();
    expect((await store.runByMessageId('s1', 'm-r1'))?.runId).toBe('r1');
  });

  it('ends a run that never began, with its message and without a gap', async () => {
    const { result, totals } = await store.endRun({
      ...beginInput('s1', 'r2'),
      messages: [],
      build: buildResult('s1', 'r2', 'm-r2', 'cancelled', ''),
      at: at(4),
    });
    expect(result).toMatchObject({ status: 'cancelled', messageIds: ['m-r2'] });
    expect(totals.runs).toBe(2);
    const events = await store.events('s1', { afterId: 0, limit: 9 });
    expect(events.map(({ id, type, runId }) => [id, type, runId])).toEqual([
      [1, 'run.started', 'r1'],
      [2, 'run.started', 'r2'],
      [3, 'run.ended', 'r2'],
    ]);
  });

  it('counts a tool that ran and leaves out one that was not executed', async () => {
    const event = { type: 'tool.ended', callId: 't1', tool: 'weather', isError: false, durationMs: 40 } as const;
    await store.storeToolResult({
      sessionId: 's1',
      runId: 'r1',
      message: toolMessage('t1', 'r1'),
      events: [event],
      durationMs: 40,
      isError: false,
      additionalMetrics: { rows: 3 },
      at: at(2),
    });
    const { result, totals } = await store.endRun({
      ...beginInput('s1', 'r1'),
      messages: [toolMessage('t2', 'r1')],
      build: buildResult('s1', 'r1', 'm-r1', 'cancelled', ''),
      at: at(10),
    });
    expect(result.messageIds).toEqual(['m-r1', 't1', 't2']);
    expect(result.metrics).toMatchObject({ toolCalls: 1, duration: 10, additionalMetrics: { rows: 3 } });
    expect(totals).toMatchObject({ toolCalls: 1, durationMs: 10_000, additionalMetrics: { rows: 3 } });
  });

  it('takes no result of a tool after its run has ended: the pair has its "not executed"', async () => {
    await store.endRun({
      ...beginInput('s1', 'r1'),
      messages: [toolMessage('n1', 'r1')],
      build: buildResult('s1', 'r1', 'm-r1', 'cancelled', ''),
      at: at(3),
    });
    const before = await store.session('s1');
    await store.storeToolResult({
      sessionId: 's1',
      runId: 'r1',
      message: toolMessage('late', 'r1'),
      events: [{ type: 'tool.ended', callId: 'n1', tool: 'weather', isError: false, durationMs: 9 }],
      durationMs: 9,
      isError: false,
      additionalMetrics: {},
      at: at(4),
    });
    expect(await store.session('s1')).toEqual(before);
    expect((await store.messagesOfRun('s1', 'r1')).map(({ id }) => id)).toEqual(['m-r1', 'n1']);
  });
});

describe('history', () => {
  beforeEach(async () => {
    for (let n = 2; n <= 150; n++) {
      await store.beginRun({ ...beginInput('s1', `r${n}`), message: userMessage(`m-r${n}`, `r${n}`, 10) });
    }
  });
  const numbers = async (bounds: { beforeNumber: number; maxRuns: number | null; maxTokens: number | null }) =>
    (await store.history('s1', bounds)).map(({ number }) => number);

  it('answers whole runs before a number, oldest first, across steps', async () => {
    const all = await store.history('s1', { beforeNumber: 151, maxRuns: null, maxTokens: null });
    expect(all.map(({ number }) => number)).toEqual(Array.from({ length: 150 }, (_, index) => index + 1));
    expect(all.every(({ messages, runId }) => messages.length === 1 && messages[0]?.runId === runId)).toBe(true);
  });

  it('stops at the number of runs', async () => {
    expect(await numbers({ beforeNumber: 100, maxRuns: 3, maxTokens: null })).toEqual([97, 98, 99]);
    expect(await numbers({ beforeNumber: 151, maxRuns: 64, maxTokens: null })).toHaveLength(64);
    expect(await numbers({ beforeNumber: 151, maxRuns: 0, maxTokens: null })).toEqual([]);
  });

  it('stops before the run that would pass the tokens, and skips none to take an older one', async () => {
    expect(await numbers({ beforeNumber: 100, maxRuns: null, maxTokens: 29 })).toEqual([98, 99]);
    expect(await numbers({ beforeNumber: 100, maxRuns: null, maxTokens: 30 })).toEqual([97, 98, 99]);
    expect(await numbers({ beforeNumber: 3, maxRuns: null, maxTokens: 9 })).toEqual([]);
    // Run 1 has 5 tokens, run 2 has 10.
    expect(await numbers({ beforeNumber: 3, maxRuns: null, maxTokens: 14 })).toEqual([2]);
  });
});
