import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Stand } from './stand.ts';
import type { WorkerSettings } from './worker.ts';

export interface WorkerProcess {
  readonly pid: number | undefined;
  /** Milliseconds since the epoch: when it said that it is ready. */
  readonly readyAt: number;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Another worker of the stand's sessions. */
export async function spawnWorker(stand: Stand): Promise<WorkerProcess> {
  const { temporalAddress, databaseUrl, taskQueue, simulator } = stand;
  const settings: WorkerSettings = { temporalAddress, databaseUrl, taskQueue, simulatorUrl: simulator.url };
  const main = fileURLToPath(new URL('worker.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const readyAt = Date.now();
  return {
    pid: child.pid,
    readyAt,
    async end(signal) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}
