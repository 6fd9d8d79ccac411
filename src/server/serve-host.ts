import { createSessionApi } from '../client/session-api.ts';
import { backendOf } from '../client/host-backend.ts';
import type { Config } from '../config/index.ts';
import type { Host } from '../worker/host.ts';
import { dashboardFolder } from './dashboard-folder.ts';
import type { ServerDeps } from './deps.ts';
import { checksOf, workerCheck } from './health.ts';
import type { RunningServer } from './start-server.ts';
import type { Stories } from './stories/stories.ts';
import { packageVersion } from './version.ts';

/** Serves what a host runs. */
export function serveHost(
  server: RunningServer,
  host: Host,
  { environment, stories }: { readonly environment: NodeJS.ProcessEnv; readonly stories: Stories | null },
): void {
  const backend = backendOf(host);
  const { temporal, config, usesDefault, defaultModel, runtime, log } = host;
  const deps: Parameters<RunningServer['serve']>[0] = {
    api: createSessionApi<Config>(() => Promise.resolve(backend)),
    backend,
    config,
    about: {
      version: packageVersion(),
      temporal: { namespace: temporal.namespace, uiUrl: temporal.uiUrl ?? null },
      defaultModel: usesDefault ? defaultModel : null,
    },
    checks: { ...checksOf(backend), worker: workerCheck(runtime) } satisfies ServerDeps['checks'],
    log,
    environment,
    dashboard: dashboardFolder(),
    stories,
  };
  server.serve(deps);
}
