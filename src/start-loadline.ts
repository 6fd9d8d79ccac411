import { backendOf } from './client/host-backend.ts';
import { createSessionApi } from './client/session-api.ts';
import { databaseUrlOf } from './client/database-url.ts';
import type { SessionApi } from './client/api.ts';
import type { Config } from './config/index.ts';
import type { RunningServer } from './server/start-server.ts';
import { openHome } from './worker/home.ts';
import { startHost, type Host, type HostOptions } from './worker/host.ts';

export interface HttpOptions {
  readonly host?: string;
  readonly port?: number;
}

export interface StartOptions {
  /** State folder of the embedded default: `LOADLINE_HOME`, else `.loadline` in the working directory. */
  readonly home?: string;
  /** Lets `TEMPORAL_ADDRESS` lead to another machine. */
  readonly remote?: boolean;
  /**
   * Serves the HTTP API and the dashboard too, at `LOADLINE_HOST` and `LOADLINE_PORT` or what is named here; port 0 is a
   * free one. `LOADLINE_API_TOKENS` says who may call it; without any it is this machine alone.
   */
  readonly http?: boolean | HttpOptions;
  /** Lines for a person who waits: a download, a build. Silent when missing. */
  readonly onProgress?: (line: string) => void;
}

/** Sessions in this process: the embedded Temporal server, a worker and a client. */
export interface Loadline<C extends Config> extends SessionApi<C> {
  /** `host:port` of the Temporal server in use. */
  readonly temporalAddress: string;
  /** Base URL of the HTTP API, without a slash at its end; `null` where it was not asked for. */
  readonly httpUrl: string | null;
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
  const http = options.http === undefined || options.http === false ? null : await served(host, options.http);
  const backend = backendOf(host);
  const api = createSessionApi<C>(() => Promise.resolve(backend));
  return {
    ...api,
    temporalAddress: host.temporal.address,
    httpUrl: http?.url ?? null,
    async close() {
      await http?.close();
      await host.close();
    },
  };
}

/** The HTTP API of a host, in its process. Whoever asks for none loads nothing of it. */
async function served(host: Host, asked: true | HttpOptions): Promise<RunningServer> {
  try {
    const { serveInProcess } = await import('./server/serve-in-process.ts');
    return await serveInProcess(host, asked === true ? {} : asked, process.env);
  } catch (error) {
    await host.close();
    throw error;
  }
}
