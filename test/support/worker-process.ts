import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { KillingWorkerSettings } from './killing-worker.ts';

const script = fileURLToPath(new URL('./killing-worker.ts', import.meta.url));

/** A worker in a process of its own. */
export interface WorkerProcess {
  readonly process: ChildProcess;
  /** When it said that it is ready. */
  readonly readyAt: number;
  /** Resolves when the process has ended, however. */
  readonly ended: Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export async function spawnWorker(settings: KillingWorkerSettings): Promise<WorkerProcess> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(() => undefined);
  const { stdout } = child;
  if (stdout === null) throw new Error('the worker has no standard output');
  const ready = (async () => {
    for await (const chunk of stdout) if (String(chunk).includes('ready')) return;
    throw new Error('the worker ended before it was ready');
  })();
  await ready;
  stdout.resume();
  return {
    process: child,
    readyAt: Date.now(),
    ended,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await ended;
    },
  };
}
