import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BudgetRule } from '../../src/domain/budget.ts';
import { unnamed } from '../../src/domain/ledger.ts';
import { plainUsage } from '../../src/domain/usage.ts';
import type { Store } from '../../src/store/index.ts';
import {
  at,
  beginInput,
  buildResult,
  openedStore,
  openInput,
  owner,
  callStarted,
  reservedRow,
  settlementOf,
  start,
  answerMessage,
  toolMessage,
} from './fixtures.ts';
import { tallyOf } from '../../src/domain/metrics.ts';

const userDaily: BudgetRule = {
  scope: 'user',
  window: 'day',
  unit: 'tokens',
  limit: 9,
  timeZone: 'UTC',
  warnAt: null,
};

let store: Store;
let path: string;
let remove: () => Promise<void>;

beforeEach(async () => {
  ({ store, path, remove } = await openedStore());
});
afterEach(() => remove());

/** Every row of every table, as the file has them. */
function allRows(): Record<string, unknown[]> {
  const sqlite = new DatabaseSync(path, { readOnly: true });
  const tables = sqlite
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
    .all();
  const rows = tables.map(
    ({ name }) => [String(name), sqlite.prepare(`select * from "${String(name)}"`).all()] as const,
  );
  sqlite.close();
  return Object.fromEntries(rows);
}

const row = reservedRow('s1', 'r1', 'c1');
const next = reservedRow('s1', 'r1', 'c1', 2);
const reserveRow = (of: typeof row) =>
  store.reserve({ row: of, rules: [], owner, leaseUntil: start + 60_000, events: [callStarted(of)], request });
const span = { summaryNumber: 0, resultsThroughSeq: 0, firstRun: 0, lastRun: 1, lastSeq: 1 };
const request = { instructions: 'Be brief.', tools: [], output: null, ...span, digest: 'd' };
const object = { id: 'resp_1', sessionId: 's1', tenant: null, createdAt: at(1), body: { status: 'queued' } };
const learnt = { model: 'local/llama3', window: 4096, from: 'error', learntAt: start } as const;
const delta = {
  type: 'text.delta',
  at: at(1),
  sessionId: 's1',
  runId: 'r1',
  callId: 'c1',
  attempt: 1,
  offset: 0,
  delta: 'Hi',
} as const;
const failed = (state: 'released' | 'estimated' | 'lost') => ({
  rowId: row.id,
  state,
  usage: null,
  costNanoUsd: null,
  cacheSavedNanoUsd: null,
  error: 'aborted',
  endedAt: start + 5_000,
  timeToFirstTokenMs: null,
  events: [callStarted(row)],
});
const { answer: _answer, thresholds: _thresholds, ...spent } = settlementOf(row);
const refused = { ...spent, error: 'refusal' };
const toolResult = {
  sessionId: 's1',
  runId: 'r1',
  message: toolMessage('t1', 'r1'),
  events: [{ type: 'tool.ended', callId: 't1', tool: 'weather', isError: false, durationMs: 40 }],
  durationMs: 40,
  isError: false,
  additionalMetrics: { rows: 3 },
  at: at(2),
} as const;
const startTool = () =>
  store.startTool({
    sessionId: 's1',
    runId: 'r1',
    callId: 't1',
    unknownAllowed: 0,
    event: { type: 'tool.started', callId: 't1', tool: 'weather', input: {} },
    at: at(1),
  });
const endOfRun = {
  ...beginInput('s1', 'r1'),
  messages: [toolMessage('n1', 'r1')],
  build: buildResult('s1', 'r1', 'm-r1', 'cancelled', ''),
  at: at(3),
};

const compaction = {
  compaction: {
    id: 's1.c1',
    sessionId: 's1',
    runId: null,
    cause: 'request',
    at: at(4),
    summary: { text: 'Ann likes tea.', tokens: 5, model: 'simulated/echo', firstSeq: 1, lastSeq: 2, throughRun: 1 },
    runs: 1,
    results: 0,
    tokensBefore: 90,
    tokensAfter: 20,
  },
  resultsThroughSeq: 2,
  event: {
    type: 'compaction.ended',
    compactionId: 's1.c1',
    cause: 'request',
    runs: 1,
    throughRun: 1,
    results: 0,
    summaryTokens: 5,
    tokensBefore: 90,
    tokensAfter: 20,
  },
} as const;

