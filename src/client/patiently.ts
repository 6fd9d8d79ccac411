import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing } from './temporal-errors.ts';

/** A server that is restarted is back well within this; longer than that, a person should hear of it. */
const patienceMs = 60_000;
const firstDelayMs = 100;
const longestDelayMs = 2_000;

/** Tries the same request again while the server is away. Only for requests that may be sent twice. */
export async function patiently<T>(request: () => Promise<T>): Promise<T> {
  const until = Date.now() + patienceMs;
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    try {
      return await request();
    } catch (error) {
      if (!isPassing(error) || Date.now() + delayMs > until) throw error;
      await sleep(delayMs);
    }
  }
}
