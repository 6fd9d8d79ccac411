import { resolveConfig } from '../../config/index.ts';
import type { BudgetRule } from '../../domain/budget.ts';
import { createStore } from '../../store/index.ts';
import { installLogger } from '../../worker/log.ts';
import { startRuntime, type RuntimeSettings } from '../../worker/runtime.ts';
import { roomyModel, storyConfig } from './story-config.ts';

/** What the process is told by the one that started it. */
export interface StoryWorkerSettings extends Pick<RuntimeSettings, 'temporal' | 'cacheFolder' | 'taskQueue'> {
  readonly simulatorUrl: string;
  readonly databaseUrl: string;
  /** Those of the user's config: they hold for stories too. */
  readonly budgets: readonly BudgetRule[];
}

/** The process of a story worker: told its settings once, it works until its parent lets go of it. */
async function work({ databaseUrl, budgets, ...settings }: StoryWorkerSettings): Promise<void> {
  const store = createStore(databaseUrl);
  const runtime = await startRuntime({
    ...settings,
    config: { ...resolveConfig(storyConfig, { defaultModel: roomyModel }), budgets },
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
