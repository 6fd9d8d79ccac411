import type { LearntWindow } from '../domain/learnt-window.ts';
import type { Database } from './database.ts';
import { argsOf, query } from './query.ts';
import type { ModelWindowsTable } from './schema.ts';

export interface WindowStore {
  /** Keeps what a model's server gave away of its window, in place of what it gave away before. */
  learnWindow(learnt: LearntWindow): Promise<void>;
  /** @param model `provider/model`. */
  learntWindow(model: string): Promise<LearntWindow | null>;
  /** For a model that was deployed anew. Answers whether there was anything to forget. */
  forgetWindow(model: string): Promise<boolean>;
  /** In order of their names. */
  learntWindows(): Promise<readonly LearntWindow[]>;
}

const putWindow = query<ModelWindowsTable>()((db, arg) =>
  db
    .insertInto('model_windows')
    .values(argsOf(arg, ['model', 'window', 'source', 'learnt_at']))
    .onConflict((conflict) => conflict.column('model').doUpdateSet(argsOf(arg, ['window', 'source', 'learnt_at']))),
);

const windowOfModel = query<{ model: string }>()((db, arg) =>
  db.selectFrom('model_windows').selectAll().where('model', '=', arg('model')),
);

const deleteWindow = query<{ model: string }>()((db, arg) =>
  db.deleteFrom('model_windows').where('model', '=', arg('model')),
);

const allWindows = query()((db) => db.selectFrom('model_windows').selectAll().orderBy('model'));

function toLearnt({ model, window, source, learnt_at }: ModelWindowsTable): LearntWindow {
  return { model, window, from: source, learntAt: learnt_at };
}

export function windowStore(database: Database): WindowStore {
  return {
    learnWindow: ({ model, window, from, learntAt }) =>
      database.write(async (connection) => {
        await connection.run(putWindow, { model, window, source: from, learnt_at: learntAt });
      }),
    learntWindow: (model) =>
      database.read(async (connection) => {
        const record = await connection.first(windowOfModel, { model });
        return record === null ? null : toLearnt(record);
      }),
    forgetWindow: (model) => database.write(async (connection) => (await connection.run(deleteWindow, { model })) > 0),
    learntWindows: () => database.read(async (connection) => (await connection.all(allWindows, {})).map(toLearnt)),
  };
}
