import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SessionApi } from '../../src/client/api.ts';
import { createSessionApi } from '../../src/client/session-api.ts';
import { resolveConfig } from '../../src/config/index.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { workerTuning } from '../../src/worker/create-worker.ts';
import { installLogger } from '../../src/worker/log.ts';
import { startRuntime, type Runtime } from '../../src/worker/runtime.ts';
import { findTemporal } from '../../src/worker/temporal-server/index.ts';
import { cleanEnvironment } from '../../test/support/clean-environment.ts';
import { benchConfig } from './bench-config.ts';
import { startSimulatorProcess, type SimulatorProcess } from './simulator-process.ts';

export type BenchConfig = typeof benchConfig;

/** One Temporal server with two workers of the same options: Loadline's, and one of a bare workflow. */
export interface Stand {
  readonly folder: string;
  readonly client: Client;
  readonly store: Store;
  readonly api: SessionApi<BenchConfig>;
  readonly simulator: SimulatorProcess;
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly taskQueue: string;
  /** Of the worker in this process; `null`: none runs. */
  bus(): Runtime['bus'] | null;
  /** A new bare workflow; each call is one turn of it. */
  bareTurns(): Promise<BareTurns>;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  close(): Promise<void>;
}

export interface BareTurns {
  /** Of one activity. */
  readonly turn: () => Promise<unknown>;
  readonly activities: (count: number) => Promise<unknown>;
  /** Of an activity, a child workflow with one of its own, and another activity. */
  readonly child: () => Promise<unknown>;
}

/** @param options.worker `false`: none of Loadline's in this process. */
export async function openStand(options: { readonly worker: boolean } = { worker: true }): Promise<Stand> {
  cleanEnvironment(process.env);
  const logger = installLogger('error');
  const folder = mkdtempSync(join(tmpdir(), 'loadline-bench-'));
  const temporal = await findTemporal({ home: folder, ports: 'free', ui: false, onProgress: console.error });
  const databaseUrl = `sqlite:${join(folder, 'loadline.sqlite')}`;
  const store = createStore(databaseUrl);
  await store.migrate();
  const simulator = await startSimulatorProcess();
  const connection = await Connection.connect(temporal.connection);
  const native = await NativeConnection.connect(temporal.connection);
  const client = new Client({ connection });
  const bareQueue = `bare-${randomUUID()}`;
  const taskQueue = `bench-${randomUUID()}`;
  const bareWorker = await Worker.create({
    ...workerTuning,
    connection: native,
    taskQueue: bareQueue,
    activities: { noOp: (text: string) => Promise.resolve(text) },
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('bare-workflow.ts', import.meta.url)),
      logger,
    }),
  });
  const bareRunning = bareWorker.run();
  let runtime: Runtime | null = null;

  const stand: Stand = {
    folder,
    client,
    store,
    api: createSessionApi<BenchConfig>(() =>
      Promise.resolve({
        temporal: client,
        store,
        taskQueue,
        bus: runtime?.bus ?? null,
        close: () => Promise.resolve(),
      }),
    ),
    simulator,
    temporalAddress: temporal.address,
    databaseUrl,
    taskQueue,
    bus: () => runtime?.bus ?? null,
    async bareTurns() {
      const handle = await client.workflow.start('bare', { workflowId: `bare-${randomUUID()}`, taskQueue: bareQueue });
      return {
        turn: () => handle.executeUpdate<string, [string]>('turn', { args: ['How are you?'] }),
        activities: (count) => handle.executeUpdate<string, [number]>('activities', { args: [count] }),
        child: () => handle.executeUpdate<string, [string]>('child', { args: ['How are you?'] }),
      };
    },
    async startWorker() {
      runtime = await startRuntime({
        config: resolveConfig(benchConfig, { defaultModel: 'simulated/loadline-sim-1' }),
        temporal: { connection: temporal.connection, namespace: 'default' },
        store,
        taskQueue,
        environment: {},
        simulatorUrl: simulator.url,
        cacheFolder: join(tmpdir(), 'loadline-bench-bundles'),
        logger,
      });
    },
    async stopWorker() {
      await runtime?.shutdown();
      runtime = null;
    },
    async close() {
      await stand.stopWorker();
      bareWorker.shutdown();
      await bareRunning;
      await Promise.all([connection.close(), native.close()]);
      await simulator.stop();
      await store.close();
      await temporal.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  if (options.worker) await stand.startWorker();
  return stand;
}
