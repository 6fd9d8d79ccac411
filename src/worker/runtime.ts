import { Client, type Connection } from '@temporalio/client';
import { type Logger, NativeConnection } from '@temporalio/worker';
import type { ActivityDeps } from '../activities/index.ts';
import type { ResolvedConfig } from '../config/index.ts';
import { createCatalogue } from '../models/index.ts';
import { splitModelRef } from '../domain/model.ts';
import { isAiSdkModel } from '../providers/ai-sdk/model.ts';
import { createProviders, type Providers } from '../providers/registry.ts';
import { simulatedModels } from '../simulator/models.ts';
import type { Store } from '../store/index.ts';
import { correctSession } from './correct-session.ts';
import { startMcpServers, type McpServers } from '../tools/mcp/servers.ts';
import { createWorker } from './create-worker.ts';
import { DeltaBus } from './delta-bus.ts';
import { failDeadPredecessors } from './predecessors.ts';
import { bootId, identifyProcess } from './process-identity.ts';
import { startSweeper } from './sweeper.ts';
import { connectToTemporal } from './temporal-connection.ts';
import { ensureSearchAttributes, type ServerConnection } from './temporal-server/index.ts';
import { warmUp } from './warm-up.ts';

export interface RuntimeSettings {
  readonly config: ResolvedConfig;
  readonly temporal: { readonly connection: ServerConnection; readonly namespace: string };
  readonly store: Store;
  readonly taskQueue: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly simulatorUrl: string | null;
  readonly cacheFolder: string;
  readonly logger: Logger;
}

/** A worker at work, with what a client in the same process shares with it. */
export interface Runtime {
  readonly client: Client;
  readonly bus: DeltaBus;
  /** Rejects when the worker dies by itself. */
  readonly running: Promise<void>;
  /** Lets open activities finish (ten seconds at most), then stops. */
  shutdown(): Promise<void>;
}

/** Connects, takes over from dead predecessors, and starts polling. The store is the caller's to close. */
export async function startRuntime(settings: RuntimeSettings): Promise<Runtime> {
  const { temporal, config } = settings;
  const providers = providersOf(settings);
  const [connection, native] = await Promise.all([
    // A server that shares a busy machine with its workers may take its time.
    connectToTemporal({ ...temporal.connection, connectTimeout: '30s' }),
    NativeConnection.connect(temporal.connection),
    warmUp(config, providers),
  ]);
  const open: { close(): Promise<void> }[] = [connection, native];
  const closeAll = async (): Promise<void> => {
    await Promise.all(open.map((one) => one.close()));
  };
  try {
    const mcp = await startMcpServersOf(settings);
    open.unshift(mcp);
    return await startWith({ connection, native, providers, mcp }, settings, closeAll);
  } catch (error) {
    // The SDK's own threads hold the process until the last connection is closed. What failed first is what is told: a
    // connection that a worker was made for does not close.
    await closeAll().catch(() => undefined);
    throw error;
  }
}

interface Connections {
  readonly connection: Connection;
  readonly native: NativeConnection;
  readonly providers: Providers;
  readonly mcp: McpServers;
}

async function startMcpServersOf({ config, environment, logger }: RuntimeSettings): Promise<McpServers> {
  const named = new Set([...config.agents.values()].flatMap(({ spec }) => spec.mcpServers ?? []));
  return await startMcpServers({ servers: config.mcpServers, named, environment, log: logger });
}

async function startWith(
  { connection, native, providers, mcp }: Connections,
  settings: RuntimeSettings,
  closeAll: () => Promise<void>,
): Promise<Runtime> {
  const { temporal, store, logger, taskQueue } = settings;
  const { namespace } = temporal;
  const client = new Client({ connection, namespace });
  const bus = new DeltaBus();
  const searchAttributes = await ensureSearchAttributes(connection, namespace);
  const deps = createDeps(settings, { client, bus, providers, searchAttributes, mcp });
  const worker = await createWorker({
    connection: native,
    namespace,
    taskQueue,
    cacheFolder: settings.cacheFolder,
    logger,
    deps,
  });
  const self = { pid: process.pid, bootId: bootId(), startedAt: performance.timeOrigin };
  const isAlive = (pid: number): boolean => identifyProcess(pid) !== null;
  const taken = await failDeadPredecessors({ store, connection, namespace, self, isAlive });
  if (taken > 0) logger.info(`took over ${taken} calls of a worker that is gone`);
  const sweeper = startSweeper({
    store,
    client,
    onError: (error) => logger.warn('a sweep failed; the next one tries again', { error: String(error) }),
  });
  await store.publishBudgetRules(settings.config.budgets);
  const running = worker.run();
  return {
    client,
    bus,
    running,
    async shutdown() {
      await sweeper.stop();
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running.catch(() => undefined);
      await closeAll();
    },
  };
}

function providersOf({ config, environment, simulatorUrl }: RuntimeSettings): Providers {
  return createProviders(config.providers, environment, {
    models: config.models,
    ...(simulatorUrl === null ? {} : { simulatorUrl: `${simulatorUrl}/v1` }),
    aiSdkModels: [
      ...new Set([...config.agents.values()].flatMap(({ model, fallbacks }) => [model, ...fallbacks])),
    ].filter(isAiSdkModel),
  });
}

interface Shared extends Pick<Runtime, 'client' | 'bus'>, Pick<ActivityDeps, 'searchAttributes' | 'mcp'> {
  readonly providers: Providers;
}

function createDeps(
  { config, store }: RuntimeSettings,
  { client, bus, providers, searchAttributes, mcp }: Shared,
): ActivityDeps {
  return {
    agents: config.agents,
    store,
    catalogue: createCatalogue(config.models, { simulatedModels }),
    target(ref) {
      const { provider, model } = splitModelRef(ref);
      return { provider: providers.provider(provider), model };
    },
    budgets: config.budgets,
    mcp,
    publish: (delta) => bus.publish(delta),
    correct: (sessionId, totals) => correctSession(client, sessionId, totals),
    searchAttributes,
    process: { pid: process.pid, bootId: bootId() },
  };
}
