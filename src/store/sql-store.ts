import { apiObjectStore } from './api-objects.ts';
import { blobStore } from './blobs.ts';
import { budgetStore } from './budgets.ts';
import { compactionStore } from './compactions.ts';
import type { Database } from './database.ts';
import { eventStore } from './events.ts';
import { inspectionStore } from './inspection-store.ts';
import { ledgerStore } from './ledger.ts';
import { migrate } from './migrate.ts';
import { windowStore } from './model-windows.ts';
import { query } from './query.ts';
import { runStore } from './runs.ts';
import { sessionStore } from './sessions.ts';
import { toolListingStore } from './tool-listings.ts';
import type { Store } from './store.ts';

const newestMigration = query()((db) =>
  db.selectFrom('migrations').select('number').orderBy('number', 'desc').limit(1),
);

/** The store over any database that runs transactions. */
export function storeOver(database: Database): Store {
  return {
    ...sessionStore(database),
    ...runStore(database),
    ...ledgerStore(database),
    ...compactionStore(database),
    ...budgetStore(database),
    ...eventStore(database),
    ...blobStore(database),
    ...windowStore(database),
    ...toolListingStore(database),
    ...inspectionStore(database),
    ...apiObjectStore(database),
    migrate: () => migrate(database),
    ping: () =>
      database.read(async (connection) => {
        await connection.first(newestMigration, {});
      }),
    close: () => database.close(),
  };
}
