import { sql } from 'kysely';
import { LoadlineError } from '../domain/errors.ts';
import { toUsd } from '../domain/money.ts';
import { addLines, emptyLine, usageGroupings, type UsageLine, type UsageQuery } from '../domain/usage-report.ts';
import { budgetPeriod } from './budget-periods.ts';
import type { Connection, Database } from './database.ts';

/** All zones' days begin at a quarter of an hour of UTC. */
const quarterMs = 900_000;

/** What was spent, added up by the database for each quarter of an hour and by us for each group. */
export async function reportUsage(
  database: Pick<Database, 'builder'>,
  connection: Connection,
  { by, from, to, timeZone = 'UTC', simulated = false }: UsageQuery,
): Promise<readonly UsageLine[]> {
  const unknown = by.find((grouping) => !usageGroupings.includes(grouping));
  if (unknown !== undefined) {
    const known = usageGroupings.join(', ');
    throw new LoadlineError('InvalidMessage', `Usage can't be grouped by ${unknown}; known are ${known}`);
  }
  const sum = (column: string) => sql<number>`coalesce(sum(${sql.ref(column)}), 0)`;
  const quarter = sql<number>`started_at / ${sql.lit(quarterMs)}`;
  const facts = [
    'provider',
    'model',
    'model_type',
    'agent',
    'user',
    'tenant',
    'state',
    'answered',
    'unreserved',
    'error',
  ] as const;
  let select = database.builder
    .selectFrom('ledger')
    .select(facts)
    .select(by.includes('session') ? 'session_id' : sql<string>`''`.as('session_id'))
    .select(by.includes('day') ? quarter.as('quarter') : sql<number>`0`.as('quarter'))
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
      sum('cache_saved_nano_usd').as('cache_saved'),
    ])
    .select((eb) => eb.fn.countAll<number>().as('rows'))
    .select((eb) => eb.fn.count<number>('cost_nano_usd').as('priced'))
    .where('state', 'in', ['settled', 'estimated', 'lost'])
    .groupBy(facts);
  if (by.includes('day')) select = select.groupBy(quarter);
  if (by.includes('session')) select = select.groupBy('session_id');
  if (from !== undefined) select = select.where('started_at', '>=', Date.parse(from));
  if (to !== undefined) select = select.where('started_at', '<', Date.parse(to));
  if (!simulated) select = select.where('simulated', '=', 0);

  const lines = new Map<string, UsageLine>();
  for (const row of await connection.execute(select.compile())) {
    const values = {
      day: dayOf(row.quarter * quarterMs, timeZone),
      model: `${row.provider}/${row.model}`,
      type: row.model_type,
      agent: row.agent || null,
      user: row.user,
      tenant: row.tenant,
      session: row.session_id || null,
    };
    const group = Object.fromEntries(by.map((grouping) => [grouping, values[grouping]]));
    const key = JSON.stringify(group);
    const inputTokens = row.input + row.cache_read + row.cache_write_5m + row.cache_write_1h + row.audio_input;
    const outputTokens = row.output + row.reasoning + row.audio_output;
    const totalTokens = inputTokens + outputTokens;
    const part = (isPart: boolean): number => (isPart ? totalTokens : 0);
    const answered = row.answered === 1;
    const line: UsageLine = {
      group,
      calls: answered ? row.rows : 0,
      inputTokens,
      outputTokens,
      totalTokens,
      cacheReadTokens: row.cache_read,
      cost: row.cost,
      cacheSavings: row.cache_saved,
      costUnknown: row.rows - row.priced,
      failedTokens: part(!answered),
      cancelledTokens: part(row.error === 'aborted'),
      estimatedTokens: part(row.state !== 'settled'),
      compactionTokens: part(row.model_type === 'summaryModel'),
      unreservedTokens: part(row.unreserved === 1),
    };
    lines.set(key, addLines(lines.get(key) ?? emptyLine(group), line));
  }
  const ordered = [...lines.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return ordered.map(([, line]) => ({
    ...line,
    cost: toUsd(line.cost),
    cacheSavings: toUsd(line.cacheSavings),
  }));
}

/** The calendar day that holds an instant, as `2026-11-22`. */
function dayOf(at: number, timeZone: string): string {
  const start = budgetPeriod('day', timeZone, at).start ?? '';
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(new Date(start));
}
