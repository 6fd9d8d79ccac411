import { argsOf, query } from './query.ts';
import type { EventsTable } from './schema.ts';

export const insertEvent = query<EventsTable>()((db, arg) =>
  db
    .insertInto('events')
    .values(argsOf(arg, ['session_id', 'id', 'run_id', 'agent', 'at', 'body', 'once_key']))
    .onConflict((conflict) =>
      conflict.columns(['session_id', 'once_key']).where('once_key', 'is not', null).doNothing(),
    ),
);

export const eventsAfter = query<{ sessionId: string; afterId: number; limit: number }>()((db, arg) =>
  db
    .selectFrom('events')
    .selectAll()
    .where('session_id', '=', arg('sessionId'))
    .where('id', '>', arg('afterId'))
    .orderBy('id')
    .limit(arg('limit')),
);

export const firstOfRun = query<{ sessionId: string; runId: string }>()((db, arg) =>
  db
    .selectFrom('events')
    .select((eb) => eb.fn.min<number | null>('id').as('id'))
    .where('session_id', '=', arg('sessionId'))
    .where('run_id', '=', arg('runId')),
);

export const eventsBefore = query<{ sessionId: string; beforeId: number; limit: number }>()((db, arg) =>
  db
    .selectFrom('events')
    .selectAll()
    .where('session_id', '=', arg('sessionId'))
    .where('id', '<', arg('beforeId'))
    .orderBy('id', 'desc')
    .limit(arg('limit')),
);
