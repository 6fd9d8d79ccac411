import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cpuMsOf } from './cpu.ts';

export interface SimulatorProcess {
  readonly url: string;
  /** Milliseconds of processor time so far; `null` where the system does not tell. */
  cpuMs(): number | null;
  stop(): Promise<void>;
}

/** The simulator in a process of its own, so that its work is not counted as the worker's. */
export async function startSimulatorProcess(): Promise<SimulatorProcess> {
  const main = fileURLToPath(new URL('../../src/simulator/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { ready } = JSON.parse(line.toString()) as { ready: string };
  return {
    url: ready,
    cpuMs: () => cpuMsOf(child.pid),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
