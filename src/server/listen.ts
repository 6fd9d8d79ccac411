import { getRequestListener, RequestError } from '@hono/node-server';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { LoadlineError } from '../domain/errors.ts';
import { HttpError } from './http-error.ts';
import { toProblem, type ProblemAnswer } from './problem.ts';

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

type Fetch = Parameters<typeof getRequestListener>[0];

/** How long headers and a whole request may take to arrive, and how often that is looked at. */
const headersMs = 15_000;
const requestMs = 60_000;
const lookEveryMs = 1_000;
/** Of any route. */
const anyMethod = 'GET, HEAD, POST, PUT, DELETE, OPTIONS';
/** How long requests in progress have at a stop. */
const graceMs = 3_000;
const idleMs = 20;

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
      // Connections are kept open for a next request, which none should bring any more.
      const idle = setInterval(() => server.closeIdleConnections(), idleMs);
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearInterval(idle);
      clearTimeout(timer);
    },
  };
}

function bind(fetch: Fetch, host: string, port: number): Promise<Server> {
  const answer = getRequestListener(fetch, { errorHandler: answerMisfit });
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: lookEveryMs,
      // Without it the app is asked, which answers in our words.
      requireHostHeader: false,
    },
    (request, response) => void answer(request, response),
  );
  server.on('clientError', refuse);
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { problem } = misfit('Expect names nothing but 100-continue');
    response.writeHead(problem.status, problemType).end(JSON.stringify(problem));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

const problemType = { 'Content-Type': 'application/problem+json', Connection: 'close' };

function misfit(words: string): ProblemAnswer {
  return toProblem(new LoadlineError('InvalidMessage', words));
}

/** A request whose address can't be read reaches no app. */
function answerMisfit(error: unknown): Response {
  const { problem } =
    error instanceof RequestError ? misfit('The address of this request, or its Host, is none') : toProblem(error);
  return new Response(JSON.stringify(problem), { status: problem.status, headers: problemType });
}

/** A method that HTTP does not have; what is no HTTP at all looks the same to the parser. */
function namesMethod({ code, rawPacket }: ClientError): boolean {
  return code === 'HPE_INVALID_METHOD' && /^[A-Za-z-]+ \S+ HTTP\/1/.test(rawPacket?.toString('latin1') ?? '');
}

type ClientError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/** What never became a request is answered in the same words as any other fault. */
function refuse(error: ClientError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const fault =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new HttpError('RequestTimeout', 'The request took too long to arrive')
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? new HttpError('HeadersTooLarge', 'The headers are larger than 16 KiB')
        : namesMethod(error)
          ? new HttpError('MethodNotAllowed', 'No address takes this method', { Allow: anyMethod })
          : new LoadlineError('InvalidMessage', 'This is no request of HTTP/1.1');
  const { problem, headers } = toProblem(fault);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    ...Object.entries({ ...problemType, ...headers }).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
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
