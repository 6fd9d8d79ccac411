import { Client } from '@temporalio/client';
import { LoadlineError } from '../domain/errors.ts';
import { simulatorAt } from '../simulator/remote.ts';
import { createStore } from '../store/index.ts';
import { openHome, readDev } from '../worker/home.ts';
import { connectToTemporal } from '../worker/temporal-connection.ts';
import { namedOutsideServer, type ServerConnection } from '../worker/temporal-server/index.ts';
import type { Backend } from './backend.ts';
import { databaseUrlOf } from './database-url.ts';
import type { ClientOptions } from './session-client.ts';

export interface BackendAddresses {
  readonly connection: ServerConnection;
  readonly namespace: string;
  readonly databaseUrl: string;
  readonly taskQueue: string;
  /** Of the `loadline dev` that runs in the home, where that is the server that was found. */
  readonly simulatorUrl?: string;
}

/**
 * Where a command finds Temporal and the store: what it was told, else the environment, else the `loadline dev` that
 * runs in the home.
 *
 * @throws LoadlineError `TemporalUnavailable` when nothing names a server and nothing runs in the home.
 */
export function findAddresses(options: ClientOptions, environment: NodeJS.ProcessEnv = process.env): BackendAddresses {
  const home = openHome(options.home === undefined ? environment : { LOADLINE_HOME: options.home }, process.cwd());
  const dev = readDev(home);
  const databaseUrl =
    options.databaseUrl ?? environment['LOADLINE_DATABASE_URL'] ?? dev?.databaseUrl ?? databaseUrlOf(home);
  const taskQueue = options.taskQueue ?? environment['LOADLINE_TASK_QUEUE'] ?? 'loadline';
  if (options.temporalAddress !== undefined) {
    const connection = { address: options.temporalAddress };
    return { connection, namespace: options.namespace ?? 'default', databaseUrl, taskQueue };
  }
  const outside = namedOutsideServer(environment);
  if (outside !== null) return { connection: outside.connection, namespace: outside.namespace, databaseUrl, taskQueue };
  if (dev?.temporalAddress === undefined) {
    throw new LoadlineError(
      'TemporalUnavailable',
      `Nothing runs in ${home}, and TEMPORAL_ADDRESS is not set. Start Loadline with \`npm start\` (or \`loadline dev\`), or name a server`,
      { home },
    );
  }
  const connection = { address: dev.temporalAddress };
  return {
    connection,
    namespace: dev.temporalNamespace ?? 'default',
    databaseUrl,
    taskQueue,
    ...(dev.simulatorUrl === undefined ? {} : { simulatorUrl: dev.simulatorUrl }),
  };
}

/** Connects to Temporal and opens the store. */
export async function connectBackend(options: ClientOptions): Promise<Backend> {
  const { connection: settings, namespace, databaseUrl, taskQueue, simulatorUrl } = findAddresses(options);
  const store = createStore(databaseUrl);
  await store.migrate();
  try {
    const connection = await connectToTemporal({ ...settings, connectTimeout: '10s' });
    return {
      temporal: new Client({ connection, namespace }),
      store,
      taskQueue,
      bus: null,
      ...(simulatorUrl === undefined ? {} : { simulator: simulatorAt(simulatorUrl) }),
      async close() {
        await connection.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new LoadlineError('TemporalUnavailable', `No Temporal server answers at ${settings.address}: ${reason}`);
  }
}
