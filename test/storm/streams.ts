import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SessionClient } from '../../src/client/index.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { createStore } from '../../src/store/index.ts';
import { spawnCli, type CliProcess } from '../support/cli.ts';
import { readEvents } from '../support/event-reader.ts';

export interface StreamStormSettings {
  readonly temporalAddress: string;
  readonly sessions: number;
  readonly readersEach: number;
  readonly messagesEach: number;
  /** How often worker and server are ended and started again, in turn by SIGKILL and by SIGTERM. */
  readonly restarts: number;
}

export interface StreamStormReport {
  readonly readers: number;
  /** Events that all readers together had to see. */
  readonly events: number;
  /** Readers that saw other events than 1, 2, 3, …, each once, up to the session's last. */
  readonly wrong: readonly string[];
  /** Connections that broke and were made again. */
  readonly breaks: number;
  /** Runs that did not complete. */
  readonly unanswered: readonly string[];
  readonly seconds: number;
}

const config = { agents: [{ name: 'assistant', model: 'simulated/loadline-sim-1' }] };

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function untilReady(one: CliProcess): Promise<void> {
  while (!one.stdout().includes('"ready"')) {
    if (one.child.exitCode !== null) throw new Error(`it ended before it was ready: ${one.stderr()}`);
    await sleep(20);
  }
}

/** Many readers of many sessions, over HTTP, while the worker and the server under them are ended and started again. */
export async function runStreamStorm(settings: StreamStormSettings): Promise<StreamStormReport> {
  const startedAt = Date.now();
  const { temporalAddress, sessions, readersEach, messagesEach, restarts } = settings;
  const folder = mkdtempSync(join(tmpdir(), 'loadline-streams-'));
  const simulator = await startSimulator({ tokensPerSecond: 60 });
  const port = await freePort();
  const home = join(folder, 'home');
  const databaseUrl = `sqlite:${join(folder, 'loadline.sqlite')}`;
  const taskQueue = `streams-${randomUUID()}`;
  const configFile = join(folder, 'loadline.config.json');
  writeFileSync(configFile, JSON.stringify(config));
  const environment = {
    TEMPORAL_ADDRESS: temporalAddress,
    LOADLINE_CONFIG: configFile,
    LOADLINE_DATABASE_URL: databaseUrl,
    LOADLINE_TASK_QUEUE: taskQueue,
    LOADLINE_SIMULATOR_URL: simulator.url,
    LOADLINE_LOG: 'error',
    LOADLINE_PORT: String(port),
  };
  const running = new Map<'worker' | 'server', CliProcess>();
  const start = async (command: 'worker' | 'server'): Promise<void> => {
    const one = spawnCli([command, '--json'], { folder, environment });
    running.set(command, one);
    await untilReady(one);
  };
  const stop = async (command: 'worker' | 'server', signal: NodeJS.Signals): Promise<void> => {
    const one = running.get(command);
    one?.child.kill(signal);
    await one?.ended;
  };
  const client = new SessionClient({ temporalAddress, databaseUrl, taskQueue, home });
  const store = createStore(databaseUrl);
  await store.migrate();
  const url = `http://127.0.0.1:${port}`;
  try {
    await Promise.all([start('worker'), start('server')]);
    const ids = Array.from({ length: sessions }, (_, n) => `stream-${n}`);
    await Promise.all(ids.map((id) => client.session('assistant', { id }).start()));
    const readers = ids.flatMap((id) =>
      Array.from({ length: readersEach }, () => ({ id, reader: readEvents(url, id) })),
    );
    const unanswered: string[] = [];
    const talks = Promise.all(
      ids.map(async (id) => {
        for (let n = 1; n <= messagesEach; n++) {
          const { status, error } = await client.existing(id).send(`Tell me something (${n}).`);
          if (status !== 'completed') unanswered.push(`${id}: ${error?.code ?? status}`);
        }
      }),
    );
    for (let n = 0; n < restarts; n++) {
      for (const command of ['worker', 'server'] as const) {
        await sleep(1_000);
        await stop(command, n % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
        await start(command);
      }
    }
    await talks;
    const wrong: string[] = [];
    let events = 0;
    for (const { id, reader } of readers) {
      const last = (await store.session(id))?.lastEventId ?? 0;
      await Promise.race([reader.until(last), sleep(20_000)]);
      events += last;
      const expected = Array.from({ length: last }, (_, at) => at + 1);
      if (reader.ids.join() !== expected.join()) wrong.push(`${id}: ${reader.ids.length} of ${last}`);
    }
    const breaks = readers.reduce((sum, { reader }) => sum + reader.breaks(), 0);
    await Promise.all(readers.map(({ reader }) => reader.close()));
    return { readers: readers.length, events, wrong, breaks, unanswered, seconds: (Date.now() - startedAt) / 1000 };
  } finally {
    await client.close();
    await Promise.all([stop('server', 'SIGTERM'), stop('worker', 'SIGTERM')]);
    await store.close();
    await simulator.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
