import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionQuery } from '../src/client/api.ts';
import { storeOver } from '../src/store/sql-store.ts';
import { sqliteDatabase } from '../src/store/sqlite/sqlite-database.ts';
import { fillSessions, serveStore, sessionCount } from './support/many-sessions.ts';
import { quantile, report, timed } from './support/measure.ts';

/** Pages of the list of sessions over HTTP, of 10,000 that each had a run: every filter, the first page, one far down. */
const rounds = 60;
const goalMs = 50;

const folder = mkdtempSync(join(tmpdir(), 'loadline-bench-'));
const store = storeOver(sqliteDatabase({ path: join(folder, 'bench.sqlite') }));
await store.migrate();
const server = await serveStore(store, null);
try {
  const filled = await timed(() => fillSessions(store, sessionCount));
  console.log(`     ${sessionCount} sessions filled in ${(filled / 1000).toFixed(1)} s`);
  const { cursor } = await store.sessions({ limit: Math.floor(sessionCount * 0.8) });
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
