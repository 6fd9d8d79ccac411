import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';

/** A request as it arrived at the provider. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** The body as it was sent. */
  readonly text: string;
}

export interface Recorder {
  /** In place of the server's that it stands before. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Keeps requests from the provider until what it answers is called. */
  hold(): () => void;
  close(): Promise<void>;
}

/** Stands before a provider, passes every byte on in both directions, and keeps the requests. */
export async function startRecorder(target: string): Promise<Recorder> {
  const requests: ReceivedRequest[] = [];
  let released = Promise.resolve();

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { url: path = '/', method = 'GET', headers } = incoming;
    if (method === 'POST') {
      const text = body.toString();
      requests.push({ path, headers, body: JSON.parse(text) as Record<string, unknown>, text });
    }
    await released;
    const onward = forward(new URL(path, target), { method, headers });
    // Whoever leaves first, the other side hears of it.
    outgoing.once('close', () => onward.destroy());
    onward.once('error', () => outgoing.destroy());
    onward.once('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders();
      answer.once('error', () => outgoing.destroy());
      answer.pipe(outgoing);
    });
    onward.end(body);
  }

  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The recorder has no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      released = promise;
      return resolve;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
