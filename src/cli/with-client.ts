import type { Session, SessionApi } from '../client/api.ts';
import type { Backend } from '../client/backend.ts';
import type { Config } from '../config/index.ts';
import type { Store } from '../store/store.ts';
import { openPlace, type CommonOptions, type Place } from './place.ts';
import { findSession } from './session-id.ts';

/** What a command that talks to sessions works with. */
export interface CliClient {
  readonly place: Place;
  readonly backend: Backend;
  readonly api: SessionApi<Config>;
  /** The session that an id or a unique beginning of one names. */
  session(given: string): Promise<Session>;
}

/** Connects to Temporal and the store for the time of `work`. */
export async function withClient<T>(options: CommonOptions, work: (client: CliClient) => Promise<T>): Promise<T> {
  const place = openPlace(options);
  const [{ connectBackend }, { createSessionApi }, { openHome }] = await Promise.all([
    import('../client/connect.ts'),
    import('../client/session-api.ts'),
    import('../worker/home.ts'),
  ]);
  const backend = await connectBackend({ home: openHome(place.environment, place.folder) });
  try {
    const api = createSessionApi<Config>(() => Promise.resolve(backend));
    return await work({
      place,
      backend,
      api,
      session: async (given) => api.existing(await findSession(backend.store, given)),
    });
  } finally {
    await backend.close();
  }
}

/** Opens the store alone, for what can be looked at while nothing runs. */
export async function withStore<T>(options: CommonOptions, work: (store: Store) => Promise<T>): Promise<T> {
  const { environment, folder } = openPlace(options);
  const [{ databaseUrlOf }, { createStore }, { openHome, readDev }] = await Promise.all([
    import('../client/database-url.ts'),
    import('../store/index.ts'),
    import('../worker/home.ts'),
  ]);
  const home = openHome(environment, folder);
  const url = environment['LOADLINE_DATABASE_URL'] || readDev(home)?.databaseUrl || databaseUrlOf(home);
  const store = createStore(url);
  try {
    await store.migrate();
    return await work(store);
  } finally {
    await store.close();
  }
}
