import { LoadlineError } from '../domain/errors.ts';
import { storeOver } from './sql-store.ts';
import { sqliteDatabase } from './sqlite/sqlite-database.ts';
import type { Store } from './store.ts';

/**
 * The store at a URL: `sqlite:/path/to/file.sqlite` or `sqlite::memory:`. Nothing is opened yet; call `migrate()`
 * before anything else.
 *
 * @throws LoadlineError `ConfigInvalid` when no store understands the URL.
 * @example
 * const store = createStore('sqlite:/var/lib/loadline/loadline.sqlite');
 * await store.migrate();
 */
export function createStore(url: string): Store {
  const [scheme] = url.split(':', 1);
  if (scheme === 'sqlite') {
    const path = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
    if (path !== '') return storeOver(sqliteDatabase({ path }));
  }
  if (scheme === 'postgres' || scheme === 'postgresql') {
    throw new LoadlineError(
      'ConfigInvalid',
      'This version of Loadline keeps its store in SQLite only. Set LOADLINE_DATABASE_URL to sqlite:/path/to/file.sqlite, or unset it.',
    );
  }
  // The URL itself is not shown: it may hold a password.
  throw new LoadlineError(
    'ConfigInvalid',
    'LOADLINE_DATABASE_URL is no address of a store. Set it to sqlite:/path/to/file.sqlite, or unset it.',
  );
}