type Step = () => Promise<unknown>;
const cases: readonly (readonly [name: string, before: readonly Step[], step: Step])[] = [
  ['migrate', [], () => store.migrate()],
  ['openSession', [], () => store.openSession(openInput('s2'))],
  ['closeSession', [], () => store.closeSession({ sessionId: 's1', status: 'closed', reason: null, at: at(5) })],
  ['beginRun', [], () => store.beginRun(beginInput('s1', 'r2'))],
  ['failToolAttempt', [() => startTool()], () => store.failToolAttempt({ sessionId: 's1', callId: 't1', attempt: 1 })],
  ['storeToolResult', [], () => store.storeToolResult(toolResult)],
  [
    'addMessage',
    [],
    () => store.addMessage({ sessionId: 's1', runId: 'r1', message: answerMessage('a1', 'r1'), at: at(2) }),
  ],
  ['endRun', [() => reserveRow(row)], () => store.endRun(endOfRun)],
  [
    'endRun of a run that never began',
    [],
    () => store.endRun({ ...endOfRun, ...beginInput('s1', 'r2'), messages: [] }),
  ],
  ['storeCompaction', [], () => store.storeCompaction(compaction)],
  ['reserve', [], () => reserveRow(row)],
  ['reserve after another attempt', [() => reserveRow(row)], () => reserveRow(next)],
  [
    'recordSpend',
    [],
    () => store.recordSpend({ ...row, state: 'settled', usage: plainUsage(5, 6), costNanoUsd: 9, answered: true }, []),
  ],
  [
    'setBudget',
    [],
    () =>
      store.setBudget({
        scope: 'user',
        key: 'ann',
        window: 'day',
        unit: 'tokens',
        timeZone: 'UTC',
        windowStart: null,
        limit: 9,
      }),
  ],
  [
    'raiseBudget',
    [() => store.publishBudgetRules([userDaily])],
    () =>
      store.raiseBudget({
        id: 'raise-1',
        reference: { scope: 'user', key: 'ann', window: 'day' },
        by: () => 5,
        at: start,
      }),
  ],
  ['publishBudgetRules', [], () => store.publishBudgetRules([userDaily])],
  [
    'recordSpendOutside',
    [],
    () =>
      store.recordSpendOutside(
        { ...row, id: 'x1', sessionId: unnamed, state: 'settled', usage: plainUsage(4, 5), unreserved: true },
        [userDaily],
      ),
  ],
  ['prolong', [() => reserveRow(row)], () => store.prolong(row.id, start + 90_000)],
  ['settle', [() => reserveRow(row)], () => store.settle(settlementOf(row))],
  ['settle without an end', [() => reserveRow(row)], () => store.settle(settlementOf(row, { ends: false }))],
  ['settleRefused', [() => reserveRow(row)], () => store.settleRefused(refused)],
  [
    'settle as an estimate',
    [() => reserveRow(row)],
    () => store.settle(settlementOf(row, { state: 'estimated', usage: plainUsage(9, 9) })),
  ],
  [
    'settle of a lost row whose call was answered',
    [() => reserveRow(row), () => reserveRow(next), () => store.settle(settlementOf(next))],
    () => store.settle(settlementOf(row, { state: 'estimated' })),
  ],
  [
    'settle after the end of the run',
    [() => reserveRow(row), () => store.endRun(endOfRun)],
    () => store.settle(settlementOf(row)),
  ],
  ['endAttempt released', [() => reserveRow(row)], () => store.endAttempt(failed('released'))],
  ['endAttempt estimated', [() => reserveRow(row)], () => store.endAttempt(failed('estimated'))],
  ['endAttempt lost', [() => reserveRow(row)], () => store.endAttempt(failed('lost'))],
  [
    'appendEvents',
    [],
    () => store.appendEvents('s1', 'r1', [{ type: 'session.closed', reason: 'nobody is there' }], at(3)),
  ],
  ['appendDeltas', [], () => store.appendDeltas([delta, { ...delta, offset: 2, delta: '!' }])],
  ['pruneDeltas', [() => store.appendDeltas([delta])], () => store.pruneDeltas(start + 9_000)],
  ['learnWindow', [], () => store.learnWindow(learnt)],
  ['forgetWindow', [() => store.learnWindow(learnt)], () => store.forgetWindow(learnt.model)],
  ['keepApiObject', [], () => store.keepApiObject(object)],
  [
    'changeApiObject',
    [() => store.keepApiObject(object)],
    () => store.changeApiObject(object.id, { status: 'completed' }),
  ],
  ['keepToolListing', [], () => store.keepToolListing({ sessionId: 's', agent: 'a' }, { state: '1', tools: [] })],
  ['putBlob', [], () => store.putBlob(new Uint8Array([1, 2, 3]), 'image/png')],
];

