import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
  /** Resolves with the time (`performance.now()`) at which the client's socket closed. */
  readonly closed: Promise<number>;
}

export interface ReplayServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
}

export type Reply = (response: ServerResponse, request: SeenRequest) => void;

/** A real HTTP server that answers every request with the same bytes and remembers what it was sent. */
export async function replayServer(reply: Reply): Promise<ReplayServer> {
  const requests: SeenRequest[] = [];
  const server = createServer((message, response) => {
    let text = '';
    const closed = new Promise<number>((resolve) => message.socket.once('close', () => resolve(performance.now())));
    message.setEncoding('utf8');
    message.on('data', (chunk: string) => {
      text += chunk;
    });
    message.on('end', () => {
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
      const request = { path: message.url ?? '', headers: message.headers, body, closed };
      requests.push(request);
      reply(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The events of a stream whose kind stands in `type` (Responses, Anthropic). */
export function typedEvents(events: readonly { readonly type: string; readonly [field: string]: unknown }[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

/** Chunks of chat completions, with the sentinel at the end unless told otherwise. */
export function chunks(values: readonly unknown[], done = true): string {
  const lines = values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join('');
  return done ? `${lines}data: [DONE]\n\n` : lines;
}

export function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** A stream that ends after its text. */
export function streams(text: string): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(text);
  };
}

/** A stream whose socket breaks after its text. */
export function streamsAndBreaks(text: string): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text, () => setImmediate(() => response.destroy()));
  };
}

export function refuses(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** Runs a test against a server of its own; `url` is the server's base URL with `/v1`. */
export async function served(reply: Reply, test: (url: string, server: ReplayServer) => Promise<void>): Promise<void> {
  const server = await replayServer(reply);
  try {
    await test(`${server.url}/v1`, server);
  } finally {
    await server[Symbol.asyncDispose]();
  }
}
