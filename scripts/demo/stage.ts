import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SessionClient } from '../../src/client/index.ts';
import { databaseUrlOf } from '../../src/client/database-url.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { findTemporal, type FoundTemporal } from '../../src/worker/temporal-server/index.ts';
import { whenWeEnd } from '../../src/worker/when-we-end.ts';

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

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** A small window, so that the gauge has something to show. */
const config = {
  agents: [
    {
      name: 'assistant',
      model: 'simulated/loadline-sim-small',
      instructions: 'You are a helpful assistant. Answer briefly.',
      limits: { maxOutputTokens: 200 },
    },
  ],
};

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
  const client = new SessionClient({ temporalAddress: temporal.address, databaseUrl, home });
  const configFile = join(home, 'loadline.config.json');
  writeFileSync(configFile, JSON.stringify(config));
  const ofWorker = {
    ...environment,
    TEMPORAL_ADDRESS: temporal.address,
    LOADLINE_HOME: home,
    LOADLINE_CONFIG: configFile,
    LOADLINE_SIMULATOR_URL: simulator.url,
    LOADLINE_LOG: 'error',
  };
  return {
    temporal,
    simulator,
    store,
    client,
    startWorker: async () => await startWorker(ofWorker),
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

async function startWorker(env: NodeJS.ProcessEnv): Promise<WorkerProcess> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [cli, 'worker'], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const complaints: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  const forget = whenWeEnd(() => child.kill('SIGKILL'));
  const { pid } = child;
  if (!(await ready(child.stdout)) || pid === undefined) throw new Error(`No worker: ${complaints.join('')}`);
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

async function ready(output: Readable): Promise<boolean> {
  for await (const line of createInterface({ input: output })) if (line.startsWith('{"ready":true')) return true;
  return false;
}
