import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionApi } from '../../src/client/api.ts';
import { createSessionApi } from '../../src/client/session-api.ts';
import { resolveConfig, type Config } from '../../src/config/index.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { installLogger } from '../../src/worker/log.ts';
import { startRuntime, type Runtime } from '../../src/worker/runtime.ts';
import { crashConfig } from './crash-config.ts';
import type { KillPoint } from './killing-worker.ts';
import { testTemporalAddress } from './stack.ts';
import { spawnWorker, type WorkerProcess } from './worker-process.ts';

/** A store, a provider and a task queue of its own, for one worker that is killed and one that comes after it. */
export interface CrashScene {
  /** Where tools note what they do: a line each. */
  readonly actsFile: string;
  readonly store: Store;
  readonly simulator: Simulator;
  readonly temporal: Client;
  readonly taskQueue: string;
  readonly api: SessionApi<Config>;
  /** Starts a worker that kills itself at this point, the first time or after so many `passes`. */
  readonly doomed: (point: KillPoint, passes?: number) => Promise<WorkerProcess>;
  /** Starts a worker that lives, and answers when it was ready (milliseconds since the epoch). */
  readonly successor: () => Promise<number>;
}

async function withCrashScene<T>(play: (scene: CrashScene) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'loadline-crash-'));
  const taskQueue = `crash-${randomUUID()}`;
  const databaseUrl = `sqlite:${join(folder, 'loadline.sqlite')}`;
  const store = createStore(databaseUrl);
  await store.migrate();
  const simulator = await startSimulator();
  const connection = await Connection.connect({ address: testTemporalAddress() });
  const temporal = new Client({ connection });
  const backend = { temporal, store, taskQueue, bus: null, close: () => Promise.resolve() };
  const actsFile = join(folder, 'acts');
  const workers: WorkerProcess[] = [];
  const runtimes: Runtime[] = [];
  try {
    return await play({
      actsFile,
      store,
      simulator,
      temporal,
      taskQueue,
      api: createSessionApi(() => Promise.resolve(backend)),
      async doomed(point, passes = 0) {
        const temporalAddress = testTemporalAddress();
        const settings = { temporalAddress, taskQueue, databaseUrl, simulatorUrl: simulator.url, point, passes };
        const started = await spawnWorker({ ...settings, actsFile });
        workers.push(started);
        return started;
      },
      async successor() {
        const started = await startRuntime({
          config: resolveConfig(crashConfig({ actsFile }), { defaultModel: 'simulated/loadline-sim-1' }),
          temporal: { connection: { address: testTemporalAddress() }, namespace: 'default' },
          store,
          taskQueue,
          environment: {},
          simulatorUrl: simulator.url,
          cacheFolder: join(tmpdir(), 'loadline-test-bundles'),
          logger: installLogger('error'),
        });
        runtimes.push(started);
        return Date.now();
      },
    });
  } finally {
    await Promise.all([
      ...workers.map(async (worker) => await worker.kill()),
      ...runtimes.map(async (runtime) => await runtime.shutdown()),
    ]);
    await connection.close();
    await simulator.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is played in a scene of its own. */
export interface CrashPlay {
  /** Where the worker dies, and what is left all the same. */
  readonly says: string;
  readonly play: (scene: CrashScene) => Promise<void>;
}

/** Most of a scene is waiting for a heartbeat that no longer comes. */
const sideBySide = 7;

/** Plays them side by side, in one test: Jest refuses imports between two. What fails says which it was. */
export async function playSideBySide(plays: readonly CrashPlay[]): Promise<void> {
  const waiting = [...plays];
  const failures: string[] = [];
  const playOn = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { says, play } = next;
      await withCrashScene(play).catch((error: unknown) => {
        failures.push(`${says}\n${error instanceof Error ? error.stack : String(error)}`);
      });
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, playOn));
  if (failures.length > 0) throw new Error(`${failures.length} of ${plays.length} failed:\n\n${failures.join('\n\n')}`);
}
