import { randomUUID } from 'node:crypto';
import { DateTime } from 'luxon';
import { isTimeZone } from '../config/budgets.ts';
import { LoadlineError } from '../domain/errors.ts';
import { unnamed } from '../domain/ledger.ts';
import { fromUsd } from '../domain/money.ts';
import { spendProblem, spentRow, type SpendOwner } from '../domain/spend.ts';
import { plainUsage } from '../domain/usage.ts';
import type { UsageQuery } from '../domain/usage-report.ts';
import type { Store } from '../store/store.ts';
import type { Backend } from './backend.ts';
import type { OutsideSpend, UsageApi, UsageReportQuery } from './usage-api.ts';

type UsageBackend = Pick<Backend, 'store' | 'temporal' | 'models'>;

/** Usage over a backend that is connected at the first use. */
export function createUsageApi(backend: () => Promise<UsageBackend>): UsageApi {
  return {
    record: async (spend) => await record(await backend(), spend),
    report: async (query = {}) => await (await backend()).store.usage(storeQuery(query)),
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

/** The query with its days as instants of its zone. */
export function storeQuery({ by = [], from, to, timeZone = 'UTC', simulated = false }: UsageReportQuery): UsageQuery {
  if (!isTimeZone(timeZone)) {
    throw new LoadlineError(
      'InvalidMessage',
      `timeZone "${timeZone}" is not in the IANA list; write one like Europe/Oslo`,
    );
  }
  return {
    by,
    timeZone,
    simulated,
    ...(from === undefined ? {} : { from: instantOf(from, timeZone, 'start') }),
    ...(to === undefined ? {} : { to: instantOf(to, timeZone, 'end') }),
  };
}

function instantOf(text: string, timeZone: string, edge: 'start' | 'end'): string {
  const at = DateTime.fromISO(text, { zone: timeZone });
  if (!at.isValid) {
    throw new LoadlineError('InvalidMessage', `"${text}" is no time; write a day like 2026-11-22, or an ISO 8601 time`);
  }
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const instant = isDay && edge === 'end' ? at.plus({ days: 1 }) : at;
  return new Date(instant.toMillis()).toISOString();
}
