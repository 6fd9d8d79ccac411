import type { Connection } from '@temporalio/client';
import { hostname } from 'node:os';
import { LoadlineError } from '../../domain/errors.ts';
import type { DevState } from '../../worker/home.ts';
import { identifyProcess } from '../../worker/process-identity.ts';
import {
  checkServer,
  connectToServer,
  missingSearchAttributes,
  namedOutsideServer,
  type ServerConnection,
} from '../../worker/temporal-server/index.ts';
import { localBinaries } from '../../worker/temporal-server/local-binaries.ts';
import { shellWord } from '../../domain/shell-word.ts';
import { ownCommand } from '../own-command.ts';
import { fault, fine, wordsOf, type Finding } from './finding.ts';
import { unset } from './mend.ts';
import type { Scene } from './scene.ts';

interface Server {
  readonly connection: ServerConnection;
  readonly namespace: string;
  /** Names the server; `null`: the `dev` that runs here. */
  readonly variable: 'TEMPORAL_ADDRESS' | 'TEMPORAL_PROFILE' | null;
}

/** The server in use, its namespace and search attributes, and whether a worker takes work from the task queue. */
export async function checkTemporal(scene: Scene, dev: DevState | null): Promise<Finding[]> {
  const { environment, source } = scene;
  const variable = environment['TEMPORAL_ADDRESS'] ? 'TEMPORAL_ADDRESS' : 'TEMPORAL_PROFILE';
  let server: Server | null;
  try {
    server = serverInUse(environment, dev);
  } catch (error) {
    return [fault('temporal', wordsOf(error), unset(variable, source))];
  }
  if (server === null)
    return [fault('temporal', 'Nothing runs here, and TEMPORAL_ADDRESS is not set', `${ownCommand()} dev --detach`)];
  let connection: Connection;
  try {
    connection = await connectToServer(server.connection, 5_000);
  } catch (error) {
    return [fault('temporal', wordsOf(error), server.variable === null ? null : unset(server.variable, source))];
  }
  try {
    return await checkConnected(scene, server, connection);
  } finally {
    await connection.close();
  }
}

function serverInUse(environment: NodeJS.ProcessEnv, dev: DevState | null): Server | null {
  const outside = namedOutsideServer(environment);
  if (outside !== null) {
    const variable = outside.source === 'address' ? 'TEMPORAL_ADDRESS' : 'TEMPORAL_PROFILE';
    return { connection: outside.connection, namespace: outside.namespace, variable };
  }
  if (dev?.temporalAddress === undefined) return null;
  return {
    connection: { address: dev.temporalAddress },
    namespace: dev.temporalNamespace ?? 'default',
    variable: null,
  };
}

async function checkConnected(scene: Scene, server: Server, connection: Connection): Promise<Finding[]> {
  const { namespace } = server;
  const { address } = server.connection;
  const [binary = 'temporal'] = localBinaries(scene.environment);
  const operator = (...words: readonly string[]): string =>
    [binary, 'operator', ...words, '--namespace', namespace, '--address', address].map(shellWord).join(' ');
  try {
    await checkServer(connection, namespace);
  } catch (error) {
    const noNamespace = error instanceof LoadlineError && error.details?.['namespace'] === namespace;
    return [fault('temporal', wordsOf(error), noNamespace ? operator('namespace', 'create') : null)];
  }
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  const findings = [fine('temporal', `${address}, version ${serverVersion}, namespace ${namespace}`)];
  const missing = await missingSearchAttributes(connection, namespace).catch(() => null);
  if (missing === null)
    findings.push(fine('search attributes', 'this server does not let us ask; all else works without them'));
  else if (missing.length === 0) findings.push(fine('search attributes', 'all there'));
  else {
    const create = operator(
      'search-attribute',
      'create',
      ...missing.flatMap((name) => ['--name', name, '--type', 'Keyword']),
    );
    findings.push(fault('search attributes', `Namespace ${namespace} lacks ${missing.join(', ')}`, create));
  }
  const taskQueue = 'value' in scene.settings ? scene.settings.value.taskQueue : 'loadline';
  return [...findings, await checkWorker(connection, namespace, taskQueue)];
}

/** `TASK_QUEUE_TYPE_WORKFLOW` of temporal.api.enums.v1. */
const workflowQueue = 1;

/** A poll lasts a minute at most: who has not asked for longer is gone. */
const longestPollMs = 75_000;

async function checkWorker(connection: Connection, namespace: string, taskQueue: string): Promise<Finding> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: workflowQueue,
  });
  const alive = (pollers ?? []).filter(({ identity, lastAccessTime }) => {
    const seenMs = Number(lastAccessTime?.seconds ?? 0) * 1000;
    return Date.now() - seenMs < longestPollMs && !isDeadHere(identity ?? '');
  });
  if (alive.length === 0) {
    return fault('worker', `No worker takes work from task queue ${taskQueue}`, `${ownCommand()} worker --detach`);
  }
  return fine('worker', `${alive.map(({ identity }) => identity).join(', ')} on task queue ${taskQueue}`);
}

/** The SDK's identity of a worker is `pid@host`: of one on this machine we can tell whether it still runs. */
function isDeadHere(identity: string): boolean {
  const [, pid, host] = /^(\d+)@(.*)$/.exec(identity) ?? [];
  return pid !== undefined && host === hostname() && identifyProcess(Number(pid)) === null;
}
