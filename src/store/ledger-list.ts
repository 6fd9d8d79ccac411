import { sql, type Kysely, type SelectQueryBuilder } from 'kysely';
import { LoadlineError } from '../domain/errors.ts';
import type { LedgerRow, LedgerState } from '../domain/ledger.ts';
import { emptyTally, type Tally } from '../domain/metrics.ts';
import { usageFields, type UsageField } from '../domain/usage.ts';
import type { Connection } from './database.ts';
import { narrowing, type LedgerFilter, type Narrow } from './ledger-filter.ts';
import { toLedgerRow } from './records.ts';
import type { Schema } from './schema.ts';

/** A row with the path of the member whose it is. */
export interface ListedRow {
  readonly row: LedgerRow;
  readonly member: string | null;
}

export interface LedgerPage {
  /** Oldest first. */
  readonly rows: readonly ListedRow[];
  readonly cursor: string | null;
  /** Of all rows that the filter leaves, not of this page alone. */
  readonly rowCount: number;
  readonly tally: Tally;
}

/** One page of the rows that a filter leaves, with the sums over all of them. */
export async function listLedger(
  connection: Connection,
  builder: Kysely<Schema>,
  { limit, after, ...filter }: LedgerFilter & { readonly limit: number; readonly after?: string },
): Promise<LedgerPage> {
  const narrow = await narrowing(connection, builder, filter);
  let select = narrow(builder.selectFrom('ledger'))
    .leftJoin('runs', (join) =>
      join.onRef('runs.session_id', '=', 'ledger.session_id').onRef('runs.run_id', '=', 'ledger.run_id'),
    )
    .selectAll('ledger')
    .select('runs.member');
  if (after !== undefined) {
    const [startedAt, rowId] = placeOf(after);
    select = select.where((eb) =>
      eb.or([
        eb('ledger.started_at', '>', startedAt),
        eb.and([eb('ledger.started_at', '=', startedAt), eb('ledger.row_id', '>', rowId)]),
      ]),
    );
  }
  const page = select
    .orderBy('ledger.started_at')
    .orderBy('ledger.row_id')
    .limit(limit + 1);
  const records = await connection.execute(page.compile());
  const rows = records.slice(0, limit).map((record) => ({ row: toLedgerRow(record), member: record.member }));
  const last = rows.at(-1)?.row;
  return {
    rows,
    cursor: records.length > limit && last !== undefined ? `${last.startedAt}~${last.id}` : null,
    ...(await sumUp(connection, builder, narrow)),
  };
}

function placeOf(cursor: string): readonly [startedAt: number, rowId: string] {
  const [startedAt, rowId] = cursor.split('~');
  if (startedAt === undefined || rowId === undefined || !/^\d{1,15}$/.test(startedAt)) {
    throw new LoadlineError('InvalidMessage', `"${cursor}" is no cursor of a page of the ledger`);
  }
  return [Number(startedAt), rowId];
}

/** The classes that each number users see is the sum of. */
const input = ['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'audio_input'] as const;
const output = ['output', 'reasoning', 'audio_output'] as const;
const classesOf: Readonly<Record<UsageField, readonly (typeof input | typeof output)[number][]>> = {
  inputTokens: input,
  outputTokens: output,
  totalTokens: [...input, ...output],
  cacheReadTokens: ['cache_read'],
  cacheWriteTokens: ['cache_write_5m', 'cache_write_1h'],
  reasoningTokens: ['reasoning'],
  audioInputTokens: ['audio_input'],
  audioOutputTokens: ['audio_output'],
  audioTotalTokens: ['audio_input', 'audio_output'],
};

type Sums = Readonly<Record<`${UsageField}Known` | `${UsageField}Unknown`, number>>;

/** The sums over the rows that a filter leaves. */
export async function sumLedger(
  connection: Connection,
  builder: Kysely<Schema>,
  filter: LedgerFilter,
): Promise<Pick<LedgerPage, 'rowCount' | 'tally'>> {
  return await sumUp(connection, builder, await narrowing(connection, builder, filter));
}

/** Added up by the database, by nothing of what adds up the metrics: the two can be held against each other. */
async function sumUp(
  connection: Connection,
  builder: Kysely<Schema>,
  narrow: Narrow,
): Promise<Pick<LedgerPage, 'rowCount' | 'tally'>> {
  const selected = withSums(narrow(builder.selectFrom('ledger')).select(['state', 'answered', 'simulated']))
    .select(({ fn }) => [
      fn.countAll<number>().as('rows'),
      fn.coalesce(fn.sum<number>('cost_nano_usd'), sql.lit(0)).as('cost'),
      fn.count<number>('cost_nano_usd').as('priced'),
      fn.coalesce(fn.sum<number>('cache_saved_nano_usd'), sql.lit(0)).as('saved'),
      fn.count<number>('cache_saved_nano_usd').as('savingKnown'),
    ])
    .groupBy(['state', 'answered', 'simulated']);
  const groups = await connection.execute(selected.compile());
  let rowCount = 0;
  let tally = emptyTally;
  for (const group of groups) {
    rowCount += group.rows;
    tally = addGroup(tally, group as unknown as Group);
  }
  return { rowCount, tally };
}

function withSums<Row>(select: SelectQueryBuilder<Schema, 'ledger', Row>): SelectQueryBuilder<Schema, 'ledger', Row> {
  return usageFields.reduce((query, field) => {
    const columns = classesOf[field].map((name) => sql.ref<number | null>(name));
    const known = sql.join(
      columns.map((column) => sql`coalesce(${column}, 0)`),
      sql` + `,
    );
    const isKnown = sql.join(
      columns.map((column) => sql`${column} is not null`),
      sql` or `,
    );
    return query.select([
      sql<number>`sum(${known})`.as(`${field}Known`),
      sql<number>`sum(case when ${isKnown} then 0 else 1 end)`.as(`${field}Unknown`),
    ]) as typeof query;
  }, select);
}

interface Group extends Sums {
  readonly state: LedgerState;
  readonly answered: number;
  readonly simulated: number;
  readonly rows: number;
  readonly cost: number;
  readonly priced: number;
  readonly saved: number;
  readonly savingKnown: number;
}

function addGroup(tally: Tally, group: Group): Tally {
  const { state, rows } = group;
  if (state === 'reserved') return tally;
  const failed = tally.failedAttempts + (group.answered === 1 ? 0 : rows);
  if (state === 'released') return { ...tally, failedAttempts: failed };
  const usage = usageFields.map((name) => {
    const { known, unknown } = tally.usage[name];
    return [name, { known: known + group[`${name}Known`], unknown: unknown + group[`${name}Unknown`] }];
  });
  return {
    rows: tally.rows + rows,
    calls: tally.calls + (group.answered === 1 ? rows : 0),
    failedAttempts: failed,
    simulatedRows: tally.simulatedRows + (group.simulated === 1 ? rows : 0),
    estimatedTokens: tally.estimatedTokens + (state === 'settled' ? 0 : group.totalTokensKnown),
    costNanoUsd: tally.costNanoUsd + group.cost,
    costUnknownRows: tally.costUnknownRows + rows - group.priced,
    cacheSavedNanoUsd: tally.cacheSavedNanoUsd + group.saved,
    cacheSavedUnknownRows: tally.cacheSavedUnknownRows + rows - group.savingKnown,
    usage: Object.fromEntries(usage) as Tally['usage'],
  };
}
