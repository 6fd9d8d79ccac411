import { Context } from '@temporalio/activity';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../store/index.ts';

const firstDelayMs = 100;
const longestDelayMs = 5_000;

/**
 * Commits what a provider has already billed. While the store is away the commit is tried again, never the call; a
 * heartbeat goes on meanwhile (see `beginAttempt`), and only a server that gives the attempt up ends the tries.
 */
export async function untilStored<T>(commit: () => Promise<T>, { log } = Context.current()): Promise<T> {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    try {
      return await commit();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      log.warn('the store is away; the commit is tried again', { error: error.message, delayMs });
      await sleep(delayMs);
    }
  }
}
