import { setTimeout as delay } from 'node:timers/promises';
import { Connection, isGrpcServiceError, type ConnectionOptions } from '@temporalio/client';
import { isLoopback, splitAddress } from './address.ts';
import { isListening } from './ports.ts';
import { temporalUnavailable } from './unavailable.ts';

/** gRPC's own status numbers (https://grpc.io/docs/guides/status-codes/). */
const grpc = { invalidArgument: 3, notFound: 5, permissionDenied: 7, unimplemented: 12, unauthenticated: 16 } as const;

function statusOf(error: unknown): number | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (isGrpcServiceError(at)) return at.code;
  return undefined;
}

/**
 * Connects to a Temporal server.
 *
 * @throws {LoadlineError} TemporalUnavailable: nothing listens there, what listens is no Temporal server, or it refuses
 * our credentials. Trying again later may help in the first case alone.
 */
export async function connectToServer(options: ConnectionOptions, timeoutMs = 10_000): Promise<Connection> {
  const address = options.address ?? '127.0.0.1:7233';
  const { host, port } = splitAddress(address);
  const nothing = (cause?: unknown): Error =>
    temporalUnavailable(
      `Nothing listens at ${address}, where the Temporal server should be. ` +
        'Start it, or correct TEMPORAL_ADDRESS; without it `loadline dev` starts a server of its own.',
      { address },
      cause,
    );
  if (isLoopback(address) && !(await isListening(host, port))) throw nothing();
  try {
    return await Connection.connect({ ...options, address, connectTimeout: timeoutMs });
  } catch (error) {
    const status = statusOf(error);
    if (status === grpc.unauthenticated || status === grpc.permissionDenied) throw refused(address, error);
    if (!(await isListening(host, port))) throw nothing(error);
    throw temporalUnavailable(
      `Something answers at ${address}, but it is no Temporal server` +
        `${options.tls || options.apiKey ? '' : ' (or one that wants TLS)'}. ` +
        'Another program may use that port: set TEMPORAL_ADDRESS to the right one.',
      { address },
      error,
    );
  }
}

function refused(address: string, cause: unknown): Error {
  return temporalUnavailable(
    `The Temporal server at ${address} refuses our credentials. Check TEMPORAL_API_KEY or the TLS certificate.`,
    { address },
    cause,
  );
}

function tooOld(address: string, version: string, cause: unknown): Error {
  return temporalUnavailable(
    `The Temporal server at ${address} is ${version || 'of an unknown version'} and has no update-with-start, which ` +
      'Loadline starts sessions with. Use server 1.26.2 or newer, or set its dynamic configuration ' +
      'frontend.enableExecuteMultiOperation to true.',
    { address, version },
    cause,
  );
}

function noNamespace(address: string, namespace: string, cause: unknown): Error {
  return temporalUnavailable(
    `The Temporal server at ${address} has no namespace ${namespace}. Make it with: ` +
      `temporal operator namespace create --namespace ${namespace} --address ${address}`,
    { address, namespace },
    cause,
  );
}

function unexpected(address: string, error: unknown): Error {
  const words = error instanceof Error ? error.message : String(error);
  return temporalUnavailable(
    `The Temporal server at ${address} did not answer as expected: ${words}`,
    { address },
    error,
  );
}

/** The namespace is known for sure, or not even that question is allowed (a key may be good for workflows alone). */
async function namespaceExists(connection: Connection, namespace: string): Promise<boolean> {
  const { address } = connection.options;
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return true;
  } catch (error) {
    if (statusOf(error) === grpc.notFound) throw noNamespace(address, namespace, error);
    if (statusOf(error) === grpc.permissionDenied) return false;
    throw unexpected(address, error);
  }
}

/**
 * Makes sure that sessions can run there: the namespace exists, and the server starts a workflow and updates it in one
 * step. That is asked for, with a request that does nothing, since a version number does not tell what is switched off.
 *
 * @throws {LoadlineError} TemporalUnavailable, with the command or setting that mends it.
 */
export async function checkServer(connection: Connection, namespace: string): Promise<void> {
  const { address } = connection.options;
  const exists = await namespaceExists(connection, namespace);
  // A frontend hears of a new namespace some seconds after it was made.
  const deadline = performance.now() + (exists ? 15_000 : 0);
  for (;;) {
    try {
      await connection.workflowService.executeMultiOperation({ namespace, operations: [] });
      return;
    } catch (error) {
      const status = statusOf(error);
      if (status === grpc.invalidArgument) return;
      const switchedOff = status === grpc.permissionDenied && /API is disabled/.test(String(error));
      if (status === grpc.unimplemented || switchedOff) {
        const { serverVersion } = await connection.workflowService.getSystemInfo({});
        throw tooOld(address, serverVersion ?? '', error);
      }
      if (status === grpc.permissionDenied) throw refused(address, error);
      if (status !== grpc.notFound) throw unexpected(address, error);
      if (performance.now() > deadline) throw noNamespace(address, namespace, error);
      await delay(200);
    }
  }
}
