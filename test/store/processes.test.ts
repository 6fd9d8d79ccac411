import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createStore } from '../../src/store/index.ts';
import { openedStore } from './fixtures.ts';
import { tallyOf, emptyTotals } from '../../src/domain/metrics.ts';

const writer = fileURLToPath(new URL('writer-process.ts', import.meta.url));

async function write(url: string, name: string): Promise<string> {
  const child = spawn(process.execPath, [writer, url, name], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0 ? '' : `${name} ended with ${code}: ${errors}`;
}

describe('several processes on one file', () => {
  let opened: Awaited<ReturnType<typeof openedStore>>;
  beforeEach(async () => {
    opened = await openedStore();
  });
  afterEach(() => opened.remove());

  it('lose nothing: sums are exact and event numbers have no gap', async () => {
    const { store, path } = opened;
    expect(await Promise.all([write(`sqlite:${path}`, 'one'), write(`sqlite:${path}`, 'two')])).toEqual(['', '']);
    const totals = (await store.session('s1'))?.totals;
    expect(tallyOf(totals ?? emptyTotals)).toMatchObject({
      calls: 500,
      rows: 500,
      failedAttempts: 0,
      costNanoUsd: 500 * 150_000,
    });
    expect(tallyOf(totals ?? emptyTotals).usage.totalTokens).toEqual({ known: 500 * 150, unknown: 0 });
    const events = await store.events('s1', { afterId: 0, limit: 9999 });
    expect(events.map(({ id }) => id)).toEqual(Array.from({ length: 1001 }, (_, index) => index + 1));
    const twice = await store.recomputeTotals('s1');
    expect(twice?.stored).toEqual(twice?.recomputed);
  });
});

describe('a new file', () => {
  it('is brought up to date once by all who start at the same time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'loadline-store-'));
    const stores = Array.from({ length: 4 }, () => createStore(`sqlite:${join(folder, 'new.sqlite')}`));
    await Promise.all(stores.map((store) => store.migrate()));
    await Promise.all(stores.map((store) => store.ping()));
    await Promise.all(stores.map((store) => store.close()));
    rmSync(folder, { recursive: true });
  });
});
