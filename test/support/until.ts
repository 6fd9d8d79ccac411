import { setTimeout as sleep } from 'node:timers/promises';

const longestMs = 20_000;

/** Waits for a fact: until `look` answers something other than `false` and `null`. */
export async function until<T>(
  look: () => Promise<T | false | null> | T | false | null,
  withinMs = longestMs,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== false && seen !== null) return seen;
    if (Date.now() > deadline) throw new Error(`not so within ${withinMs / 1000} s: ${look.toString()}`);
    await sleep(20);
  }
}
