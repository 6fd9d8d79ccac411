import { estimateErrors } from '../domain/estimate-errors.ts';
import { noBill, type LedgerRow } from '../domain/ledger.ts';
import { readAnswer } from './answers.ts';
import { claim, claimUnreserved, moveShares } from './budget-claims.ts';
import type { Connection, Database } from './database.ts';
import {
  endRow,
  insertRow,
  latestEstimates,
  prolongRow,
  reservedOfBoot,
  reservedWithLeaseBefore,
  rowById,
  rowsOfCall,
  rowsOfSession,
} from './ledger-queries.ts';
import { fullReservation, loseRow } from './lost-rows.ts';
import { iso, outcomeOf, toLedgerRecord, toLedgerRow, toRunRow } from './records.ts';
import { recomputeTotals } from './recompute-totals.ts';
import { idleOpenRuns } from './run-queries.ts';
import { encodeRequest, writeRequest } from './request-records.ts';
import type { LedgerTable } from './schema.ts';
import { SessionChange } from './session-change.ts';
import { settle, settleRefused } from './settle.ts';
import type { LedgerStore } from './store.ts';

async function rowToEnd(connection: Connection, rowId: string): Promise<LedgerTable> {
  const record = await connection.first(rowById, { rowId });
  if (record === null) throw new Error(`The ledger has no row ${rowId}: an attempt is reserved before it ends`);
  return record;
}

/** `false` when the row is there already. */
async function insertSpent(connection: Connection, row: LedgerRow): Promise<boolean> {
  const record = toLedgerRecord(row, { taskToken: '', pid: 0, bootId: '' }, 0);
  return (await connection.run(insertRow, { ...record, settled_as: 'settled' })) > 0;
}

/** Enough for a 95th percentile of every model in use, and read in milliseconds. */
const judgedEstimates = 10_000;

export function ledgerStore(database: Database): LedgerStore {
  return {
    call: (callId) =>
      database.read(async (connection) => {
        const records = await connection.all(rowsOfCall, { callId });
        return { attempts: records.map(toLedgerRow), answer: await readAnswer(connection, callId) };
      }),

    reserve: ({ row, rules, owner, leaseUntil, events, request, tree = [] }) => {
      const encoded = request === undefined ? null : encodeRequest(request);
      return database.write(async (connection) => {
        const at = iso(row.startedAt);
        const change = await SessionChange.begin(connection, { sessionId: row.sessionId, runId: row.runId, at });
        const answer = await readAnswer(connection, row.callId);
        if (answer !== null) return { answer, shortfall: null, limit: null, totals: change.totals };
        const others = await connection.all(rowsOfCall, { callId: row.callId });
        if (others.some((other) => other.row_id === row.id)) {
          return { answer: null, shortfall: null, limit: null, totals: change.totals };
        }
        for (const other of others) {
          if (other.state === 'reserved') await loseRow(connection, change, other, at);
        }
        // A call that is tried again has been counted.
        const limit = others.length > 0 ? null : change.treeLimit(tree);
        if (limit !== null) return { answer: null, shortfall: null, limit, totals: change.totals };
        const { shortfall, claimed } = await claim(connection, row, rules);
        if (shortfall === null) {
          await connection.run(insertRow, toLedgerRecord(row, owner, leaseUntil));
          await change.replaceRow(null, row, claimed);
          if (others.length === 0) change.take({ calls: 1 });
          await change.addEvents(events, { agent: row.agent });
          if (encoded !== null) await writeRequest(connection, row, encoded, change.lastEventId);
        }
        await change.save();
        return { answer: null, shortfall, limit: null, totals: change.totals };
      });
    },

    recordSpend: (row, rules) =>
      database.write(async (connection) => {
        const { sessionId, runId } = row;
        const change = await SessionChange.begin(connection, { sessionId, runId, at: iso(row.startedAt) });
        if (!(await insertSpent(connection, row))) return change.totals;
        await claimUnreserved(connection, row, rules);
        await change.replaceRow(null, row);
        await change.save();
        return change.totals;
      }),

    recordSpendOutside: (row, rules) =>
      database.write(async (connection) => {
        if (!(await insertSpent(connection, row))) return;
        await claimUnreserved(connection, row, rules);
        await moveShares(connection, null, row);
      }),

    prolong: (rowId, leaseUntil) =>
      database.write(async (connection) => {
        await connection.run(prolongRow, { rowId, leaseUntil });
      }),

    settle: (settlement) => database.write((connection) => settle(connection, settlement)),
    settleRefused: (refused) => database.write((connection) => settleRefused(connection, refused)),

    endAttempt: ({ rowId, state, usage, costNanoUsd, cacheSavedNanoUsd, error, endedAt, timeToFirstTokenMs, events }) =>
      database.write(async (connection) => {
        const before = toLedgerRow(await rowToEnd(connection, rowId));
        const { sessionId, runId } = before;
        const change = await SessionChange.begin(connection, { sessionId, runId, at: iso(endedAt) });
        const charged =
          usage === null && state !== 'released' ? fullReservation(before) : { usage, costNanoUsd, cacheSavedNanoUsd };
        const after = {
          ...before,
          ...(state === 'released' ? { usage: null, ...noBill } : charged),
          state,
          error,
          endedAt,
          durationMs: Math.max(0, endedAt - before.startedAt),
          timeToFirstTokenMs,
        };
        if ((await connection.run(endRow, outcomeOf(after, null))) === 0) return change.totals;
        await change.replaceRow(before, after);
        await change.addEvents(events, { agent: before.agent });
        await change.save();
        return change.totals;
      }),

    expiredReservations: (now, limit) =>
      database.read(async (connection) =>
        (await connection.all(reservedWithLeaseBefore, { now, limit })).map(toLedgerRow),
      ),

    reservationsOfBoot: (bootId) =>
      database.read(async (connection) => {
        const records = await connection.all(reservedOfBoot, { bootId });
        return records.map((record) => ({
          row: toLedgerRow(record),
          owner: { taskToken: record.task_token, pid: record.pid, bootId: record.boot_id },
        }));
      }),

    ledger: (sessionId) =>
      database.read(async (connection) => (await connection.all(rowsOfSession, { sessionId })).map(toLedgerRow)),

    estimateErrors: () =>
      database.read(async (connection) => {
        const rows = await connection.all(latestEstimates, { limit: judgedEstimates });
        return estimateErrors(rows.map((row) => ({ ...row, estimated: row.estimated ?? 0 })));
      }),

    recomputeTotals: (sessionId) => database.read((connection) => recomputeTotals(connection, sessionId)),

    idleOpenRuns: (before, limit) =>
      database.read(async (connection) => (await connection.all(idleOpenRuns, { before, limit })).map(toRunRow)),
  };
}
