import { Hono } from 'hono';
import type { Runtime } from '../worker/runtime.ts';
import type { Backend } from '../client/backend.ts';
import type { ServerEnv } from './server-env.ts';

/** Resolves when that part answers; its error says why it does not. */
export type Check = () => Promise<void>;

/** How long a part may take to answer before it counts as down, in milliseconds. */
const patienceMs = 3_000;

/** What must answer before work is sent here. */
export function checksOf({ temporal, store }: Pick<Backend, 'temporal' | 'store'>): Readonly<Record<string, Check>> {
  const { connection, options } = temporal;
  return {
    async temporal() {
      await connection.workflowService.describeNamespace({ namespace: options.namespace });
    },
    store: () => store.ping(),
  };
}

/** Whether a worker of this process is at work. */
export function workerCheck({ running }: Pick<Runtime, 'running'>): Check {
  let worker: Error | null = null;
  running.then(
    () => (worker = new Error('it has stopped')),
    (error: unknown) => (worker = error instanceof Error ? error : new Error(String(error))),
  );
  return async () => {
    // One turn of the event loop, so that a worker that has died by now is known.
    await new Promise((resolve) => setImmediate(resolve));
    if (worker !== null) throw worker;
  };
}

/**
 * `/healthz`: this process answers. `/readyz`: so does all that it needs; 503 otherwise, with what is missing, and why
 * for those who may know where things are.
 *
 * @param checks `null` while the start is not done
 */
export function healthRoutes(checks: () => Readonly<Record<string, Check>> | null): Hono<ServerEnv> {
  return new Hono<ServerEnv>()
    .get('/healthz', (context) => context.json({ status: 'ok' }))
    .get('/readyz', async (context) => {
      const parts = checks();
      if (parts === null) return context.json({ status: 'starting' }, 503);
      const results = await Promise.all(
        Object.entries(parts).map(async ([name, check]) => [name, await outcome(check)] as const),
      );
      const mayKnowWhy = context.get('principal') !== null;
      const ready = results.every(([, result]) => result === 'ok');
      const shown = results.map(([name, result]) => [name, mayKnowWhy || result === 'ok' ? result : 'failing']);
      return context.json(
        { status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(shown) },
        ready ? 200 : 503,
      );
    });
}

async function outcome(check: Check): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer in ${patienceMs / 1000} s`), patienceMs);
  });
  const answered = check().then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return await Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
