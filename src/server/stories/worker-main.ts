import type { Config } from '../../config/index.ts';
import { resolveConfig } from '../../config/index.ts';
import { createStore } from '../../store/index.ts';
import { installLogger } from '../../worker/log.ts';
import { startRuntime, type RuntimeSettings } from '../../worker/runtime.ts';
import { roomyModel, storyConfig } from './story-config.ts';

/** What the process is told by the one that started it. */
export interface StoryWorkerSettings extends Pick<RuntimeSettings, 'temporal' | 'cacheFolder' | 'taskQueue'> {
  readonly simulatorUrl: string;
  readonly databaseUrl: string;
  readonly budgets: NonNullable<Config['budgets']>;
}

/** The process of a story worker: told its settings once, it works until its parent lets go of it. */
async function work({ databaseUrl, budgets, ...settings }: StoryWorkerSettings): Promise<void> {
  const store = createStore(databaseUrl);
  const runtime = await startRuntime({
    ...settings,
    config: resolveConfig(storyConfig(budgets), { defaultModel: roomyModel }),
    store,
    environment: {},
    logger: installLogger('error'),
  });
  process.once('disconnect', () => {
    void runtime.shutdown().finally(() => process.exit(0));
  });
  process.send?.('ready');
  await runtime.running;
}

process.once('message', (settings) => {
  work(settings as StoryWorkerSettings).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(1));
  });
});
