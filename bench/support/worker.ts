/** A worker of the benches' config as a process: `node worker.ts <settings as JSON>`. Prints `ready`; SIGTERM drains it. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '../../src/config/index.ts';
import { createStore } from '../../src/store/index.ts';
import { installLogger } from '../../src/worker/log.ts';
import { startRuntime } from '../../src/worker/runtime.ts';
import { benchConfig } from './bench-config.ts';

export interface WorkerSettings {
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly taskQueue: string;
  readonly simulatorUrl: string;
}

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const store = createStore(settings.databaseUrl);
await store.migrate();
const runtime = await startRuntime({
  config: resolveConfig(benchConfig, { defaultModel: 'simulated/loadline-sim-1' }),
  temporal: { connection: { address: settings.temporalAddress }, namespace: 'default' },
  store,
  taskQueue: settings.taskQueue,
  environment: {},
  simulatorUrl: settings.simulatorUrl,
  cacheFolder: join(tmpdir(), 'loadline-bench-bundles'),
  logger: installLogger('error'),
});
process.stdout.write('ready\n');
process.once('SIGTERM', () => {
  void runtime.shutdown().then(() => process.exit(0));
});
