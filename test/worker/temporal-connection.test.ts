import { describe, expect, it } from '@jest/globals';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectToTemporal } from '../../src/worker/temporal-connection.ts';
import { testTemporalAddress } from '../support/stack.ts';

/** A way to the test's server that can be cut. */
async function cuttable(): Promise<{ readonly address: string; cut(): Promise<void> }> {
  const [host = '', port = ''] = testTemporalAddress().split(':');
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async cut() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

describe('connectToTemporal', () => {
  it('lets a request that is being tried again fail when it is closed, and the process live', async () => {
    const way = await cuttable();
    const connection = await connectToTemporal({ address: way.address });
    await way.cut();
    const uncaught: unknown[] = [];
    const note = (error: unknown): void => void uncaught.push(error);
    process.on('uncaughtException', note);
    const outcome = connection.workflowService.getSystemInfo({}).catch((error: unknown) => error);
    // By now the first try has failed and the next one is due.
    await sleep(60);
    await connection.close();

    expect(await outcome).toBeInstanceOf(Error);
    expect(uncaught).toEqual([]);
    process.off('uncaughtException', note);
  });
});
