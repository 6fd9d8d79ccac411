import { argsOf, query } from './query.ts';
import type { MessagesTable } from './schema.ts';

export const insertMessage = query<MessagesTable>()((db, arg) =>
  db
    .insertInto('messages')
    .values(
      argsOf(arg, [
        'session_id',
        'message_id',
        'seq',
        'run_id',
        'run_number',
        'role',
        'agent',
        'parts',
        'tokens',
        'created_at',
        'metrics',
        'duration_ms',
      ]),
    )
    .onConflict((conflict) => conflict.columns(['session_id', 'message_id']).doNothing()),
);

export const messageIdsOfRun = query<{ sessionId: string; number: number }>()((db, arg) =>
  db
    .selectFrom('messages')
    .select('message_id')
    .where('session_id', '=', arg('sessionId'))
    .where('run_number', '=', arg('number'))
    .orderBy('seq'),
);

/** Run by run, both numbers included. */
export const messagesOfRuns = query<{ sessionId: string; first: number; last: number }>()((db, arg) =>
  db
    .selectFrom('messages')
    .selectAll()
    .where('session_id', '=', arg('sessionId'))
    .where('run_number', '>=', arg('first'))
    .where('run_number', '<=', arg('last'))
    .orderBy('run_number')
    .orderBy('seq'),
);

export const messageBySeq = query<{ sessionId: string; seq: number }>()((db, arg) =>
  db.selectFrom('messages').selectAll().where('session_id', '=', arg('sessionId')).where('seq', '=', arg('seq')),
);

export const messagesAfter = query<{ sessionId: string; afterSeq: number; limit: number }>()((db, arg) =>
  db
    .selectFrom('messages')
    .selectAll()
    .where('session_id', '=', arg('sessionId'))
    .where('seq', '>', arg('afterSeq'))
    .orderBy('seq')
    .limit(arg('limit')),
);

/** The newest ones first. */
export const messagesBefore = query<{ sessionId: string; beforeSeq: number; limit: number }>()((db, arg) =>
  db
    .selectFrom('messages')
    .selectAll()
    .where('session_id', '=', arg('sessionId'))
    .where('seq', '<', arg('beforeSeq'))
    .orderBy('seq', 'desc')
    .limit(arg('limit')),
);
