import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LocalServer {
  readonly port: number;
  /** `http://127.0.0.1:…` */
  readonly url: string;
  /** Of every request that arrived. */
  readonly asked: readonly { readonly url: string; readonly host: string }[];
  /** Sockets that were opened, also those on which nothing was asked. */
  connections(): number;
  close(): Promise<void>;
}

/** A real HTTP server on a free port of one address. */
export async function startHttpServer(answer: RequestListener, address = '127.0.0.1'): Promise<LocalServer> {
  const asked: { url: string; host: string }[] = [];
  let connections = 0;
  const server: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    asked.push({ url: request.url ?? '', host: request.headers.host ?? '' });
    answer(request, response);
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    asked,
    connections: () => connections,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
