import type { Connection, Database } from './database.ts';
import { readHistory } from './history.ts';
import { loseRow } from './lost-rows.ts';
import { reservedOfRun } from './ledger-queries.ts';
import { messageBySeq, messagesAfter, messagesBefore, messagesOfRuns } from './message-queries.ts';
import { searchMessages } from './message-texts.ts';
import { toRunRow, toStoredMessage } from './records.ts';
import { RunBranch } from './run-branch.ts';
import { completedRunsOf, runById, runByMessageId, runsBefore, runsOfMembers } from './run-queries.ts';
import type { RunsTable } from './schema.ts';
import { SessionChange } from './session-change.ts';
import type { RunStore } from './store.ts';
import { markFailed, startAttempt } from './tool-attempts.ts';

interface RunKey {
  readonly sessionId: string;
  readonly runId: string;
  readonly messageId: string;
}

/** The run of a message id, whatever its run id: a message is answered once in a session's life. */
async function findRun(connection: Connection, { sessionId, runId, messageId }: RunKey): Promise<RunsTable | null> {
  return (
    (await connection.first(runByMessageId, { sessionId, messageId })) ??
    (await connection.first(runById, { sessionId, runId }))
  );
}

export function runStore(database: Database): RunStore {
  return {
    beginRun: (input) =>
      database.write(async (connection) => {
        const known = await findRun(connection, input);
        if (known !== null) return { run: toRunRow(known), begun: false };
        const { sessionId, runId, at } = input;
        const change = await SessionChange.begin(connection, { sessionId, runId: null, at });
        await change.beginRun(input);
        await change.save();
        const record = await connection.first(runById, { sessionId, runId });
        if (record === null) throw new Error(`Run ${runId} is gone in the transaction that inserted it`);
        return { run: toRunRow(record), begun: true };
      }),

    run: (sessionId, runId) =>
      database.read(async (connection) => {
        const record = await connection.first(runById, { sessionId, runId });
        return record === null ? null : toRunRow(record);
      }),

    runByMessageId: (sessionId, messageId) =>
      database.read(async (connection) => {
        const record = await connection.first(runByMessageId, { sessionId, messageId });
        return record === null ? null : toRunRow(record);
      }),

    memberRuns: (sessionId, parentRunId) =>
      database.read(async (connection) =>
        (await connection.all(runsOfMembers, { sessionId, parentRunId })).map(toRunRow),
      ),

    earlierRunsOf: (sessionId, asked) =>
      database.read(async (connection) =>
        (await connection.all(completedRunsOf, { sessionId, ...asked })).map(toRunRow).toReversed(),
      ),

    treeCounters: (sessionId, runId) =>
      database.read(async (connection) => (await RunBranch.read(connection, sessionId, runId))?.counters() ?? []),

    runs: (sessionId, { limit, beforeNumber = Number.MAX_SAFE_INTEGER }) =>
      database.read(async (connection) => {
        const records = await connection.all(runsBefore, { sessionId, beforeNumber, limit });
        return records.map(toRunRow);
      }),

    history: (sessionId, bounds) => database.read((connection) => readHistory(connection, sessionId, bounds)),

    messagesOfRun: (sessionId, runId) =>
      database.read(async (connection) => {
        const run = await connection.first(runById, { sessionId, runId });
        if (run === null) return [];
        const records = await connection.all(messagesOfRuns, { sessionId, first: run.number, last: run.number });
        return records.map(toStoredMessage);
      }),

    messages: (sessionId, { afterSeq = 0, limit }) =>
      database.read(async (connection) => {
        const records = await connection.all(messagesAfter, { sessionId, afterSeq, limit });
        return records.map(toStoredMessage);
      }),

    messagesBefore: (sessionId, { beforeSeq, limit }) =>
      database.read(async (connection) => {
        const records = await connection.all(messagesBefore, { sessionId, beforeSeq, limit });
        return records.map(toStoredMessage).toReversed();
      }),

    message: (sessionId, seq) =>
      database.read(async (connection) => {
        const record = await connection.first(messageBySeq, { sessionId, seq });
        return record === null ? null : toStoredMessage(record);
      }),

    search: (sessionId, asked) => database.read((connection) => searchMessages(connection, sessionId, asked)),

    startTool: ({ sessionId, runId, callId, unknownAllowed, event, at }) =>
      database.write(async (connection) => {
        const attempt = await startAttempt(connection, { sessionId, callId, unknownAllowed, at });
        if (attempt === null) return null;
        const change = await SessionChange.begin(connection, { sessionId, runId, at });
        await change.addEvents([event]);
        await change.save();
        return attempt;
      }),

    failToolAttempt: (failed) =>
      database.write(async (connection) => {
        await connection.run(markFailed, failed);
      }),

    storeToolResult: ({ sessionId, runId, message, events, durationMs, isError, additionalMetrics, at }) =>
      database.write(async (connection) => {
        const change = await SessionChange.begin(connection, { sessionId, runId, at });
        // A call of an ended run has its "not executed" already; a second result would part the pair.
        if (change.result !== null || !(await change.addMessage(message, { durationMs }))) return change.totals;
        if (durationMs !== null) change.addToolResult({ durationMs, isError, additionalMetrics });
        await change.addEvents(events);
        await change.save();
        return change.totals;
      }),

    addMessage: ({ sessionId, runId, message, at }) =>
      database.write(async (connection) => {
        const change = await SessionChange.begin(connection, { sessionId, runId, at });
        if (change.result === null && (await change.addMessage(message, {}))) await change.save();
      }),

    endRun: (input) =>
      database.write(async (connection) => {
        const { sessionId, at } = input;
        const known = await findRun(connection, input);
        const change = await SessionChange.begin(connection, { sessionId, runId: known?.run_id ?? null, at });
        if (change.result !== null) return { result: change.result, totals: change.totals };
        if (known === null) await change.beginRun(input);
        else {
          const reserved = await connection.all(reservedOfRun, { sessionId, runId: known.run_id });
          for (const record of reserved) await loseRow(connection, change, record, at);
        }
        for (const message of input.messages) await change.addMessage(message, {});
        if (input.thresholds !== undefined) await change.fireThresholds(input.thresholds, { endsRun: true });
        const result = await change.endRun(input.build);
        await change.save();
        return { result, totals: change.totals };
      }),
  };
}
