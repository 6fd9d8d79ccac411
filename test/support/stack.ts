import { msToTs } from '@temporalio/common/lib/time.js';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessionApi } from '../../src/client/session-api.ts';
import type { SessionApi } from '../../src/client/api.ts';
import { resolveConfig, type Config } from '../../src/config/index.ts';
import { startSimulator, type Simulator, type SimulatorOptions, type TallyQuery } from '../../src/simulator/index.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { installLogger } from '../../src/worker/log.ts';
import { startRuntime, type Runtime } from '../../src/worker/runtime.ts';
import { startRecorder, type ReceivedRequest } from './recorder.ts';

/** A worker in this process on the run's Temporal server, with a store, a simulator and a task queue of its own. */
export interface Stack<C extends Config> {
  readonly api: SessionApi<C>;
  readonly store: Store;
  readonly simulator: Simulator;
  /** All requests that the simulator has received, in order. */
  readonly requests: readonly ReceivedRequest[];
  /** Keeps requests from the simulator until what it answers is called. */
  hold(): () => void;
  readonly runtime: Runtime;
  readonly taskQueue: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly folder: string;
  /** A second worker on the same store with a Temporal that has forgotten every workflow, as after its retention. */
  afterRetention(): Promise<{ readonly api: SessionApi<C>; close(): Promise<void> }>;
  /** Ends the worker and starts another one on the same store. */
  restartWorker(): Promise<void>;
  close(): Promise<void>;
}

export interface StackOptions {
  readonly simulator?: SimulatorOptions;
  readonly defaultModel?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

export function testTemporalAddress(): string {
  const address = process.env['LOADLINE_TEST_TEMPORAL_ADDRESS'];
  if (address === undefined) throw new Error('The test run has no Temporal server; start it with npm test');
  return address;
}

/** @param config one, or what makes it from the address at which the simulator is reached. */
export async function startStack<C extends Config>(
  config: C | ((simulatorUrl: string) => C),
  options: StackOptions = {},
): Promise<Stack<C>> {
  const folder = mkdtempSync(join(tmpdir(), 'loadline-stack-'));
  const databaseUrl = `sqlite:${join(folder, 'loadline.sqlite')}`;
  const taskQueue = `test-${randomUUID()}`;
  const temporalAddress = testTemporalAddress();
  const store = createStore(databaseUrl);
  await store.migrate();
  const simulator = await startSimulator(options.simulator);
  const recorder = await startRecorder(simulator.url);
  const given = typeof config === 'function' ? config(recorder.url) : config;
  const start = async (namespace = 'default'): Promise<Runtime> =>
    await startRuntime({
      config: resolveConfig(given, { defaultModel: options.defaultModel ?? 'simulated/loadline-sim-1' }),
      temporal: { connection: { address: temporalAddress }, namespace },
      store,
      taskQueue,
      environment: options.environment ?? {},
      simulatorUrl: recorder.url,
      cacheFolder: join(tmpdir(), 'loadline-test-bundles'),
      logger: installLogger('error'),
    });
  let runtime = await start();
  const apiOf = (current: () => Pick<Runtime, 'client' | 'bus'>): SessionApi<C> =>
    createSessionApi<C>(async () => {
      const { client, bus } = current();
      const books = { tally: async (query: TallyQuery) => simulator.tally(query) };
      return { temporal: client, store, taskQueue, bus, simulator: books, close: () => Promise.resolve() };
    });
  return {
    api: apiOf(() => runtime),
    store,
    simulator,
    requests: recorder.requests,
    hold: () => recorder.hold(),
    get runtime() {
      return runtime;
    },
    taskQueue,
    databaseUrl,
    temporalAddress,
    folder,
    async afterRetention() {
      const namespace = `forgetful-${randomUUID()}`;
      await runtime.client.workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: msToTs('1 day'),
      });
      const other = await start(namespace);
      return { api: apiOf(() => other), close: () => other.shutdown() };
    },
    async restartWorker() {
      await runtime.shutdown();
      runtime = await start();
    },
    async close() {
      await runtime.shutdown();
      await recorder.close();
      await simulator.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
