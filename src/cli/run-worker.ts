import { join } from 'node:path';
import { databaseUrlOf } from '../client/database-url.ts';
import { chooseDefaultModel, readEnvironment, resolveConfig } from '../config/index.ts';
import { startSimulator } from '../simulator/index.ts';
import { createStore } from '../store/index.ts';
import { openHome, readDev, type DevState } from '../worker/home.ts';
import { installLogger } from '../worker/log.ts';
import { startRuntime } from '../worker/runtime.ts';
import {
  checkServer,
  configuredServer,
  connectToServer,
  namedOutsideServer,
  type ServerConnection,
} from '../worker/temporal-server/index.ts';
import { configOf } from './first-agent.ts';
import { logLevelFor } from './log-level.ts';
import { print, printJsonLine } from './output.ts';
import { openPlace, type CommonOptions } from './place.ts';
import { stopWithWords, untilStopped } from './until-stopped.ts';

/** A worker alone, until a signal drains it. */
export async function runWorker(options: CommonOptions): Promise<void> {
  const place = openPlace(options);
  const { environment } = place;
  const settings = readEnvironment(environment);
  const config = await configOf(place, options);
  const home = openHome(environment, place.folder);
  const dev = readDev(home);
  const started: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of started.splice(0).toReversed()) await close();
  };
  try {
    const [{ model }, temporal] = await Promise.all([chooseDefaultModel(environment), checkedServer(environment, dev)]);
    const resolved = resolveConfig(config, { defaultModel: model });
    const store = createStore(settings.databaseUrl ?? dev?.databaseUrl ?? databaseUrlOf(home));
    started.push(() => store.close());
    await store.migrate();
    let simulatorUrl = environment['LOADLINE_SIMULATOR_URL'] || dev?.simulatorUrl;
    if (simulatorUrl === undefined) {
      const simulator = await startSimulator();
      started.push(() => simulator.close());
      simulatorUrl = simulator.url;
    }
    const runtime = await startRuntime({
      config: resolved,
      temporal,
      store,
      taskQueue: settings.taskQueue,
      environment,
      simulatorUrl,
      cacheFolder: join(home, 'cache'),
      logger: installLogger(logLevelFor(settings, environment)),
    });
    started.push(() => runtime.shutdown());
    const { taskQueue } = settings;
    const { address } = temporal.connection;
    if (options.json === true || !process.stdout.isTTY) {
      printJsonLine({
        ready: true,
        pid: process.pid,
        temporalAddress: address,
        namespace: temporal.namespace,
        taskQueue,
      });
    } else {
      print(
        `Worker ${process.pid} takes work from task queue ${taskQueue} of Temporal at ${address}. Ctrl-C drains it.`,
      );
    }
    await untilStopped(runtime.running);
  } catch (error) {
    await stop();
    throw error;
  }
  await stopWithWords(stop);
}

interface Server {
  readonly connection: ServerConnection;
  readonly namespace: string;
}

/** What the environment names, else the `dev` that runs here, else the standard configuration of Temporal. */
async function checkedServer(environment: NodeJS.ProcessEnv, dev: DevState | null): Promise<Server> {
  const server = namedOutsideServer(environment) ?? serverOf(dev) ?? configuredServer(environment);
  const connection = await connectToServer(server.connection);
  try {
    await checkServer(connection, server.namespace);
  } finally {
    await connection.close();
  }
  return server;
}

function serverOf(dev: DevState | null): Server | null {
  if (dev?.temporalAddress === undefined) return null;
  return { connection: { address: dev.temporalAddress }, namespace: dev.temporalNamespace ?? 'default' };
}
