import { compactionById, compactionsOfSession, summaryInForce, toCompaction } from './compaction-queries.ts';
import type { Database } from './database.ts';
import { SessionChange } from './session-change.ts';
import type { CompactionStore } from './store.ts';

export function compactionStore(database: Database): CompactionStore {
  return {
    summary: (sessionId) =>
      database.read(async (connection) => {
        const record = await connection.first(summaryInForce, { sessionId });
        return record === null ? null : toCompaction(record);
      }),

    compactions: (sessionId) =>
      database.read(async (connection) =>
        (await connection.all(compactionsOfSession, { sessionId })).map(toCompaction),
      ),

    storeCompaction: (input) =>
      database.write(async (connection) => {
        const { id, sessionId, runId, at } = input.compaction;
        const change = await SessionChange.begin(connection, { sessionId, runId, at });
        if (await change.compact(input)) {
          const { thresholds } = input;
          if (thresholds !== undefined) await change.fireThresholds(thresholds, { endsRun: false });
          await change.save();
        }
        const record = await connection.first(compactionById, { id });
        if (record === null) throw new Error(`Compaction ${id} is gone in the transaction that inserted it`);
        return { compaction: toCompaction(record), totals: change.totals, context: change.context };
      }),
  };
}
