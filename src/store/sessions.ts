import { emptyTotals } from '../domain/metrics.ts';
import type { Database } from './database.ts';
import { toJson, toSessionRow } from './records.ts';
import { SessionChange } from './session-change.ts';
import { listSessions } from './session-list.ts';
import { insertSession, sessionById, sessionsByStatus } from './session-queries.ts';
import type { SessionStore } from './store.ts';

export function sessionStore(database: Database): SessionStore {
  return {
    openSession: ({ sessionId, agent, user, tenant, metadata, continues, at }) =>
      database.write(async (connection) => {
        const inserted = await connection.run(insertSession, {
          session_id: sessionId,
          agent,
          user,
          tenant,
          status: 'open',
          metadata: metadata === null ? null : toJson(metadata),
          created_at: at,
          updated_at: at,
          closed_at: null,
          closed_reason: null,
          totals: toJson(emptyTotals),
          members: null,
          context_tokens: 0,
          context_window: null,
          context_anchor: null,
          thresholds_fired: toJson([]),
          last_run: 0,
          member_runs: 0,
          runs_ended: 0,
          last_seq: 0,
          last_event: 0,
          summary_number: 0,
          through_run: 0,
          results_through_seq: 0,
          continues: continues ?? null,
          waiting_for: toJson([]),
        });
        const record = await connection.first(sessionById, { sessionId });
        if (record === null) throw new Error(`Session ${sessionId} is gone in the transaction that inserted it`);
        return { session: toSessionRow(record), created: inserted === 1 };
      }),

    session: (sessionId) =>
      database.read(async (connection) => {
        const record = await connection.first(sessionById, { sessionId });
        return record === null ? null : toSessionRow(record);
      }),

    sessions: (filter) => database.read((connection) => listSessions(connection, database.builder, filter)),

    sessionsByStatus: () =>
      database.read(async (connection) => {
        const counts = await connection.all(sessionsByStatus, {});
        return Object.fromEntries(counts.map(({ status, sessions }) => [status, sessions]));
      }),

    closeSession: ({ sessionId, status, reason, at }) =>
      database.write(async (connection) => {
        const change = await SessionChange.begin(connection, { sessionId, runId: null, at });
        if (!(await change.closeSession(status, reason))) return change.totals;
        await change.addEvents([{ type: 'session.closed', ...(reason === null ? {} : { reason }) }]);
        await change.save();
        return change.totals;
      }),
  };
}
