import { databaseUrlOf } from '../client/database-url.ts';
import { readEnvironment, resolveConfig } from '../config/index.ts';
import { dashboardFolder } from '../server/dashboard-folder.ts';
import { readTokens } from '../server/security/tokens.ts';
import { serveHost } from '../server/serve-host.ts';
import { openStories } from '../server/stories/stories.ts';
import { startServer } from '../server/start-server.ts';
import { HomeInUse, openHome, readDev } from '../worker/home.ts';
import { startHost, type Host } from '../worker/host.ts';
import { buildDashboard } from './build-dashboard.ts';
import type { DevOptions } from './commands/dev.ts';
import { configOf } from './first-agent.ts';
import { logLevelFor } from './log-level.ts';
import { note, print, printDocument } from './output.ts';
import { ownCommand } from './own-command.ts';
import { openPlace } from './place.ts';
import { paint } from './terminal/colours.ts';
import { fields } from './terminal/fields.ts';
import { screenWidth } from './terminal/screen.ts';
import { stopWithWords, untilStopped } from './until-stopped.ts';

/** Everything in one process, until a signal stops it. */
export async function runDev(options: DevOptions): Promise<void> {
  const place = openPlace(options);
  const { environment } = place;
  const settings = readEnvironment(environment);
  const config = await configOf(place, options);
  // A mistake in the config is told before anything is started; which model is the default does not matter for that.
  const agents = [...resolveConfig(config, { defaultModel: 'simulated/any' }).agents.keys()];
  const home = openHome(environment, place.folder);
  const running = readDev(home);
  if (running !== null) throw new HomeInUse(home, running);

  const asked = Boolean(environment['LOADLINE_PORT'] || environment['PORT']);
  const tokens = settings.apiTokens === null ? null : readTokens(settings.apiTokens);
  const http = await startServer({ host: settings.host, port: settings.port, elsewhere: !asked, tokens });
  const dashboard = buildDashboard();
  let host: Host;
  try {
    host = await startHost({
      config,
      home,
      environment,
      databaseUrl: settings.databaseUrl ?? databaseUrlOf(home),
      taskQueue: settings.taskQueue,
      logLevel: logLevelFor(settings, environment),
      onProgress: note,
      ...(options.remote === undefined ? {} : { remote: true }),
    });
  } catch (error) {
    await http.close();
    throw error;
  }
  await dashboard;
  const stories =
    tokens === null
      ? openStories(host, { onError: (error) => host.log.warn('a story broke off', { error: String(error) }) })
      : null;
  serveHost(http, host, { environment, stories });
  host.lock.publish({ httpUrl: http.url });
  if (options.json === true) printDocument(facts(host, http.url, agents));
  else announce(host, http.url, agents);
  const stop = async (): Promise<void> => {
    await http.close();
    await stories?.close();
    await host.close();
  };
  try {
    await untilStopped(host.runtime.running);
  } catch (error) {
    await stop();
    throw error;
  }
  await stopWithWords(stop);
}

function facts(host: Host, httpUrl: string, agents: readonly string[]): Record<string, unknown> {
  const { lock, temporal, taskQueue, defaultModel } = host;
  return {
    ready: true,
    pid: process.pid,
    home: lock.home,
    temporal: {
      address: temporal.address,
      namespace: temporal.namespace,
      uiUrl: temporal.uiUrl ?? null,
      source: temporal.source,
    },
    worker: { taskQueue },
    http: { url: httpUrl },
    defaultModel,
    agents,
  };
}

const origins = {
  address: 'TEMPORAL_ADDRESS',
  profile: 'TEMPORAL_PROFILE',
  adopted: 'left running by an earlier start',
  started: null,
} as const;

function announce(host: Host, httpUrl: string, agents: readonly string[]): void {
  const { lock, temporal, taskQueue, defaultModel, usesDefault } = host;
  const origin = origins[temporal.source];
  const ui = temporal.uiUrl === undefined ? '' : `  web UI ${temporal.uiUrl}`;
  const simulated = defaultModel.simulated ? ` ${paint('yellow', '(simulated)')}` : '';
  const width = screenWidth();
  print(
    `${paint('bold', 'Loadline is ready')} in ${lock.home}`,
    '',
    fields(
      [
        ['Dashboard', dashboardFolder() === null ? 'not built in this checkout: npm run build:web' : httpUrl],
        ['Temporal', `${temporal.address}${ui}${origin === null ? '' : `  (${origin})`}`],
        ['Worker', `task queue ${taskQueue}, process ${process.pid}`],
        ['HTTP API', `${httpUrl}/v1, for clients of OpenAI /openai/v1`],
        ['Agents', agents.join(', ')],
        ['Model', usesDefault ? `${defaultModel.model}${simulated}: ${defaultModel.why}` : 'as the config names it'],
      ],
      width,
      '  ',
    ),
    '',
    'Say something, from another terminal:',
    `  ${paint('bold', `${ownCommand()} send first "Hello" --agent ${agents[0] ?? 'assistant'}`)}`,
    '',
  );
}
