import type { Insertable } from 'kysely';
import { argsOf, query } from './query.ts';
import type { DeltasTable } from './schema.ts';

export const insertDelta = query<Required<Omit<Insertable<DeltasTable>, 'id'>>>()((db, arg) =>
  db
    .insertInto('deltas')
    .values(argsOf(arg, ['session_id', 'call_id', 'attempt', 'type', 'offset', 'written_at', 'body']))
    .onConflict((conflict) => conflict.columns(['call_id', 'attempt', 'type', 'offset']).doNothing()),
);

export const deltasAfter = query<{ sessionId: string; cursor: number }>()((db, arg) =>
  db
    .selectFrom('deltas')
    .select(['id', 'body'])
    .where('session_id', '=', arg('sessionId'))
    .where('id', '>', arg('cursor'))
    .orderBy('id'),
);

export const deltasBefore = query<{ before: number }>()((db, arg) =>
  db.deleteFrom('deltas').where('written_at', '<', arg('before')),
);