describe('the second time', () => {
  it.each(cases)('%s leaves the same rows', async (name, before, step) => {
    for (const each of before) await each();
    const untouched = allRows();
    await step();
    const once = allRows();
    if (name !== 'migrate') expect(once).not.toEqual(untouched);
    await step();
    expect(allRows()).toEqual(once);
  });

  it('comes at once as well: calls side by side leave what one leaves', async () => {
    await Promise.all([reserveRow(row), reserveRow(row), reserveRow(row)]);
    const settled = await Promise.all([store.settle(settlementOf(row)), store.settle(settlementOf(row))]);
    expect(settled[0]).toEqual(settled[1]);
    expect(tallyOf(settled[0].totals).calls).toBe(1);
    const events = await store.events('s1', { afterId: 0, limit: 99 });
    expect(events.map(({ type }) => type)).toEqual(['run.started', 'call.started', 'call.ended', 'run.ended']);
  });

  it('tries every writing method of the store', () => {
    const reads = [
      'call',
      'ping',
      'close',
      'session',
      'sessions',
      'run',
      'runByMessageId',
      'runs',
      'history',
      'messages',
    ];
    reads.push(
      'messagesOfRun',
      'expiredReservations',
      'reservationsOfBoot',
      'ledger',
      'idleOpenRuns',
      'events',
      'deltas',
    );
    reads.push('blob', 'recomputeTotals', 'estimateErrors', 'budgets', 'budgetsOf', 'budgetOverrides', 'usage');
    reads.push('budgetRules', 'budgetsInForce', 'auditBudgets', 'message', 'search', 'summary', 'compactions');
    reads.push(
      'toolListing',
      'learntWindow',
      'learntWindows',
      'latestCallStarted',
      'memberRuns',
      'earlierRunsOf',
      'treeCounters',
    );
    reads.push('ledgerPage', 'books', 'calls', 'sentRequest', 'sentBefore', 'messagesBefore', 'apiObject');
    reads.push('sessionsByStatus', 'firstEventOf');
    // Asked twice it starts twice, or not at all: that is what it is for.
    reads.push('startTool', 'watch');
    const tried = new Set(cases.map(([name]) => name.split(' ')[0]));
    expect(Object.keys(store).filter((name) => !reads.includes(name) && !tried.has(name))).toEqual([]);
  });
});

describe('what is kept beside the transcript', () => {
  it('answers deltas from where a reader stopped, also after older ones were deleted', async () => {
    await store.appendDeltas([delta]);
    const first = await store.deltas('s1', 0);
    expect(first.deltas).toEqual([delta]);
    await store.pruneDeltas(start + 9_000);
    await store.appendDeltas([{ ...delta, offset: 2, delta: '!' }]);
    const second = await store.deltas('s1', first.cursor);
    expect(second.deltas.map((each) => each.delta)).toEqual(['!']);
    expect(await store.deltas('s1', second.cursor)).toEqual({ deltas: [], cursor: second.cursor });
  });

  it('answers the same id for the same bytes, and the bytes for the id', async () => {
    const bytes = new Uint8Array([0, 255, 7]);
    const id = await store.putBlob(bytes, 'audio/wav');
    expect(await store.blob(id)).toEqual({ bytes, mediaType: 'audio/wav' });
    expect(await store.blob('none')).toBeNull();
  });
});
