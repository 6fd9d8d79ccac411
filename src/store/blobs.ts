import { createHash } from 'node:crypto';
import type { Database } from './database.ts';
import { query } from './query.ts';
import type { BlobsTable } from './schema.ts';
import type { BlobStore } from './store.ts';

export const insertBlob = query<BlobsTable>()((db, arg) =>
  db
    .insertInto('blobs')
    .values({ blob_id: arg('blob_id'), media_type: arg('media_type'), bytes: arg('bytes') })
    .onConflict((conflict) => conflict.column('blob_id').doNothing()),
);

export const blobById = query<{ id: string }>()((db, arg) =>
  db.selectFrom('blobs').selectAll().where('blob_id', '=', arg('id')),
);

export function blobStore(database: Database): BlobStore {
  return {
    putBlob: (bytes, mediaType) => {
      const id = createHash('sha256').update(bytes).digest('hex');
      return database.write(async (connection) => {
        await connection.run(insertBlob, { blob_id: id, media_type: mediaType, bytes });
        return id;
      });
    },

    blob: (id) =>
      database.read(async (connection) => {
        const record = await connection.first(blobById, { id });
        return record === null ? null : { bytes: new Uint8Array(record.bytes), mediaType: record.media_type };
      }),
  };
}
