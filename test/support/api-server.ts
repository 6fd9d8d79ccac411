import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { resolveConfig, type Config } from '../../src/config/index.ts';
import { createApp } from '../../src/server/app.ts';
import { readTokens } from '../../src/server/security/tokens.ts';
import type { Stack } from './stack.ts';

export interface ApiServer {
  /** Without a slash at its end. */
  readonly url: string;
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
  const stopping = new AbortController();
  const { client, bus } = stack.runtime;
  const app = createApp({
    api: stack.api as never,
    backend: {
      temporal: client,
      store: stack.store,
      taskQueue: stack.taskQueue,
      bus,
      close: () => Promise.resolve(),
    },
    config: resolveConfig(config, { defaultModel: 'simulated/loadline-sim-1' }),
    tokens: tokens === undefined ? null : readTokens(tokens),
    about: { version: '0', temporal: { namespace: 'default', uiUrl: null }, defaultModel: null },
    stories: null,
    checks: {},
    stopping: stopping.signal,
    log: { error: console.error, warn: () => undefined, info: () => undefined },
    environment: {},
    dashboard,
  });
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      stopping.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}
