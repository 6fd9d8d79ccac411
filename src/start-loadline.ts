import { createSessionApi } from './client/session-api.ts';
import { databaseUrlOf } from './client/database-url.ts';
import type { SessionApi } from './client/api.ts';
import type { Config } from './config/index.ts';
import type { TallyQuery } from './simulator/index.ts';
import { openHome } from './worker/home.ts';
import { startHost, type HostOptions } from './worker/host.ts';

export interface StartOptions {
  /** State folder of the embedded default: `LOADLINE_HOME`, else `.loadline` in the working directory. */
  readonly home?: string;
  /** Lets `TEMPORAL_ADDRESS` lead to another machine. */
  readonly remote?: boolean;
  /** Lines for a person who waits: a download, a build. Silent when missing. */
  readonly onProgress?: (line: string) => void;
}

/** Sessions in this process: the embedded Temporal server, a worker and a client. */
export interface Loadline<C extends Config> extends SessionApi<C> {
  /** `host:port` of the Temporal server in use. */
  readonly temporalAddress: string;
  /** Lets open calls finish, then stops the worker and the embedded server. Sessions go on at the next start. */
  close(): Promise<void>;
}

/**
 * Starts what sessions need in this process: finds or starts a Temporal server, opens the store, runs a worker.
 *
 * @throws LoadlineError `ConfigInvalid`, `TemporalUnavailable`; `HomeInUse` when another process runs in the home.
 * Nothing is left running then.
 *
 * @example
 * const loadline = await startLoadline(defineConfig({ agents: [defineAgent({ name: 'assistant' })] }));
 * const run = await loadline.session('assistant').send('Hello');
 * await loadline.close();
 */
export async function startLoadline<C extends Config>(config: C, options: StartOptions = {}): Promise<Loadline<C>> {
  const environment = process.env;
  const home = openHome(options.home === undefined ? environment : { LOADLINE_HOME: options.home }, process.cwd());
  const settings: HostOptions = {
    config,
    home,
    environment,
    databaseUrl: environment['LOADLINE_DATABASE_URL'] ?? databaseUrlOf(home),
    taskQueue: environment['LOADLINE_TASK_QUEUE'] ?? 'loadline',
    ports: 'free',
    ui: false,
    ...(options.remote === undefined ? {} : { remote: options.remote }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  };
  const host = await startHost(settings);
  const { runtime, store, taskQueue, simulator } = host;
  const backend = {
    temporal: runtime.client,
    store,
    taskQueue,
    bus: runtime.bus,
    simulator: { tally: async (query: TallyQuery) => simulator.tally(query) },
    ...(config.models === undefined ? {} : { models: config.models }),
    close: () => host.close(),
  };
  const api = createSessionApi<C>(() => Promise.resolve(backend));
  return { ...api, temporalAddress: host.temporal.address };
}
