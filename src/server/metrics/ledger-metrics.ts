import { Gauge, type Registry } from 'prom-client';
import type { UsageLine } from '../../domain/usage-report.ts';
import type { Store } from '../../store/store.ts';

/** The sums are read again once they are older than this, and than fifty times what reading them took. */
const leastAgeMs = 10_000;
const shareOfTime = 50;

const statuses = ['open', 'closing', 'closed', 'failed'] as const;

type Read = Pick<Store, 'usage' | 'sessionsByStatus'>;

interface Sums {
  readonly lines: readonly UsageLine[];
  readonly sessions: Awaited<ReturnType<Store['sessionsByStatus']>>;
}

/**
 * Sessions by status, and tokens and cost by model, as the store has them. They are gauges: a ledger row that turns out
 * smaller than its estimate lowers a sum, which a counter must not.
 */
export function ledgerMetrics(registry: Registry, store: Read): void {
  const sums = recently(() => readSums(store));

  new Gauge({
    name: 'loadline_sessions',
    help: 'Sessions by status',
    labelNames: ['status'],
    registers: [registry],
    async collect() {
      const { sessions } = await sums();
      for (const status of statuses) this.set({ status }, sessions[status] ?? 0);
    },
  });
  new Gauge({
    name: 'loadline_ledger_tokens',
    help: 'Tokens on the ledger; cache_read is a part of input',
    labelNames: ['model', 'kind'],
    registers: [registry],
    async collect() {
      for (const { group, inputTokens, outputTokens, cacheReadTokens } of (await sums()).lines) {
        const model = group.model ?? '';
        this.set({ model, kind: 'input' }, inputTokens);
        this.set({ model, kind: 'output' }, outputTokens);
        this.set({ model, kind: 'cache_read' }, cacheReadTokens);
      }
    },
  });
  new Gauge({
    name: 'loadline_ledger_cost_dollars',
    help: 'US dollars on the ledger; calls without a known price are left out',
    labelNames: ['model'],
    registers: [registry],
    async collect() {
      for (const { group, cost } of (await sums()).lines) this.set({ model: group.model ?? '' }, cost);
    },
  });
  new Gauge({
    name: 'loadline_ledger_calls',
    help: 'Calls that were answered',
    labelNames: ['model'],
    registers: [registry],
    async collect() {
      for (const { group, calls } of (await sums()).lines) this.set({ model: group.model ?? '' }, calls);
    },
  });
}

async function readSums(store: Read): Promise<Sums> {
  const [lines, sessions] = await Promise.all([
    store.usage({ by: ['model'], simulated: true }),
    store.sessionsByStatus(),
  ]);
  return { lines, sessions };
}

/** Reads once for all who ask at the same time, and not again too soon. */
function recently<T>(read: () => Promise<T>): () => Promise<T> {
  let latest: Promise<T> | null = null;
  let freshUntil = 0;
  return () => {
    if (latest !== null && Date.now() < freshUntil) return latest;
    const startedAt = Date.now();
    freshUntil = Infinity;
    const reading = read();
    reading.then(
      () => (freshUntil = Date.now() + Math.max(leastAgeMs, shareOfTime * (Date.now() - startedAt))),
      () => (freshUntil = 0),
    );
    return (latest = reading);
  };
}
