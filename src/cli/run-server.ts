import { connectBackend } from '../client/connect.ts';
import { createSessionApi } from '../client/session-api.ts';
import { chooseDefaultModel, readEnvironment, resolveConfig, type Config } from '../config/index.ts';
import { dashboardFolder } from '../server/dashboard-folder.ts';
import type { ServerLog } from '../server/deps.ts';
import { checksOf } from '../server/health.ts';
import { readTokens } from '../server/security/tokens.ts';
import { startServer } from '../server/start-server.ts';
import { packageVersion } from '../server/version.ts';
import { openHome, readDev } from '../worker/home.ts';
import { jsonLines } from '../worker/log.ts';
import { namedOutsideServer } from '../worker/temporal-server/index.ts';
import { buildDashboard } from './build-dashboard.ts';
import type { ServerOptions } from './commands/server.ts';
import { configOf } from './first-agent.ts';
import { logLevelFor } from './log-level.ts';
import { note, print, printJsonLine } from './output.ts';
import { openPlace } from './place.ts';
import { untilStopped } from './until-stopped.ts';

/** The HTTP API alone, until a signal stops it. */
export async function runServer(options: ServerOptions): Promise<void> {
  const place = openPlace(options);
  const { environment } = place;
  const settings = readEnvironment(environment);
  const config = await configOf(place, options);
  const home = openHome(environment, place.folder);
  const tokens = settings.apiTokens === null ? null : readTokens(settings.apiTokens);
  const asked = options.port !== undefined || Boolean(environment['LOADLINE_PORT'] || environment['PORT']);
  const http = await startServer({
    host: options.host ?? settings.host,
    port: options.port ?? settings.port,
    elsewhere: !asked,
    tokens,
  });
  const started: (() => Promise<void>)[] = [() => http.close()];
  const stop = async (): Promise<void> => {
    for (const close of started) await close();
  };
  try {
    const [defaultModel, backend] = await Promise.all([
      chooseDefaultModel(environment),
      connectBackend({ home }),
      buildDashboard(),
    ]);
    started.push(() => backend.close());
    const resolved = resolveConfig(config, { defaultModel: defaultModel.model });
    const { namespace } = backend.temporal.options;
    const dev = namedOutsideServer(environment) === null ? readDev(home) : null;
    const usesDefault = [...config.agents, ...(config.teams ?? [])].some(({ model }) => model === undefined);
    const served = { ...backend, models: resolved.models };
    http.serve({
      api: createSessionApi<Config>(() => Promise.resolve(served)),
      backend: served,
      config: resolved,
      about: {
        version: packageVersion(),
        temporal: { namespace, uiUrl: dev?.temporalUiUrl ?? null },
        defaultModel: usesDefault ? defaultModel : null,
      },
      checks: checksOf(served),
      log: serverLog(jsonLines(logLevelFor(settings, environment))),
      environment,
      dashboard: dashboardFolder(),
      stories: null,
    });
    if (options.json === true || !process.stdout.isTTY) {
      printJsonLine({ ready: true, pid: process.pid, http: { url: http.url }, namespace });
    } else {
      print(`Process ${process.pid} serves the HTTP API and the dashboard at ${http.url}. Ctrl-C ends it.`);
    }
    await untilStopped(new Promise(() => undefined));
  } catch (error) {
    await stop();
    throw error;
  }
  await stop();
  note('Stopped. Sessions go on.');
}

/** The SDK's own logger would keep the process alive: it starts what only a worker needs. */
function serverLog(out: ReturnType<typeof jsonLines>): ServerLog {
  return {
    error: (message, facts) => out.error(facts ?? {}, message),
    warn: (message, facts) => out.warn(facts ?? {}, message),
    info: (message, facts) => out.info(facts ?? {}, message),
  };
}
