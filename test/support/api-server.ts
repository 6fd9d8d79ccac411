import type { Backend } from '../../src/client/backend.ts';
import { resolveConfig, type Config } from '../../src/config/index.ts';
import { checksOf } from '../../src/server/health.ts';
import { readTokens } from '../../src/server/security/tokens.ts';
import { startServer } from '../../src/server/start-server.ts';
import type { Stack } from './stack.ts';

export interface ApiServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** All that the server has logged as its own fault. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/**
 * The HTTP API over a stack.
 *
 * @param tokens as LOADLINE_API_TOKENS has them; without, everybody may do everything.
 * @param dashboard the folder of what is served at `/`.
 */
export async function startApiServer<C extends Config>(
  stack: Stack<C>,
  config: C,
  { tokens, dashboard = null }: { readonly tokens?: string; readonly dashboard?: string | null } = {},
): Promise<ApiServer> {
  const { client, bus } = stack.runtime;
  const known = tokens === undefined ? null : readTokens(tokens);
  const server = await startServer({ host: '127.0.0.1', port: 0, elsewhere: false, tokens: known });
  const faults: string[] = [];
  const backend: Backend = {
    temporal: client,
    store: stack.store,
    taskQueue: stack.taskQueue,
    bus,
    simulator: { tally: async (query) => stack.simulator.tally(query) },
    close: () => Promise.resolve(),
  };
  server.serve({
    api: stack.api as never,
    backend,
    config: resolveConfig(config, { defaultModel: 'simulated/loadline-sim-1' }),
    about: { version: '0', temporal: { namespace: 'default', uiUrl: null }, defaultModel: null },
    stories: null,
    checks: checksOf(backend),
    log: {
      error: (message, facts) => faults.push(`${message} ${JSON.stringify(facts)}`),
      warn: () => undefined,
      info: () => undefined,
    },
    environment: {},
    dashboard,
  });
  return { url: server.url, faults, close: () => server.close() };
}
