import type { Config } from '../../src/config/index.ts';
import { resolveConfig } from '../../src/config/index.ts';
import { checksOf } from '../../src/server/health.ts';
import { startServer, type RunningServer } from '../../src/server/start-server.ts';
import type { SessionApi } from '../../src/client/api.ts';
import { benchConfig } from './bench-config.ts';
import type { Stand } from './stand.ts';

/** The HTTP server over a stand, in this process. */
export async function serveStand(stand: Stand): Promise<RunningServer> {
  const { api, client, store, taskQueue } = stand;
  const server = await startServer({ host: '127.0.0.1', port: 0, elsewhere: false, tokens: null });
  const backend = { temporal: client, store, taskQueue, bus: stand.bus(), close: () => Promise.resolve() };
  server.serve({
    api: api as unknown as SessionApi<Config>,
    backend,
    config: resolveConfig(benchConfig, { defaultModel: 'simulated/loadline-sim-1' }),
    about: { version: '0', temporal: { namespace: 'default', uiUrl: null }, defaultModel: null },
    checks: checksOf(backend),
    log: console,
    environment: {},
    dashboard: null,
    stories: null,
  });
  return server;
}

/** When each server-sent event of a response came, by the clock of `performance.now()`. */
export async function* serverSentEvents(
  response: Response,
): AsyncGenerator<{ readonly type: string; readonly data: string }> {
  let text = '';
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name: string): string =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
      if (field('data') !== '') yield { type: field('event'), data: field('data') };
    }
  }
}
