import type { Connection } from './database.ts';
import { argsOf, query } from './query.ts';
import type { CompactionsTable } from './schema.ts';
import type { CompactionRow } from './store.ts';

const insertCompaction = query<CompactionsTable>()((db, arg) =>
  db
    .insertInto('compactions')
    .values(
      argsOf(arg, [
        'compaction_id',
        'session_id',
        'number',
        'run_id',
        'cause',
        'at',
        'text',
        'tokens',
        'model',
        'first_seq',
        'last_seq',
        'through_run',
        'runs',
        'results',
        'tokens_before',
        'tokens_after',
      ]),
    )
    .onConflict((conflict) => conflict.column('compaction_id').doNothing()),
);

export const compactionById = query<{ id: string }>()((db, arg) =>
  db.selectFrom('compactions').selectAll().where('compaction_id', '=', arg('id')),
);

export const compactionByNumber = query<{ sessionId: string; number: number }>()((db, arg) =>
  db
    .selectFrom('compactions')
    .selectAll()
    .where('session_id', '=', arg('sessionId'))
    .where('number', '=', arg('number')),
);

export const compactionsOfSession = query<{ sessionId: string }>()((db, arg) =>
  db.selectFrom('compactions').selectAll().where('session_id', '=', arg('sessionId')).orderBy('number'),
);

export const summaryInForce = query<{ sessionId: string }>()((db, arg) =>
  db
    .selectFrom('compactions')
    .innerJoin('sessions', (join) =>
      join
        .onRef('sessions.session_id', '=', 'compactions.session_id')
        .onRef('sessions.summary_number', '=', 'compactions.number'),
    )
    .selectAll('compactions')
    .where('compactions.session_id', '=', arg('sessionId')),
);

export function toCompaction(record: CompactionsTable): CompactionRow {
  return {
    id: record.compaction_id,
    sessionId: record.session_id,
    number: record.number,
    runId: record.run_id,
    cause: record.cause,
    at: record.at,
    summary:
      record.text === null
        ? null
        : {
            text: record.text,
            tokens: record.tokens,
            model: record.model ?? '',
            firstSeq: record.first_seq,
            lastSeq: record.last_seq,
            throughRun: record.through_run,
          },
    runs: record.runs,
    results: record.results,
    tokensBefore: record.tokens_before,
    tokensAfter: record.tokens_after,
  };
}

/** `false` when it is there already. */
export async function insertCompactionOnce(connection: Connection, compaction: CompactionRow): Promise<boolean> {
  const { summary } = compaction;
  const inserted = await connection.run(insertCompaction, {
    compaction_id: compaction.id,
    session_id: compaction.sessionId,
    number: compaction.number,
    run_id: compaction.runId,
    cause: compaction.cause,
    at: compaction.at,
    text: summary?.text ?? null,
    tokens: summary?.tokens ?? 0,
    model: summary?.model ?? null,
    first_seq: summary?.firstSeq ?? 0,
    last_seq: summary?.lastSeq ?? 0,
    through_run: summary?.throughRun ?? 0,
    runs: compaction.runs,
    results: compaction.results,
    tokens_before: compaction.tokensBefore,
    tokens_after: compaction.tokensAfter,
  });
  return inserted > 0;
}
