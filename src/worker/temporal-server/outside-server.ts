import type { ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { LoadlineError } from '../../domain/errors.ts';
import { isLoopback } from './address.ts';

/** How clients and workers reach a server, TLS and key included. */
export interface ServerConnection {
  readonly address: string;
  readonly tls?: NonNullable<ConnectionOptions['tls']>;
  readonly apiKey?: string;
  readonly metadata?: Record<string, string>;
}

export interface OutsideServer {
  readonly connection: ServerConnection;
  readonly namespace: string;
  readonly source: 'address' | 'profile';
}

/** The server that `TEMPORAL_ADDRESS` or `TEMPORAL_PROFILE` names, or null when neither is set. */
export function namedOutsideServer(environment: NodeJS.ProcessEnv): OutsideServer | null {
  return environment.TEMPORAL_ADDRESS || environment.TEMPORAL_PROFILE ? configuredServer(environment) : null;
}

/** The server of the standard Temporal configuration, the user's default profile and localhost:7233 included. */
export function configuredServer(environment: NodeJS.ProcessEnv): OutsideServer {
  const overrideEnvVars = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
  const { connectionOptions, namespace } = load(overrideEnvVars);
  const { tls, apiKey, metadata } = connectionOptions;
  return {
    connection: {
      address: connectionOptions.address ?? '127.0.0.1:7233',
      ...(tls === undefined || tls === null ? {} : { tls }),
      ...(typeof apiKey === 'string' ? { apiKey } : {}),
      ...(metadata === undefined ? {} : { metadata: metadata as Record<string, string> }),
    },
    namespace: namespace ?? 'default',
    source: environment.TEMPORAL_ADDRESS ? 'address' : 'profile',
  };
}

function load(overrideEnvVars: Record<string, string>): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig({ overrideEnvVars });
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new LoadlineError('ConfigInvalid', `The Temporal profile can't be used: ${words}`, undefined, {
      cause: error,
    });
  }
}

/**
 * @throws {LoadlineError} ConfigInvalid when the server is on another machine and nobody said that this is meant: what
 * a shell happens to have set should not send a first try to a company's cluster.
 */
export function refuseRemote({ connection, source }: OutsideServer): void {
  if (isLoopback(connection.address)) return;
  const name = source === 'address' ? 'TEMPORAL_ADDRESS' : 'TEMPORAL_PROFILE';
  throw new LoadlineError(
    'ConfigInvalid',
    `${name} points to ${connection.address}, which is not this machine. Add --remote if that is meant, ` +
      `or unset ${name} to run on a server of Loadline's own.`,
    { address: connection.address },
  );
}
