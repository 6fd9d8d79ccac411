import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeOver } from '../src/store/sql-store.ts';
import { sqliteDatabase } from '../src/store/sqlite/sqlite-database.ts';
import type { Store } from '../src/store/index.ts';
import { beginInput, openInput, reserve, reservedRow, settlementOf } from '../test/store/fixtures.ts';

/** Reserve + settle pairs of `sessions` sessions at once, each of which waits for one before the next. */
async function pairsPerSecond(store: Store, sessions: number, pairs: number, name: string): Promise<number> {
  const each = Math.ceil(pairs / sessions);
  const ids = Array.from({ length: sessions }, (_, index) => `${name}-${index}`);
  for (const id of ids) {
    await store.openSession(openInput(id));
    await store.beginRun(beginInput(id, `r-${id}`));
  }
  const begun = performance.now();
  await Promise.all(
    ids.map(async (id) => {
      for (let call = 0; call < each; call++) {
        const row = reservedRow(id, `r-${id}`, `c-${id}-${call}`);
        await reserve(store, row);
        await store.settle(settlementOf(row, { ends: false }));
      }
    }),
  );
  return (sessions * each * 1000) / (performance.now() - begun);
}

/** Whole runs of one call, one after another: what durability adds to each. */
async function msPerRun(store: Store, runs: number, sessionId: string): Promise<number> {
  await store.openSession(openInput(sessionId));
  const begun = performance.now();
  for (let number = 0; number < runs; number++) {
    const runId = `${sessionId}-${number}`;
    await store.beginRun(beginInput(sessionId, runId));
    const row = reservedRow(sessionId, runId, `c-${runId}`);
    await reserve(store, row);
    await store.settle(settlementOf(row));
  }
  return (performance.now() - begun) / runs;
}

for (const synchronous of ['FULL', 'NORMAL'] as const) {
  const folder = mkdtempSync(join(tmpdir(), 'loadline-bench-'));
  const store = storeOver(sqliteDatabase({ path: join(folder, 'bench.sqlite'), synchronous }));
  try {
    await store.migrate();
    await pairsPerSecond(store, 8, 1000, 'warm');
    const alone = await pairsPerSecond(store, 1, 2000, 'alone');
    const before = process.cpuUsage();
    const many = await pairsPerSecond(store, 64, 16_000, 'many');
    const { user, system } = process.cpuUsage(before);
    const run = await msPerRun(store, 500, 'runs');
    console.log(
      `synchronous=${synchronous}: ${many.toFixed(0)} reserve+settle pairs a second with 64 sessions at once ` +
        `(${((user + system) / 16_000).toFixed(0)} µs of CPU each), ` +
        `${alone.toFixed(0)} with one; ${run.toFixed(2)} ms of store for a run of one call`,
    );
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}
