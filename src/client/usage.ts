import { randomUUID } from 'node:crypto';
import { LoadlineError } from '../domain/errors.ts';
import { unnamed } from '../domain/ledger.ts';
import { fromUsd } from '../domain/money.ts';
import { spendProblem, spentRow, type SpendOwner } from '../domain/spend.ts';
import { plainUsage } from '../domain/usage.ts';
import type { Store } from '../store/store.ts';
import type { Backend } from './backend.ts';
import { usageLedger } from './usage-ledger.ts';
import { storeQuery } from './usage-query.ts';
import type { OutsideSpend, UsageApi } from './usage-api.ts';

type UsageBackend = Pick<Backend, 'store' | 'temporal' | 'models'>;

/** Usage over a backend that is connected at the first use. */
export function createUsageApi(backend: () => Promise<UsageBackend>): UsageApi {
  return {
    record: async (spend) => await record(await backend(), spend),
    report: async (query = {}) => await (await backend()).store.usage(storeQuery(query)),
    ledger: async (query = {}) => await usageLedger((await backend()).store, query),
  };
}

async function record({ store, temporal, models }: UsageBackend, spend: OutsideSpend): Promise<void> {
  const problem = spendProblem(spend);
  if (problem !== null) throw new LoadlineError('InvalidMessage', problem);
  const now = new Date();
  const row = spentRow(await ownerOf(store, spend), spend, await costOf(models, spend, now), now);
  const rules = await store.budgetRules();
  if (row.sessionId === unnamed) return await store.recordSpendOutside(row, rules);
  const totals = await store.recordSpend(row, rules);
  const { correctSession } = await import('../worker/correct-session.ts');
  await correctSession(temporal, row.sessionId, totals);
}

/** What a spending does not say for itself is its session's. */
async function ownerOf(store: Pick<Store, 'session'>, spend: OutsideSpend): Promise<SpendOwner> {
  const { session, agent, user, tenant, idempotencyKey = randomUUID() } = spend;
  const row = session === undefined ? null : await store.session(session);
  if (session !== undefined && row === null) {
    throw new LoadlineError('SessionNotFound', `There is no session ${session} to record spending of`);
  }
  return {
    id: `external.${idempotencyKey}`,
    sessionId: session ?? unnamed,
    runId: null,
    agent: agent ?? row?.agent ?? unnamed,
    user: user ?? row?.user ?? null,
    tenant: tenant ?? row?.tenant ?? null,
    modelType: 'external',
  };
}

async function costOf(
  models: UsageBackend['models'],
  { provider, model, inputTokens, outputTokens, cost }: OutsideSpend,
  now: Date,
): Promise<number | null> {
  if (cost !== undefined) return fromUsd(cost);
  // The price list is large, and most commands never ask for a price.
  const { createCatalogue } = await import('../models/index.ts');
  return createCatalogue(models).price(`${provider}/${model}`, plainUsage(inputTokens, outputTokens), now);
}
