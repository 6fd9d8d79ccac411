import { sql } from 'kysely';
import { applicableBudgets, type BudgetOverride, type BudgetRule, type BudgetStanding } from '../domain/budget.ts';
import { LoadlineError } from '../domain/errors.ts';
import { toUsd } from '../domain/money.ts';
import { usageGroupings, type UsageGrouping, type UsageLine } from '../domain/usage-report.ts';
import { toOverride, toStanding } from './budget-claims.ts';
import { budgetPeriod } from './budget-periods.ts';
import { allOverrides, budgetById, currentBudgets, putOverride } from './budget-queries.ts';
import type { Database } from './database.ts';
import type { BudgetStore } from './store.ts';

/** What an override is stored as; an empty text stands for any. */
function toRecord({ scope, key, window, unit, timeZone, windowStart, limit }: BudgetOverride) {
  return { scope, key: key ?? '', window, unit, time_zone: timeZone, window_start: windowStart ?? '', limit };
}

export function budgetStore(database: Database): BudgetStore {
  return {
    budgets: (at) =>
      database.read(async (connection) => (await connection.all(currentBudgets, { at })).map(toStanding)),

    budgetsOf: ({ rules, subject, at }) =>
      database.read(async (connection) => {
        const overrides = (await connection.all(allOverrides, {})).map(toOverride);
        const period = (window: BudgetRule['window'], timeZone: string) => budgetPeriod(window, timeZone, at);
        const standings: BudgetStanding[] = [];
        for (const budget of applicableBudgets(rules, overrides, subject, period)) {
          const record = await connection.first(budgetById, { budgetId: budget.id });
          standings.push({ ...budget, spent: record?.spent ?? 0, reserved: record?.reserved ?? 0 });
        }
        return standings;
      }),

    setBudget: (override) =>
      database.write(async (connection) => {
        await connection.run(putOverride, toRecord(override));
      }),

    budgetOverrides: () =>
      database.read(async (connection) => (await connection.all(allOverrides, {})).map(toOverride)),

    usage: ({ by, from, to, timeZone = 'UTC', simulated = false }) =>
      database.read(async (connection) => {
        const unknown = by.find((grouping) => !usageGroupings.includes(grouping));
        if (unknown !== undefined) {
          throw new LoadlineError(
            'InvalidMessage',
            `Usage can't be grouped by ${unknown}; known are ${usageGroupings.join(', ')}`,
          );
        }
        const sum = (column: string) => sql<number>`coalesce(sum(${sql.ref(column)}), 0)`;
        // Grouped by hour, the smallest unit that begins alike in every zone of whole hours; days are made of it below.
        const quarter = sql<number>`started_at / 900000`;
        let select = database.builder
          .selectFrom('ledger')
          .select(['provider', 'model', 'model_type', 'agent', 'user', 'tenant', 'state', 'answered', 'error'])
          .select(by.includes('session') ? 'session_id' : sql<string>`''`.as('session_id'))
          .select(quarter.as('quarter'))
          .select([
            sum('input').as('input'),
            sum('cache_read').as('cache_read'),
            sum('cache_write_5m').as('cache_write_5m'),
            sum('cache_write_1h').as('cache_write_1h'),
            sum('audio_input').as('audio_input'),
            sum('output').as('output'),
            sum('reasoning').as('reasoning'),
            sum('audio_output').as('audio_output'),
            sum('cost_nano_usd').as('cost'),
          ])
          .select((eb) => eb.fn.countAll<number>().as('rows'))
          .select((eb) => eb.fn.count<number>('cost_nano_usd').as('priced'))
          .where('state', 'in', ['settled', 'estimated', 'lost'])
          .groupBy(['provider', 'model', 'model_type', 'agent', 'user', 'tenant', 'state', 'answered', 'error'])
          .groupBy(quarter);
        if (by.includes('session')) select = select.groupBy('session_id');
        if (from !== undefined) select = select.where('started_at', '>=', Date.parse(from));
        if (to !== undefined) select = select.where('started_at', '<', Date.parse(to));
        if (!simulated) select = select.where('simulated', '=', 0);
        const lines = new Map<string, UsageLine>();
        for (const row of await connection.execute(select.compile())) {
          const start = budgetPeriod('day', timeZone, row.quarter * 900_000).start ?? '';
          const values: Readonly<Record<UsageGrouping, string | null>> = {
            day: by.includes('day') ? dayName(start, timeZone) : '',
            model: `${row.provider}/${row.model}`,
            type: row.model_type,
            agent: row.agent,
            user: row.user,
            tenant: row.tenant,
            session: row.session_id,
          };
          const group = Object.fromEntries(by.map((grouping) => [grouping, values[grouping]]));
          const key = JSON.stringify(group);
          const inputTokens = row.input + row.cache_read + row.cache_write_5m + row.cache_write_1h + row.audio_input;
          const outputTokens = row.output + row.reasoning + row.audio_output;
          const total = inputTokens + outputTokens;
          const answered = row.answered === 1;
          const before = lines.get(key) ?? emptyLine(group);
          lines.set(key, {
            group,
            calls: before.calls + (answered ? row.rows : 0),
            inputTokens: before.inputTokens + inputTokens,
            outputTokens: before.outputTokens + outputTokens,
            totalTokens: before.totalTokens + total,
            cacheReadTokens: before.cacheReadTokens + row.cache_read,
            cost: before.cost + row.cost,
            costUnknown: before.costUnknown + row.rows - row.priced,
            failedTokens: before.failedTokens + (answered ? 0 : total),
            cancelledTokens: before.cancelledTokens + (row.error === 'aborted' ? total : 0),
            estimatedTokens: before.estimatedTokens + (row.state === 'settled' ? 0 : total),
            compactionTokens: before.compactionTokens + (row.model_type === 'summaryModel' ? total : 0),
          });
        }
        const ordered = [...lines.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1));
        return ordered.map(([, line]) => ({ ...line, cost: toUsd(line.cost) }));
      }),
  };
}

/** The calendar day that begins at an instant, as `2026-11-22`. */
function dayName(start: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(new Date(start));
}

function emptyLine(group: UsageLine['group']): UsageLine {
  return {
    group,
    calls: 0,
    inputTokens: 0,
    outputTokens: 0,
    totalTokens: 0,
    cacheReadTokens: 0,
    cost: 0,
    costUnknown: 0,
    failedTokens: 0,
    cancelledTokens: 0,
    estimatedTokens: 0,
    compactionTokens: 0,
  };
}
