import { createAdaptorServer, type ServerType } from '@hono/node-server';
import type { Hono } from 'hono';
import type { AddressInfo } from 'node:net';
import { LoadlineError } from '../domain/errors.ts';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Take another free port when this one is taken. */
  readonly elsewhere: boolean;
}

export interface HttpServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/** Whether only this machine reaches what is bound there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Serves an app over HTTP, on loopback only: there is no way yet to say who may call from elsewhere.
 *
 * @throws LoadlineError `ConfigInvalid` when the host is not loopback, or the port is taken and no other one will do.
 */
export async function listen(app: Hono, options: ListenOptions): Promise<HttpServer> {
  const { host, port } = options;
  if (!isLoopback(host)) {
    throw new LoadlineError(
      'ConfigInvalid',
      `LOADLINE_HOST is ${host}: without access tokens HTTP is served on this machine only. Unset it, or set it to 127.0.0.1`,
      { host },
    );
  }
  const server = await bind(app, host, port).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE' && options.elsewhere) return await bind(app, host, 0);
    throw unusable(error, port);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}

function bind(app: Hono, host: string, port: number): Promise<ServerType> {
  const server = createAdaptorServer({ fetch: app.fetch });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

function unusable(error: NodeJS.ErrnoException, port: number): LoadlineError {
  const reason =
    error.code === 'EADDRINUSE'
      ? 'another program uses it'
      : error.code === 'EACCES'
        ? 'this user may not'
        : error.message;
  return new LoadlineError(
    'ConfigInvalid',
    `HTTP can't be served on port ${port}: ${reason}. Set LOADLINE_PORT to another one, or unset it (and PORT) for any free one`,
    { port },
    { cause: error },
  );
}
