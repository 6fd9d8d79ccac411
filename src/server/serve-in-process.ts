import { readEnvironment } from '../config/index.ts';
import type { Host } from '../worker/host.ts';
import { readTokens } from './security/tokens.ts';
import { serveHost } from './serve-host.ts';
import { startServer, type RunningServer } from './start-server.ts';

/**
 * Serves a host of this process.
 *
 * @throws LoadlineError `ConfigInvalid` when it can't be bound there, or the tokens can't be read.
 */
export async function serveInProcess(
  host: Host,
  where: { readonly host?: string; readonly port?: number },
  environment: NodeJS.ProcessEnv,
): Promise<RunningServer> {
  const settings = readEnvironment(environment);
  const tokens = settings.apiTokens === null ? null : readTokens(settings.apiTokens);
  const server = await startServer({
    host: where.host ?? settings.host,
    port: where.port ?? settings.port,
    elsewhere: false,
    tokens,
  });
  serveHost(server, host, { environment, stories: null });
  host.lock.publish({ httpUrl: server.url });
  return server;
}
