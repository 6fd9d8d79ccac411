import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { SessionQuery } from '../src/client/api.ts';
import { createSessionApi } from '../src/client/session-api.ts';
import { resolveConfig, type Config } from '../src/config/index.ts';
import { startServer, type RunningServer } from '../src/server/start-server.ts';
import { storeOver } from '../src/store/sql-store.ts';
import { sqliteDatabase } from '../src/store/sqlite/sqlite-database.ts';
import type { Store } from '../src/store/index.ts';
import { beginInput, reserve, reservedRow, settlementOf, at } from '../test/store/fixtures.ts';
import { quantile, report, timed } from './support/measure.ts';

/** Pages of the list of sessions over HTTP, of 10,000 that each had a run: every filter, the first page, one far down. */
const sessions = Number(process.env['LOADLINE_BENCH_SESSIONS'] ?? 10_000);
const rounds = 60;
const goalMs = 50;

async function fill(store: Store): Promise<void> {
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

/** The HTTP server over a store; the list asks nothing of Temporal. */
async function serve(store: Store): Promise<RunningServer> {
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
    dashboard: null,
    stories: null,
  });
  return server;
}

const folder = mkdtempSync(join(tmpdir(), 'loadline-bench-'));
const store = storeOver(sqliteDatabase({ path: join(folder, 'bench.sqlite') }));
await store.migrate();
const server = await serve(store);
try {
  const filled = await timed(() => fill(store));
  console.log(`     ${sessions} sessions filled in ${(filled / 1000).toFixed(1)} s`);
  const { cursor } = await store.sessions({ limit: Math.floor(sessions * 0.8) });
  const queries: Readonly<Record<string, SessionQuery & { readonly q?: string; readonly cursor?: string }>> = {
    'the first page': {},
    'a page far down': { cursor: cursor ?? '' },
    'by status': { status: 'closed' },
    'by agent': { agent: 'desk' },
    'by user': { user: 'user-7@example.org' },
    'by tenant': { tenant: 'north' },
    'of one tenant by status, last changed first': { tenant: 'north', status: 'open', sort: 'updated' },
    'last changed first': { sort: 'updated' },
    'by the beginning of an id': { q: 's-00' },
    'by a part of a user': { q: '-399@' },
    'by a part of a user in one tenant': { tenant: 'north', q: '-398@' },
    'by what nothing has': { q: 'nobody' },
  };
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(await timed(async () => await (await fetch(`${server.url}/healthz`)).text()));
  }
  console.log(
    `     a bare answer takes ${quantile(bare, 0.5).toFixed(1)} ms, at the 95th percentile ${quantile(bare, 0.95).toFixed(1)} ms`,
  );
  for (const [name, query] of Object.entries(queries)) {
    const words = new URLSearchParams(query as Record<string, string>);
    const list = async (): Promise<void> => {
      const response = await fetch(`${server.url}/v1/sessions?${words.toString()}`);
      const { sessions: found } = (await response.json()) as { readonly sessions: readonly unknown[] };
      if (response.ok && (found.length > 0 || query.q === 'nobody')) return;
      throw new Error(`${name}: status ${response.status} with ${found.length} sessions`);
    };
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(await timed(list));
    report(
      `${name} (median ${quantile(times, 0.5).toFixed(1)} ms), 95th percentile`,
      quantile(times, 0.95),
      { atMost: goalMs },
      ' ms',
    );
  }
} finally {
  await server.close();
  await store.close();
  rmSync(folder, { recursive: true });
}
