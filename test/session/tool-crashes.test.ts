import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Session } from '../../src/client/api.ts';
import { createSessionApi } from '../../src/client/session-api.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { metricsOfLedger } from '../support/conservation.ts';
import type { KillPoint } from '../support/killing-worker.ts';
import { testTemporalAddress } from '../support/stack.ts';
import { spawnWorker } from '../support/worker-process.ts';

type Tool = 'once' | 'same' | 'again' | 'asks';

interface Case {
  readonly tool: Tool;
  readonly point: KillPoint;
  readonly passes?: number;
  /** How often the tool acts. */
  readonly acts: number;
  readonly result: RegExp;
  readonly toolErrors?: number;
}

const acted = /^acted$/;
const unknown = /^The outcome of once is unknown: its worker was lost while it ran, and it may have acted\. It is not/;

/** In the order of a run: a model's call, a tool's, a model's. */
const cases: readonly Case[] = [
  { tool: 'once', point: 'before-reserve', acts: 1, result: acted },
  { tool: 'once', point: 'before-settle', acts: 1, result: acted },
  { tool: 'once', point: 'after-settle', acts: 1, result: acted },
  { tool: 'once', point: 'before-tool', acts: 1, result: acted },
  { tool: 'once', point: 'tool-started', acts: 0, result: unknown, toolErrors: 1 },
  { tool: 'once', point: 'in-tool', acts: 1, result: unknown, toolErrors: 1 },
  { tool: 'once', point: 'before-result', acts: 1, result: unknown, toolErrors: 1 },
  { tool: 'once', point: 'after-result', acts: 1, result: acted },
  { tool: 'once', point: 'after-reserve', passes: 1, acts: 1, result: acted },
  { tool: 'once', point: 'after-settle', passes: 1, acts: 1, result: acted },
  { tool: 'same', point: 'in-tool', acts: 2, result: acted },
  { tool: 'again', point: 'before-result', acts: 2, result: acted },
  { tool: 'asks', point: 'in-tool', acts: 2, result: acted },
];
const sideBySide = 7;

describe('a worker that is killed with -9 in a run with tools', () => {
  let folder: string;
  let store: Store;
  let simulator: Simulator;
  let connection: Connection;
  const databaseUrl = (): string => `sqlite:${join(folder, 'loadline.sqlite')}`;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'loadline-tool-crash-'));
    store = createStore(databaseUrl());
    await store.migrate();
    simulator = await startSimulator();
    connection = await Connection.connect({ address: testTemporalAddress() });
  });
  afterAll(async () => {
    await connection.close();
    await simulator.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What is left of a run whose worker died at the case's point. */
  async function play({ tool, point, passes = 0 }: Case) {
    const taskQueue = `tool-crash-${randomUUID()}`;
    const actsFile = join(folder, taskQueue);
    const settings = { temporalAddress: testTemporalAddress(), taskQueue, databaseUrl: databaseUrl(), actsFile };
    const start = async (at: KillPoint) =>
      await spawnWorker({ ...settings, simulatorUrl: simulator.url, point: at, passes });
    const temporal = new Client({ connection });
    const backend = { temporal, store, taskQueue, bus: null, close: () => Promise.resolve() };
    const session = createSessionApi(() => Promise.resolve(backend)).session('handy', { id: taskQueue });
    const doomed = await start(point);
    const sending = session.send(`Please act [[tool ${tool} {}]]`, { messageId: 'm-1' });
    await doomed.ended;
    const successor = await start('never');
    try {
      const first = await sending;
      const run = first.status === 'waiting' ? await approve(session, first.waitingFor?.[0]) : first;
      const lines = existsSync(actsFile) ? readFileSync(actsFile, 'utf8').trim().split('\n') : [];
      return { session, run, acts: lines.map((line) => line.split(' ')), metrics: await session.metrics() };
    } finally {
      await successor.kill();
    }
  }

  async function approve(session: Session<unknown>, asked: { callId?: string; reason?: string } | undefined) {
    expect(asked?.reason).toBe(
      'The outcome of asks is unknown: its worker was lost while it ran, and it may have acted',
    );
    await session.approve({ callId: asked?.callId ?? '', approved: true });
    return await session.send('Please act', { messageId: 'm-1' });
  }

  it('leaves a tool that must not act twice with one act and the truth about it, and a ledger that is exact', async () => {
    for (let next = 0; next < cases.length; next += sideBySide) {
      const batch = cases.slice(next, next + sideBySide);
      const played = await Promise.all(batch.map(async (one) => ({ one, ...(await play(one)) })));
      for (const { one, session, run, acts, metrics } of played) {
        const place = `${one.tool} ${one.point} ${one.passes ?? 0}`;
        expect([place, run.status]).toEqual([place, 'completed']);
        const results = run.messages.flatMap(({ parts }) => parts.flatMap((part) => ('output' in part ? [part] : [])));
        expect([place, results.length, acts.length]).toEqual([place, 1, one.acts]);
        expect(`${place}: ${String(results[0]?.output)}`).toMatch(
          new RegExp(`^${place}: ${one.result.source.slice(1)}`),
        );
        // Whoever keeps a list of keys acts once.
        expect(new Set(acts.map(([, key]) => key)).size).toBe(Math.min(1, one.acts));
        expect(acts.map(([, , attempt]) => attempt)).toEqual(acts.map((_, index) => String(index + 1)));
        expect(metrics).toMatchObject({ calls: 2, toolCalls: 1, toolErrors: one.toolErrors ?? 0 });
        expect(metrics.totalTokens).toBe((await metricsOfLedger(store, session.id)).totalTokens);
        const twice = await store.recomputeTotals(session.id);
        expect(twice?.recomputed).toEqual(twice?.stored);
      }
    }
    // What was settled is what the provider billed, and no request of its is without a row.
    const { requests } = simulator.tally();
    const { sessions } = await store.sessions({ limit: 100 });
    const rows = (await Promise.all(sessions.map(async ({ sessionId }) => await store.ledger(sessionId)))).flat();
    expect(rows.length).toBeGreaterThanOrEqual(requests.length);
    for (const { state, usage, providerMetrics } of rows.filter((row) => row.state === 'settled')) {
      const billed = requests.find(({ id }) => id === providerMetrics?.['id'])?.billed;
      expect([state, usage?.input, usage?.output]).toEqual(['settled', billed?.input, billed?.output]);
    }
  }, 180_000);
});
