import type { JsonObject } from '../domain/json.ts';
import type { Database } from './database.ts';
import { argsOf, query } from './query.ts';
import type { ApiObjectsTable } from './schema.ts';

/** What a client of another API made and names by its id: a response or a conversation of OpenAI's. */
export interface ApiObject {
  readonly id: string;
  /** May be one that has not been started yet. */
  readonly sessionId: string;
  readonly tenant: string | null;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly body: JsonObject;
}

export interface ApiObjectStore {
  apiObject(id: string): Promise<ApiObject | null>;
  /** Keeps a new object; answers the one that stands: the first with an id does. */
  keepApiObject(object: ApiObject): Promise<ApiObject>;
  changeApiObject(id: string, body: JsonObject): Promise<void>;
}

const insertObject = query<ApiObjectsTable>()((db, arg) =>
  db
    .insertInto('api_objects')
    .values(argsOf(arg, ['object_id', 'session_id', 'tenant', 'created_at', 'body']))
    .onConflict((conflict) => conflict.column('object_id').doNothing()),
);

const objectById = query<{ id: string }>()((db, arg) =>
  db.selectFrom('api_objects').selectAll().where('object_id', '=', arg('id')),
);

const changeBody = query<{ id: string; body: string }>()((db, arg) =>
  db
    .updateTable('api_objects')
    .set({ body: arg('body') })
    .where('object_id', '=', arg('id')),
);

function toObject(record: ApiObjectsTable): ApiObject {
  const { object_id: id, session_id: sessionId, tenant, created_at: createdAt, body } = record;
  return { id, sessionId, tenant, createdAt, body: JSON.parse(body) as JsonObject };
}

export function apiObjectStore(database: Database): ApiObjectStore {
  return {
    apiObject: (id) =>
      database.read(async (connection) => {
        const record = await connection.first(objectById, { id });
        return record === null ? null : toObject(record);
      }),
    keepApiObject: (object) =>
      database.write(async (connection) => {
        const { id, sessionId, tenant, createdAt, body } = object;
        await connection.run(insertObject, {
          object_id: id,
          session_id: sessionId,
          tenant,
          created_at: createdAt,
          body: JSON.stringify(body),
        });
        const record = await connection.first(objectById, { id });
        return record === null ? object : toObject(record);
      }),
    changeApiObject: (id, body) =>
      database.write(async (connection) => {
        await connection.run(changeBody, { id, body: JSON.stringify(body) });
      }),
  };
}
