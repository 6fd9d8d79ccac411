import { createHash } from 'node:crypto';
import type { DeltaEvent, EventBody, StoredEvent } from '../domain/events.ts';
import type { Database } from './database.ts';
import { deltasAfter, deltasBefore, insertDelta } from './delta-queries.ts';
import { eventsAfter, eventsBefore, firstOfRun } from './event-queries.ts';
import { fromJson, toJson } from './records.ts';
import type { EventsTable } from './schema.ts';
import { SessionChange } from './session-change.ts';
import type { CallStarted, EventStore } from './store.ts';

/** A run's latest call is rarely further from the session's end. */
const latestPage = 50;

function toStoredEvent(record: EventsTable): StoredEvent {
  return {
    ...fromJson<EventBody>(record.body),
    id: record.id,
    at: record.at,
    sessionId: record.session_id,
    ...(record.run_id === null ? {} : { runId: record.run_id }),
    ...(record.agent === null ? {} : { agent: record.agent }),
  };
}

function isCallOfRun(event: StoredEvent): event is CallStarted {
  return event.type === 'call.started' && event.modelType !== 'summaryModel' && event.modelType !== 'member';
}

export function eventStore(database: Database): EventStore {
  return {
    events: (sessionId, { afterId, limit }) =>
      database.read(async (connection) => {
        const records = await connection.all(eventsAfter, { sessionId, afterId, limit });
        return records.map(toStoredEvent);
      }),

    firstEventOf: (sessionId, runId) =>
      database.read(async (connection) => (await connection.first(firstOfRun, { sessionId, runId }))?.id ?? null),

    latestCallStarted: (sessionId) =>
      database.read(async (connection) => {
        for (let beforeId = Number.MAX_SAFE_INTEGER; ;) {
          const records = await connection.all(eventsBefore, { sessionId, beforeId, limit: latestPage });
          const call = records.map(toStoredEvent).find(isCallOfRun);
          const oldest = records.at(-1)?.id;
          if (call !== undefined || oldest === undefined || oldest === 1) return call ?? null;
          beforeId = oldest;
        }
      }),

    appendEvents: (sessionId, runId, events, at) =>
      database.write(async (connection) => {
        const change = await SessionChange.begin(connection, { sessionId, runId, at });
        const keyOf = (event: EventBody, index: number): string =>
          createHash('sha256')
            .update(toJson([runId, at, index, event]))
            .digest('base64url');
        await change.addEvents(events, { keyOf });
        await change.save();
      }),

    appendDeltas: (deltas) =>
      database.write(async (connection) => {
        for (const delta of deltas) {
          await connection.run(insertDelta, {
            session_id: delta.sessionId,
            call_id: delta.callId,
            attempt: delta.attempt,
            type: delta.type,
            offset: delta.offset,
            written_at: Date.parse(delta.at),
            body: toJson(delta),
          });
        }
      }),

    deltas: (sessionId, cursor) =>
      database.read(async (connection) => {
        const records = await connection.all(deltasAfter, { sessionId, cursor });
        const deltas = records.map(({ body }) => fromJson<DeltaEvent>(body));
        return { deltas, cursor: records.at(-1)?.id ?? cursor };
      }),

    watch: (sessionId, listener) => database.watch(sessionId, listener),

    pruneDeltas: (before) =>
      database.write(async (connection) => {
        await connection.run(deltasBefore, { before });
      }),
  };
}
