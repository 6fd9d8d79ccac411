import { join } from 'node:path';
import {
  chooseDefaultModel,
  resolveConfig,
  type Config,
  type DefaultModel,
  type ResolvedConfig,
} from '../config/index.ts';
import { startSimulator, type Simulator } from '../simulator/index.ts';
import { createStore, type Store } from '../store/index.ts';
import { lockHome, type HomeLock } from './home.ts';
import { installLogger, type LogLevel } from './log.ts';
import type { Logger } from '@temporalio/worker';
import { startRuntime, type Runtime } from './runtime.ts';
import { findTemporal, type FindTemporalOptions, type FoundTemporal } from './temporal-server/index.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface HostOptions extends FindTemporalOptions {
  readonly config: Config;
  readonly environment: NodeJS.ProcessEnv;
  readonly databaseUrl: string;
  readonly taskQueue: string;
  readonly logLevel?: LogLevel;
}

/** Everything of the embedded default in one process. */
export interface Host {
  readonly lock: HomeLock;
  readonly temporal: FoundTemporal;
  readonly simulator: Simulator;
  readonly store: Store;
  readonly runtime: Runtime;
  readonly config: ResolvedConfig;
  readonly defaultModel: DefaultModel;
  /** Does an agent name no model of its own? */
  readonly usesDefault: boolean;
  readonly log: Logger;
  readonly taskQueue: string;
  readonly databaseUrl: string;
  /** Drains the worker, then stops what was started here, in the order in which it is needed. */
  close(): Promise<void>;
}

/**
 * Takes the home, finds or starts Temporal, and runs a worker on it. What was started is stopped again when a later
 * part fails.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const started: (() => Promise<void> | void)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of started.splice(0).toReversed()) await close();
  };
  try {
    const logger = installLogger(options.logLevel ?? 'warn');
    const lock = lockHome(options.home);
    started.push(() => lock.release());
    const cacheFolder = join(options.home, 'cache');
    // In a checkout it takes a second or two to make, and the server as long to start.
    const bundled = workflowBundle(cacheFolder, logger);
    bundled.catch(() => undefined);
    const simulator = await startSimulator();
    started.push(() => simulator.close());
    const [temporal, defaultModel] = await Promise.all([
      findTemporal(options),
      chooseDefaultModel(options.environment),
    ]);
    started.push(() => temporal.close());
    const store = createStore(options.databaseUrl);
    started.push(() => store.close());
    await store.migrate();
    await bundled;
    const config = resolveConfig(options.config, { defaultModel: defaultModel.model });
    const runtime = await startRuntime({
      config,
      temporal,
      store,
      taskQueue: options.taskQueue,
      environment: options.environment,
      simulatorUrl: simulator.url,
      cacheFolder,
      logger,
    });
    started.push(() => runtime.shutdown());
    lock.publish({
      temporalAddress: temporal.address,
      temporalNamespace: temporal.namespace,
      ...(temporal.uiUrl === undefined ? {} : { temporalUiUrl: temporal.uiUrl }),
      simulatorUrl: simulator.url,
      databaseUrl: options.databaseUrl,
    });
    return {
      lock,
      temporal,
      simulator,
      store,
      runtime,
      config,
      defaultModel,
      usesDefault: [...options.config.agents, ...(options.config.teams ?? [])].some(({ model }) => model === undefined),
      log: logger,
      taskQueue: options.taskQueue,
      databaseUrl: options.databaseUrl,
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
