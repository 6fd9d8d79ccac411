import { exitCodes } from './exit-codes.ts';
import { note } from './output.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Resolves with the first signal that asks this process to stop, or rejects with `failing`. Another signal during the
 * stop ends the process at once.
 */
export async function untilStopped(failing: Promise<void>): Promise<void> {
  const stopping = new Promise<void>((resolve) => {
    let asked = false;
    const stop = (): void => {
      if (asked) process.exit(exitCodes.interrupted);
      asked = true;
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
  });
  await Promise.race([stopping, failing]);
}

/** The short lines of a stop. */
export async function stopWithWords(stop: () => Promise<void>): Promise<void> {
  note(`${process.stderr.isTTY ? '\n' : ''}Draining the worker; once more ends it at once.`);
  await stop();
  note('Stopped. The next start finds every session again.');
}
