/** A worker as a process of its own, the one that the demo kills: `node worker.ts <settings as JSON>`. */
import { join } from 'node:path';
import { defineAgent, defineConfig, resolveConfig } from '../../src/config/index.ts';
import { createStore } from '../../src/store/index.ts';
import { installLogger } from '../../src/worker/log.ts';
import { startRuntime } from '../../src/worker/runtime.ts';

export interface WorkerSettings {
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly simulatorUrl: string;
  readonly home: string;
}

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const model = 'simulated/loadline-sim-small';
const assistant = defineAgent({
  name: 'assistant',
  model,
  instructions: 'You are a helpful assistant. Answer briefly.',
  limits: { maxOutputTokens: 200 },
});
const store = createStore(settings.databaseUrl);
await store.migrate();
const runtime = await startRuntime({
  config: resolveConfig(defineConfig({ agents: [assistant] }), { defaultModel: model }),
  temporal: { connection: { address: settings.temporalAddress }, namespace: 'default' },
  store,
  taskQueue: 'loadline',
  environment: {},
  simulatorUrl: settings.simulatorUrl,
  cacheFolder: join(settings.home, 'cache'),
  logger: installLogger('error'),
});
process.stdout.write('ready\n');
process.once('SIGTERM', () => {
  void runtime.shutdown().then(() => process.exit(0));
});
