import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSessionApi } from '../../src/client/session-api.ts';
import type { Config } from '../../src/config/index.ts';
import type { LedgerRow } from '../../src/domain/ledger.ts';
import { deriveUsage } from '../../src/domain/usage.ts';
import { startSimulator, type BilledRequest, type Tally } from '../../src/simulator/index.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { spawnWorker, type WorkerProcess } from '../support/worker-process.ts';

export interface StormSettings {
  readonly temporalAddress: string;
  readonly sessions: number;
  readonly messagesEach: number;
  readonly workers: number;
  readonly kills: number;
  /** Milliseconds between kills. */
  readonly killEveryMs: number;
  /** Tokens for everything, in the hour of the storm and in any other. */
  readonly limit: number;
  readonly seed: number;
}

export interface StormReport {
  readonly answered: number;
  readonly refused: number;
  readonly other: readonly string[];
  /** The most that was spent and reserved at once, of all samples. */
  readonly highest: number;
  readonly samples: number;
  readonly stillReserved: number;
  readonly kills: number;
  /** Attempts that were in flight on a worker when it was killed. */
  readonly inFlightAtKills: number;
  readonly lost: number;
  /** Settled rows whose numbers are not the provider's. */
  readonly wrong: readonly string[];
  /** Tokens that were billed for attempts which no settled row tells of, and what the ledger charges for such. */
  readonly billedUnsettled: number;
  readonly chargedUnsettled: number;
  readonly seconds: number;
}

/** mulberry32: the same storm for the same seed, as far as timing lets it be. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What the provider does with a message: it answers, late, badly, or not at first. */
const moods = [
  '',
  '',
  '',
  '[[slow 300]]',
  '[[slow 900]]',
  '[[pace 60]]',
  '[[fail 429 1]]',
  '[[fail 503 1]]',
  '[[drop 3]]',
  '[[nousage]]',
];

/**
 * Many sessions on one budget, a provider with delays and faults, and workers that are killed with -9 all the time. The
 * budget is sampled throughout; afterwards ledger and provider are compared.
 */
export async function runStorm(settings: StormSettings): Promise<StormReport> {
  const startedAt = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'loadline-storm-'));
  const databaseUrl = `sqlite:${join(folder, 'loadline.sqlite')}`;
  const store = createStore(databaseUrl);
  await store.migrate();
  const simulator = await startSimulator();
  const taskQueue = `storm-${randomUUID()}`;
  const connection = await Connection.connect({ address: settings.temporalAddress });
  const temporal = new Client({ connection });
  const api = createSessionApi<Config>(() =>
    Promise.resolve({ temporal, store, taskQueue, bus: null, close: () => Promise.resolve() }),
  );
  const budgets = [{ scope: 'all' as const, window: 'lifetime' as const, tokens: settings.limit }];
  const worker = (): Promise<WorkerProcess> =>
    spawnWorker({
      temporalAddress: settings.temporalAddress,
      taskQueue,
      databaseUrl,
      simulatorUrl: simulator.url,
      point: 'never',
      budgets,
      maxOutputTokens: 300,
    });
  const workers = await Promise.all(Array.from({ length: settings.workers }, worker));
  const random = randomOf(settings.seed);
  let over = false;

  const sampling = sampleBudget(store, () => over);
  const texts = Array.from({ length: settings.sessions }, () =>
    Array.from(
      { length: settings.messagesEach },
      () => `Tell me something. ${moods[Math.floor(random() * moods.length)]}`,
    ),
  );
  const talks = texts.map(async (messages, n) => {
    const session = api.session('assistant', { id: `storm-${n}-${taskQueue.slice(-8)}`, user: `user-${n % 7}` });
    const outcomes: string[] = [];
    for (const text of messages) {
      const result = await session.send(text);
      outcomes.push(result.error?.code ?? result.status);
    }
    return { id: session.id, outcomes };
  });
  const all = Promise.all(talks);
  let inFlightAtKills = 0;
  for (let kill = 0; kill < settings.kills; kill++) {
    await sleep(settings.killEveryMs * (0.5 + random()));
    const index = Math.floor(random() * workers.length);
    const victim = workers[index];
    if (victim === undefined) continue;
    await victim.kill('SIGKILL');
    const left = await store.expiredReservations(Number.MAX_SAFE_INTEGER, 10_000);
    inFlightAtKills += left.length;
    workers[index] = await worker();
  }
  const ended = await all;
  over = true;
  const { highest, samples } = await sampling;
  await Promise.all(workers.map((one) => one.kill('SIGTERM')));
  const rows = (await Promise.all(ended.map(({ id }) => store.ledger(id)))).flat();
  const tally = simulator.tally();
  const outcomes = ended.flatMap((one) => one.outcomes);
  const report: StormReport = {
    answered: outcomes.filter((one) => one === 'completed').length,
    refused: outcomes.filter((one) => one === 'BudgetExceeded').length,
    other: outcomes.filter((one) => one !== 'completed' && one !== 'BudgetExceeded'),
    highest,
    samples,
    stillReserved: rows.filter(({ state }) => state === 'reserved').length,
    kills: settings.kills,
    inFlightAtKills,
    lost: rows.filter(({ state }) => state === 'lost').length,
    ...compare(rows, tally),
    seconds: (Date.now() - startedAt) / 1000,
  };
  await connection.close();
  await simulator.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  return report;
}

async function sampleBudget(store: Store, over: () => boolean): Promise<{ highest: number; samples: number }> {
  let highest = 0;
  let samples = 0;
  while (!over()) {
    for (const { spent, reserved } of await store.budgets('1970-01-01T00:00:00.000Z')) {
      highest = Math.max(highest, spent + reserved);
      samples += 1;
    }
    await sleep(5);
  }
  return { highest, samples };
}

function tokensOf(request: BilledRequest): number {
  return Object.values(request.billed).reduce((sum, tokens) => sum + tokens, 0);
}

/** Each settled row against the request that it names; all others together. */
function compare(
  rows: readonly LedgerRow[],
  { requests }: Tally,
): Pick<StormReport, 'wrong' | 'billedUnsettled' | 'chargedUnsettled'> {
  const byId = new Map(requests.map((request) => [request.id, request]));
  const wrong: string[] = [];
  let chargedUnsettled = 0;
  for (const row of rows) {
    const charged = row.usage === null ? 0 : (deriveUsage(row.usage).totalTokens ?? 0);
    if (row.state !== 'settled') {
      chargedUnsettled += charged;
      continue;
    }
    const id = row.providerMetrics?.['id'];
    const request = typeof id === 'string' ? byId.get(id) : undefined;
    if (request === undefined || tokensOf(request) !== charged)
      wrong.push(`${row.id}: ${charged} against ${request && tokensOf(request)}`);
    if (request !== undefined) byId.delete(request.id);
  }
  const billedUnsettled = [...byId.values()].reduce((sum, request) => sum + tokensOf(request), 0);
  return { wrong, billedUnsettled, chargedUnsettled };
}
