import { type Logger, type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createActivities, type ActivityDeps } from '../activities/index.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface WorkerSettings {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Folder for the bundle of a checkout. */
  readonly cacheFolder: string;
  readonly logger: Logger;
  readonly deps: ActivityDeps;
}

/**
 * The timeouts are set for a fast take-over: with the defaults a killed worker's call came back after 19 s, with these
 * after 4.6 s (docs/decisions). 200 cached workflows, half a megabyte each, hold the memory down: the other ones of ten
 * thousand idle sessions replay from their short histories when they are asked.
 */
export const workerTuning = {
  stickyQueueScheduleToStartTimeout: '1s',
  maxHeartbeatThrottleInterval: '1s',
  defaultHeartbeatThrottleInterval: '1s',
  shutdownGraceTime: '10s',
  shutdownForceTime: '30s',
  maxCachedWorkflows: 200,
  maxConcurrentActivityTaskExecutions: 200,
} satisfies Partial<WorkerOptions>;

/** A Temporal worker for sessions. */
export async function createWorker(settings: WorkerSettings): Promise<Worker> {
  const { connection, namespace, taskQueue, cacheFolder, logger, deps } = settings;
  return await Worker.create({
    connection,
    namespace,
    taskQueue,
    activities: createActivities(deps),
    workflowBundle: await workflowBundle(cacheFolder, logger),
    ...workerTuning,
  });
}
