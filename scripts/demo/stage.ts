import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SessionClient } from '../../src/client/index.ts';
import { databaseUrlOf } from '../../src/client/connect.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { findTemporal, type FoundTemporal } from '../../src/worker/temporal-server/index.ts';
import { whenWeEnd } from '../../src/worker/when-we-end.ts';
import type { WorkerSettings } from './worker.ts';

export interface WorkerProcess {
  readonly pid: number;
  /** Seconds from its start to its ready line. */
  readonly startSeconds: number;
  /** SIGKILL: nothing is drained, nothing is said. Resolves when the process is gone. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Everything the demo runs: its own server, provider and store in a temporary home, nothing of the user's. */
export interface Stage {
  readonly temporal: FoundTemporal;
  readonly simulator: Simulator;
  readonly store: Store;
  readonly client: SessionClient;
  startWorker(): Promise<WorkerProcess>;
  close(): Promise<void>;
}

const workerFile = fileURLToPath(new URL('worker.ts', import.meta.url));

/** The environment without keys, servers and homes of the user's. */
function neutralEnvironment(): NodeJS.ProcessEnv {
  const own = /^(?:TEMPORAL|LOADLINE|OPENAI|ANTHROPIC)_/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

export async function setStage(onProgress: (line: string) => void): Promise<Stage> {
  const home = mkdtempSync(join(tmpdir(), 'loadline-demo-'));
  const forgetHome = whenWeEnd(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));
  const environment = neutralEnvironment();
  const temporal = await findTemporal({ home, environment, ports: 'free', ui: false, onProgress });
  const simulator = await startSimulator({ tokensPerSecond: 40, firstTokenMs: 200 });
  const databaseUrl = databaseUrlOf(home);
  const store = createStore(databaseUrl);
  await store.migrate();
  const client = new SessionClient({ temporalAddress: temporal.address, databaseUrl, home, taskQueue: 'loadline' });
  const settings = { temporalAddress: temporal.address, databaseUrl, simulatorUrl: simulator.url, home };
  return {
    temporal,
    simulator,
    store,
    client,
    startWorker: async () => await startWorker(settings, environment),
    async close() {
      await client.close();
      await store.close();
      await simulator.close();
      await temporal.close();
      forgetHome();
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function startWorker(settings: WorkerSettings, env: NodeJS.ProcessEnv): Promise<WorkerProcess> {
  const startedAt = performance.now();
  const args = ['--disable-warning=ExperimentalWarning', workerFile, JSON.stringify(settings)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const forget = whenWeEnd(() => child.kill('SIGKILL'));
  const { pid } = child;
  await ready(child);
  if (pid === undefined) throw new Error('The worker has no process id');
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
    forget();
  };
  return {
    pid,
    startSeconds: (performance.now() - startedAt) / 1000,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('The worker has no output');
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') return;
  throw new Error(`The worker ended before it was ready (exit code ${child.exitCode})`);
}
