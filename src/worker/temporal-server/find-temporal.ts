import { findEmbedded } from './embedded.ts';
import { namedOutsideServer, refuseRemote, type ServerConnection } from './outside-server.ts';

export interface FindTemporalOptions {
  /** The folder that keeps the embedded server's data; see `openHome`. */
  readonly home: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Lets `TEMPORAL_ADDRESS` or a profile lead to another machine. */
  readonly remote?: boolean;
  /** Of the embedded server. `usual` (the default): 7233 and 8233 where they are free. */
  readonly ports?: 'usual' | 'free';
  /** Temporal's web UI, with the embedded server. On unless false. */
  readonly ui?: boolean;
  /** Lines for a person who waits for a download or a build. */
  readonly onProgress?: (line: string) => void;
  /** In place of Temporal's own download address. */
  readonly downloadUrl?: string;
}

export interface FoundTemporal {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  /** The same address with TLS and key, for `Connection.connect` and `NativeConnection.connect`. */
  readonly connection: ServerConnection;
  readonly uiUrl?: string;
  /** `adopted` is an embedded one that a killed process of the same home left running. */
  readonly source: 'address' | 'profile' | 'adopted' | 'started';
  /** Ends an embedded server and waits for it; an outside one is left alone. */
  close(): Promise<void>;
}

/**
 * Finds a Temporal server or starts one; the only place that decides which. An outside one counts when
 * `TEMPORAL_ADDRESS` or `TEMPORAL_PROFILE` is set. The caller holds the home's lock.
 *
 * @throws {LoadlineError} TemporalUnavailable when none can be had, ConfigInvalid when the one that is set is on another
 * machine without `remote`, or its profile can't be read.
 * @example
 * const temporal = await findTemporal({ home: openHome(process.env, process.cwd()) });
 * const connection = await connectToServer(temporal.connection);
 */
export async function findTemporal(options: FindTemporalOptions): Promise<FoundTemporal> {
  const environment = options.environment ?? process.env;
  const outside = namedOutsideServer(environment);
  if (outside !== null) {
    if (!options.remote) refuseRemote(outside);
    return { ...outside, address: outside.connection.address, close: async () => {} };
  }
  const { server, source } = await findEmbedded({
    ...options,
    environment,
    onProgress: options.onProgress ?? (() => {}),
  });
  return {
    address: server.address,
    namespace: 'default',
    connection: { address: server.address },
    ...(server.uiUrl === null ? {} : { uiUrl: server.uiUrl }),
    source,
    close: () => server.close(),
  };
}
