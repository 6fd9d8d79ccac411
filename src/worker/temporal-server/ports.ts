import { connect, createServer } from 'node:net';

const loopback = '127.0.0.1';

/** Whether something accepts connections there. */
export function isListening(host: string, port: number, timeoutMs = 2_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const answer = (listening: boolean) => (): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });
}

function bind(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, loopback, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}

/** A loopback port nobody uses: the wanted one when it is free, else one the operating system gives. */
export async function freePort(wanted: number | null): Promise<number> {
  // macOS lets one bind 127.0.0.1 beside a listener on every address, so asking it to bind is not enough.
  if (wanted !== null && !(await isListening(loopback, wanted)) && (await bind(wanted)) !== null) return wanted;
  const given = await bind(0);
  if (given === null) throw new Error('The operating system gives no free port on 127.0.0.1.');
  return given;
}
