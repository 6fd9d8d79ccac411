import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { LoadlineError } from '../domain/errors.ts';
import { HttpError } from './http-error.ts';
import { toProblem } from './problem.ts';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Take another free port when this one is taken. */
  readonly elsewhere: boolean;
  /** Whoever asks has to show a token: then other machines may ask too. */
  readonly guarded: boolean;
}

export interface HttpServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** Takes no new connection, lets requests in progress end for a few seconds, then ends what is left. */
  close(): Promise<void>;
}

type Fetch = Parameters<typeof createAdaptorServer>[0]['fetch'];

/** How long headers and a whole request may take to arrive, and how often that is looked at. */
const headersMs = 15_000;
const requestMs = 60_000;
const lookEveryMs = 1_000;
/** How long requests in progress have at a stop. */
const graceMs = 3_000;

/** Whether only this machine reaches what is bound there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Serves an app over HTTP; without tokens on loopback only.
 *
 * @throws LoadlineError `ConfigInvalid` when the host is not loopback and there are no tokens, or the port is taken and
 * no other one will do.
 */
export async function listen(fetch: Fetch, options: ListenOptions): Promise<HttpServer> {
  const { host, port } = options;
  if (!options.guarded && !isLoopback(host)) {
    throw new LoadlineError(
      'ConfigInvalid',
      `LOADLINE_HOST is ${host}: without access tokens HTTP is served on this machine only. Set LOADLINE_API_TOKENS, or 127.0.0.1`,
      { host },
    );
  }
  const server = await bind(fetch, host, port).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE' && options.elsewhere) return await bind(fetch, host, 0);
    throw unusable(error, host, port);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

function bind(fetch: Fetch, host: string, port: number): Promise<Server> {
  const server = createAdaptorServer({
    fetch,
    serverOptions: { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: lookEveryMs },
  }) as Server;
  server.on('clientError', refuse);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

/** What never became a request is answered in the same words as any other fault. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const fault =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new HttpError('RequestTimeout', 'The request took too long to arrive')
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? new HttpError('HeadersTooLarge', 'The headers are larger than 16 KiB')
        : new LoadlineError('InvalidMessage', 'This is no request of HTTP/1.1');
  const { problem } = toProblem(fault);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function unusable(error: NodeJS.ErrnoException, host: string, port: number): LoadlineError {
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    const words = `HTTP can't be served at ${host}: this machine has no such address. Set LOADLINE_HOST to one it has`;
    return new LoadlineError('ConfigInvalid', words, { host }, { cause: error });
  }
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
