import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionApi } from '../../src/client/api.ts';
import { createSessionApi } from '../../src/client/session-api.ts';
import type { Config } from '../../src/config/index.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { billedTokens, metricsOfLedger } from '../support/conservation.ts';
import type { KillPoint } from '../support/killing-worker.ts';
import { testTemporalAddress } from '../support/stack.ts';
import { said } from '../support/teams.ts';
import { spawnWorker, type WorkerProcess } from '../support/worker-process.ts';

/** What a worker's death at each point leaves of the member's call. */
const cases: readonly { readonly point: KillPoint; readonly says: string; readonly rows: readonly string[] }[] = [
  { point: 'member-writing', says: 'while a member writes', rows: ['lost', 'settled'] },
  { point: 'member-settled', says: "after the commit of a member's answer", rows: ['settled'] },
  { point: 'after-result', says: 'once the leader has the answer', rows: ['settled'] },
];

describe('a worker that is killed with -9 in a team', () => {
  let folder: string;
  let store: Store;
  let simulator: Simulator;
  let connection: Connection;
  let api: SessionApi<Config>;
  let taskQueue: string;
  const workers: WorkerProcess[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'loadline-team-crash-'));
    store = createStore(`sqlite:${join(folder, 'loadline.sqlite')}`);
    await store.migrate();
    simulator = await startSimulator();
    taskQueue = `team-crash-${randomUUID()}`;
    connection = await Connection.connect({ address: testTemporalAddress() });
    const temporal = new Client({ connection });
    api = createSessionApi(() =>
      Promise.resolve({ temporal, store, taskQueue, bus: null, close: () => Promise.resolve() }),
    );
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
    await connection.close();
    await simulator.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function worker(point: KillPoint): Promise<WorkerProcess> {
    const started = await spawnWorker({
      temporalAddress: testTemporalAddress(),
      taskQueue,
      databaseUrl: `sqlite:${join(folder, 'loadline.sqlite')}`,
      simulatorUrl: simulator.url,
      point,
    });
    workers.push(started);
    return started;
  }

  it.each(cases)('$says: the answer comes, and every token is on the ledger once', async ({ point, rows }) => {
    const doomed = await worker(point);
    const task = { member: 'member', task: 'Say something.' };
    simulator.script({ ...said('desk'), toolCalls: [{ name: 'delegate', arguments: task }] });
    simulator.script({ ...said('desk'), times: null, answer: 'The member has spoken.' });
    simulator.script({ ...said('member'), times: null, tokensPerSecond: 20, answerTokens: 12 });
    const session = api.session('desk', { id: `team-crash-${randomUUID()}` });
    const sending = session.send('Ask the member.', { messageId: 'm-1' });
    await doomed.ended;
    await worker('never');
    const run = await sending;
    expect(run).toMatchObject({ status: 'completed', text: 'The member has spoken.' });

    const ledger = await store.ledger(session.id);
    const ofMember = ledger.filter(({ agent }) => agent === 'member').toSorted((a, b) => a.attempt - b.attempt);
    expect(ofMember.map(({ state }) => state)).toEqual(rows);
    const metrics = await session.metrics();
    const summed = await metricsOfLedger(store, session.id);
    const billed = billedTokens(simulator.tally());
    expect([metrics.totalTokens, run.metrics.totalTokens]).toEqual([summed.totalTokens, summed.totalTokens]);
    expect(metrics.totalTokens).toBeGreaterThanOrEqual(billed.input + billed.output);
    expect(metrics.totalTokens === billed.input + billed.output).toBe(rows.length === 1);
    expect(run.metrics).toMatchObject({ calls: 3, toolCalls: 1, members: { member: { calls: 1 } } });
    const messages = await session.messages();
    expect(messages.map(({ role, agent }) => [role, agent])).toEqual([
      ['user', undefined],
      ['assistant', 'desk'],
      ['user', 'desk'],
      ['assistant', 'member'],
      ['tool', undefined],
      ['assistant', 'desk'],
    ]);
  });
});
