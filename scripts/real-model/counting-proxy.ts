import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { countAnswer, type RequestCount } from './counts.ts';

export interface CountingProxy {
  readonly url: string;
  /** What the server said of each answered request so far, by the path of the wire. */
  counts(path: string): readonly RequestCount[];
  /** Requests whose answer told no usage: refused, or cut off. */
  uncounted(path: string): number;
  close(): Promise<void>;
}

/** Hands every byte on as it is, and reads the server's own usage from what passes. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const counted = new Map<string, (RequestCount | null)[]>();
  const record = (path: string, body: string): void => {
    counted.set(path, [...(counted.get(path) ?? []), countAnswer(path, body)]);
  };

  function pass(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '/', target);
    const { host: _, ...headers } = request.headers;
    const onward = forward(new URL(request.url ?? '/', target), { method: request.method, headers }, (answer) => {
      const body: Buffer[] = [];
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('data', (chunk: Buffer) => body.push(chunk));
      // Before the end is handed on: whoever has the whole answer finds it counted.
      answer.once('close', () => {
        if (request.method === 'POST') record(pathname, Buffer.concat(body).toString());
        response.end();
      });
      answer.pipe(response, { end: false });
    });
    onward.once('error', () => response.destroy());
    response.once('close', () => onward.destroy());
    request.pipe(onward);
  }

  const server = createServer(pass);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    counts: (path) => (counted.get(path) ?? []).filter((count) => count !== null),
    uncounted: (path) => (counted.get(path) ?? []).filter((count) => count === null).length,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
