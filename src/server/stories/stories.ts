import { join } from 'node:path';
import type { Backend } from '../../client/backend.ts';
import { createSessionApi } from '../../client/session-api.ts';
import type { Config } from '../../config/index.ts';
import { LoadlineError } from '../../domain/errors.ts';
import type { Host } from '../../worker/host.ts';
import { startStoryWorker, type StoryWorker } from './story-worker.ts';
import { storyAgents } from './story-config.ts';
import { stories, type Pace, type Scene, type StoryName } from './tell.ts';

/** Stories that show what Loadline does, told on the simulator with one click. */
export interface Stories {
  /**
   * Starts a story and returns at once; it goes on by itself.
   *
   * @throws LoadlineError `TemporalUnavailable` when no worker could be started for it.
   */
  start(name: StoryName): Promise<{ readonly sessionId: string }>;
  close(): Promise<void>;
}

/**
 * Stories of an embedded host. Their worker is a process of its own that starts with the first story, or now where
 * sessions of earlier stories are still open.
 *
 * @param onError told of a story that broke off.
 */
export function openStories(host: Host, { onError, pace = readable }: StoryOptions): Stories {
  const { runtime, store, simulator, temporal, lock, databaseUrl, config } = host;
  const taskQueue = `${host.taskQueue}-stories`;
  // Deltas come from another process than this one.
  const backend: Backend = { temporal: runtime.client, store, taskQueue, bus: null, close: async () => {} };
  const api = createSessionApi<Config>(() => Promise.resolve(backend));
  const settings = {
    temporal: { connection: temporal.connection, namespace: temporal.namespace },
    cacheFolder: join(lock.home, 'cache'),
    taskQueue,
    simulatorUrl: simulator.url,
    databaseUrl,
    budgets: config.budgets,
  };
  let worker: Promise<StoryWorker> | null = null;
  let closed = false;
  const running = async (): Promise<StoryWorker> => {
    worker ??= startStoryWorker(settings);
    try {
      return await worker;
    } catch (error) {
      worker = null;
      throw new LoadlineError('TemporalUnavailable', error instanceof Error ? error.message : String(error));
    }
  };
  const scene: Scene = {
    api,
    simulator,
    pace,
    async killWorker() {
      const old = await running();
      worker = null;
      await old.kill();
      if (!closed) await running();
    },
  };
  const fail = (error: unknown): void => {
    if (!closed) onError(error);
  };
  anyOpen(store)
    .then(async (open) => void (open && !closed && (await running())), fail)
    .catch(fail);
  return {
    async start(name) {
      await running();
      const story = stories[name];
      const session = api.session(story.agent);
      await story.prepare?.(scene, session.id);
      await session.start();
      story.tell(scene, session).catch(fail);
      return { sessionId: session.id };
    },
    async close() {
      closed = true;
      await worker?.then(
        (one) => one.stop(),
        () => undefined,
      );
    },
  };
}

/** Slow enough to be read. */
const readable: Pace = { firstTokenMs: 300, tokensPerSecond: 60 };

export interface StoryOptions {
  readonly onError: (error: unknown) => void;
  readonly pace?: Pace;
}

async function anyOpen(store: Backend['store']): Promise<boolean> {
  for (const agent of storyAgents) {
    const { sessions } = await store.sessions({ agent, status: 'open', limit: 1 });
    if (sessions.length > 0) return true;
  }
  return false;
}
