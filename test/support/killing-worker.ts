/**
 * A worker that kills itself with SIGKILL at one point of a call: `node killing-worker.ts <settings as JSON>`. The
 * points lie in a wrapper around the store, so that the code under test is the product's own.
 */
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { resolveConfig } from '../../src/config/index.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { installLogger } from '../../src/worker/log.ts';
import { startRuntime } from '../../src/worker/runtime.ts';
import { crashConfig, type CrashConfigSettings } from './crash-config.ts';

export type KillPoint =
  | 'before-reserve'
  | 'after-reserve'
  | 'first-delta'
  | 'before-settle'
  | 'after-settle'
  | 'after-failure'
  | 'after-refusal'
  | 'summary-reserved'
  | 'summary-settled'
  | 'before-compaction'
  | 'after-compaction'
  | 'member-writing'
  | 'member-settled'
  | 'before-tool'
  | 'tool-started'
  | 'in-tool'
  | 'before-result'
  | 'after-result'
  | 'never';

export interface KillingWorkerSettings extends Omit<CrashConfigSettings, 'inTool'> {
  readonly temporalAddress: string;
  readonly taskQueue: string;
  readonly databaseUrl: string;
  readonly simulatorUrl: string;
  readonly point: KillPoint;
  /** So often the point is passed before the process dies there. */
  readonly passes?: number;
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

let passed = 0;

function dieAt(point: KillPoint, name: KillPoint): void {
  if (point !== name) return;
  if (passed === (settings.passes ?? 0)) die();
  passed += 1;
}

/** The store, except that the process dies at the given point. */
function killing(store: Store, point: KillPoint): Store {
  const at = (name: KillPoint): void => dieAt(point, name);
  return new Proxy(store, {
    get(target, property, receiver) {
      if (property === 'reserve') {
        return async (...args: Parameters<Store['reserve']>) => {
          at('before-reserve');
          const result = await target.reserve(...args);
          at('after-reserve');
          if (args[0].row.modelType === 'summaryModel') at('summary-reserved');
          return result;
        };
      }
      if (property === 'settle') {
        return async (...args: Parameters<Store['settle']>) => {
          at('before-settle');
          const result = await target.settle(...args);
          at('after-settle');
          if (args[0].answer.message === null) at('summary-settled');
          if (args[0].answer.message?.agent === 'member') at('member-settled');
          return result;
        };
      }
      if (property === 'endAttempt') {
        return async (...args: Parameters<Store['endAttempt']>) => {
          const result = await target.endAttempt(...args);
          at('after-failure');
          return result;
        };
      }
      if (property === 'settleRefused') {
        return async (...args: Parameters<Store['settleRefused']>) => {
          const result = await target.settleRefused(...args);
          at('after-refusal');
          return result;
        };
      }
      if (property === 'storeCompaction') {
        return async (...args: Parameters<Store['storeCompaction']>) => {
          at('before-compaction');
          const result = await target.storeCompaction(...args);
          at('after-compaction');
          return result;
        };
      }
      if (property === 'startTool') {
        return async (...args: Parameters<Store['startTool']>) => {
          at('before-tool');
          const attempt = await target.startTool(...args);
          at('tool-started');
          return attempt;
        };
      }
      if (property === 'storeToolResult') {
        return async (...args: Parameters<Store['storeToolResult']>) => {
          at('before-result');
          const totals = await target.storeToolResult(...args);
          at('after-result');
          return totals;
        };
      }
      if (property === 'appendDeltas') {
        return async (...args: Parameters<Store['appendDeltas']>) => {
          await target.appendDeltas(...args);
          at('first-delta');
          if (args[0].some(({ agent }) => agent === 'member')) at('member-writing');
        };
      }
      return Reflect.get(target, property, receiver) as unknown;
    },
  });
}

const settings = JSON.parse(process.argv[2] ?? '') as KillingWorkerSettings;
const store = createStore(settings.databaseUrl);
await store.migrate();
const runtime = await startRuntime({
  config: resolveConfig(crashConfig({ ...settings, inTool: () => dieAt(settings.point, 'in-tool') }), {
    defaultModel: 'simulated/loadline-sim-1',
  }),
  temporal: { connection: { address: settings.temporalAddress }, namespace: 'default' },
  store: killing(store, settings.point),
  taskQueue: settings.taskQueue,
  environment: {},
  simulatorUrl: settings.simulatorUrl,
  cacheFolder: join(tmpdir(), 'loadline-test-bundles'),
  logger: installLogger('error'),
});
process.stdout.write('ready\n');
process.once('SIGTERM', () => {
  void runtime.shutdown().then(() => process.exit(0));
});
