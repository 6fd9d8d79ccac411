import { Client, Connection } from '@temporalio/client';
import { createSessionApi } from '../../src/client/session-api.ts';
import { resolveConfig, type Config } from '../../src/config/index.ts';
import { startServer, type RunningServer } from '../../src/server/start-server.ts';
import type { Store } from '../../src/store/index.ts';
import { at, beginInput, reserve, reservedRow, settlementOf } from '../../test/store/fixtures.ts';

/** 10,000 unless the environment says otherwise. */
export const sessionCount = Number(process.env['LOADLINE_BENCH_SESSIONS'] ?? 10_000);

/** Writes so many sessions of one run each: of several agents, users and tenants, open and closed. */
export async function fillSessions(store: Store, sessions: number): Promise<void> {
  for (let number = 0; number < sessions; number++) {
    const sessionId = `s-${((number * 7_919) % sessions).toString(36).padStart(5, '0')}`;
    await store.openSession({
      sessionId,
      agent: ['assistant', 'desk', 'clerk'][number % 3] ?? '',
      user: number % 5 === 0 ? null : `user-${number % 400}@example.org`,
      tenant: number % 2 === 0 ? 'north' : 'south',
      metadata: null,
      at: at(number),
    });
    await store.beginRun(beginInput(sessionId, `${sessionId}.1`));
    const row = reservedRow(sessionId, `${sessionId}.1`, `${sessionId}.1.1`);
    await reserve(store, row);
    if (number % 10 > 0) await store.settle(settlementOf(row));
    if (number % 4 === 0) {
      await store.closeSession({ sessionId, status: 'closed', reason: null, at: at(sessions + number) });
    }
  }
}

/**
 * The HTTP server over a store; the list asks nothing of Temporal.
 *
 * @param dashboard the folder of the built pages; `null`: none are served.
 */
export async function serveStore(store: Store, dashboard: string | null): Promise<RunningServer> {
  const server = await startServer({ host: '127.0.0.1', port: 0, elsewhere: false, tokens: null });
  const temporal = new Client({ connection: Connection.lazy() });
  const backend = { temporal, store, taskQueue: 'none', bus: null, close: () => Promise.resolve() };
  server.serve({
    api: createSessionApi<Config>(() => Promise.resolve(backend)),
    backend,
    config: resolveConfig(
      { agents: [{ name: 'assistant', model: 'simulated/echo' }] },
      { defaultModel: 'simulated/echo' },
    ),
    about: { version: '0', temporal: { namespace: 'default', uiUrl: null }, defaultModel: null },
    checks: {},
    log: console,
    environment: {},
    dashboard,
    stories: null,
  });
  return server;
}
