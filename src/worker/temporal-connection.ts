import {
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
} from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Connects a client. Closing it ends calls that wait for an answer with an error. The SDK's own connection tries such
 * calls again after it was closed, and grpc-js throws then, out of a timer: that ends the process.
 */
export async function connectToTemporal(options: ConnectionOptions): Promise<Connection> {
  const usual = defaultGrpcRetryOptions();
  let closing = false;
  let lastRetryAt = 0;
  const retries = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !closing && usual.retryableDecider(attempt, status),
    delayFunction(attempt, status) {
      const delay = usual.delayFunction(attempt, status);
      lastRetryAt = Math.max(lastRetryAt, Date.now() + delay);
      return delay;
    },
  });
  const connection = await Connection.connect({ ...options, interceptors: [retries] });
  const close = connection.close.bind(connection);
  connection.close = async () => {
    closing = true;
    // What was to be tried again by now is tried on the open channel.
    await sleep(Math.max(0, lastRetryAt - Date.now()));
    await close();
  };
  return connection;
}
