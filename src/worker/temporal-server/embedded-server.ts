import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { identifyProcess, isRunning, type ProcessIdentity } from '../process-identity.ts';
import { processIdentitySchema, readStateFile, removeStateFile, writeStateFile } from '../state-file.ts';
import { whenWeEnd } from '../when-we-end.ts';
import { checkServer, connectToServer } from './check-server.ts';
import { freePort, isListening } from './ports.ts';
import { serverArguments } from './server-arguments.ts';
import { lastLines } from './server-log.ts';
import { temporalUnavailable } from './unavailable.ts';

const stateSchema = z.object({
  process: processIdentitySchema,
  port: z.int(),
  uiPort: z.int().nullable(),
  binary: z.string(),
});
type ServerState = z.infer<typeof stateSchema>;

/** A development server that belongs to a home: its data is `temporal.sqlite` there. */
export interface EmbeddedServer {
  readonly address: string;
  readonly uiUrl: string | null;
  /** Changes when the server died and was started again. */
  readonly pid: number;
  /** Ends the server: it is asked to stop, and killed when it has not after 5 seconds. */
  close(): Promise<void>;
}

export interface EmbeddedServerOptions {
  readonly home: string;
  readonly binary: string;
  /** `usual`: 7233 and 8233 where they are free. `free`: any, so that nothing of the user's is in the way. */
  readonly ports?: 'usual' | 'free';
  readonly ui?: boolean;
  readonly readyTimeoutMs?: number;
}

const stateFile = (home: string): string => join(home, 'temporal.json');
const logFile = (home: string): string => join(home, 'temporal.log');
const namespace = 'default';
/** A server that dies under us is missed this soon. */
const watchEveryMs = 250;

async function endsWithin(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isRunning(identity)) {
    if (performance.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

function signalTo(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (isRunning(identity)) process.kill(identity.pid, signal);
}

async function end(identity: ProcessIdentity): Promise<void> {
  signalTo(identity, 'SIGTERM');
  if (await endsWithin(identity, 5_000)) return;
  signalTo(identity, 'SIGKILL');
  await endsWithin(identity, 5_000);
}

interface HeldServer extends EmbeddedServer {
  /** From now on it is started again, on its file and ports, when it dies. */
  revive(): EmbeddedServer;
}

function hold(home: string, first: ServerState): HeldServer {
  let state = first;
  let watch: NodeJS.Timeout | undefined;
  // A process that ends without close() must not leave its server behind.
  const keepRunning = whenWeEnd(() => signalTo(state.process, 'SIGTERM'));
  let closing: Promise<void> | undefined;
  const startAgain = (): void => {
    if (isRunning(state.process)) return;
    const { port, uiPort, binary } = state;
    const revived = launch({ home, binary, port, uiPort, log: 'a' });
    revived.once('error', () => undefined);
    revived.unref();
    const identity = revived.pid === undefined ? null : identifyProcess(revived.pid);
    if (identity === null) return;
    state = { ...state, process: identity };
    writeStateFile(stateFile(home), state);
  };
  const close = async (): Promise<void> => {
    clearInterval(watch);
    await end(state.process);
    keepRunning();
    removeStateFile(stateFile(home));
  };
  const server: HeldServer = {
    address: `127.0.0.1:${state.port}`,
    uiUrl: state.uiPort === null ? null : `http://127.0.0.1:${state.uiPort}`,
    get pid() {
      return state.process.pid;
    },
    close: () => (closing ??= close()),
    revive() {
      watch = setInterval(startAgain, watchEveryMs).unref();
      return server;
    },
  };
  return server;
}

async function check(port: number, timeoutMs: number): Promise<void> {
  const connection = await connectToServer({ address: `127.0.0.1:${port}` }, timeoutMs);
  try {
    await checkServer(connection, namespace);
  } finally {
    await connection.close();
  }
}

/**
 * Takes over the server that an earlier process of this home left running when it was killed. A server that is there
 * but no longer answers is ended, since two of them on one database file would damage it.
 */
export async function adoptServer(home: string): Promise<EmbeddedServer | null> {
  const state = readStateFile(stateFile(home), stateSchema);
  if (state === null || !isRunning(state.process)) return null;
  const answers = await check(state.port, 3_000).then(
    () => true,
    () => false,
  );
  if (answers) return hold(home, state).revive();
  await end(state.process);
  return null;
}

interface Launch {
  readonly home: string;
  readonly binary: string;
  readonly port: number;
  readonly uiPort: number | null;
  /** A new log, or the end of the one that is there. */
  readonly log: 'w' | 'a';
}

/** The server that runs in a home, also one that nobody looks after any more; null when none does. */
export function runningServer(home: string): { readonly pid: number; readonly address: string } | null {
  const state = readStateFile(stateFile(home), stateSchema);
  if (state === null || !isRunning(state.process)) return null;
  return { pid: state.process.pid, address: `127.0.0.1:${state.port}` };
}

function launch({ home, binary, port, uiPort, log: flag }: Launch): ChildProcess {
  const log = openSync(logFile(home), flag, 0o600);
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_'));
  try {
    return spawn(
      binary,
      serverArguments({ databaseFile: join(home, 'temporal.sqlite'), port, uiPort }),
      // A group of its own: the terminal's Ctrl-C would stop the server before the worker has drained.
      { detached: true, windowsHide: true, stdio: ['ignore', log, log], env: Object.fromEntries(environment) },
    );
  } finally {
    closeSync(log);
  }
}

/** Resolves with the reason once the child has ended or could not be started. */
function ending(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `it ended with code ${code}` : `${signal}`));
  });
}

async function listens(port: number, timeoutMs: number, stopped: { reason: string | null }): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (stopped.reason === null && performance.now() < deadline) {
    if (await isListening('127.0.0.1', port)) return true;
    await delay(20);
  }
  return false;
}

/**
 * Starts a server on the home's own database and waits until it answers.
 *
 * @throws {LoadlineError} TemporalUnavailable: it did not start, with its last words, or it is too old.
 */
export async function startServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const usual = options.ports !== 'free';
  const timeoutMs = options.readyTimeoutMs ?? 30_000;
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(usual ? 7233 : null);
    const uiPort = options.ui === false ? null : await freePort(usual ? 8233 : null);
    const child = launch({ ...options, port, uiPort, log: 'w' });
    const stopped: { reason: string | null } = { reason: null };
    const ended = ending(child).then((reason) => (stopped.reason = reason));
    child.unref();
    const identity = child.pid === undefined ? null : identifyProcess(child.pid);
    if (identity === null) {
      await ended;
    } else {
      const state = { process: identity, port, uiPort, binary: options.binary };
      // Written before it is ready: were we killed in between, the next start must still find it.
      writeStateFile(stateFile(options.home), state);
      const server = hold(options.home, state);
      try {
        if (await listens(port, timeoutMs, stopped)) {
          await check(port, timeoutMs);
          return server.revive();
        }
      } catch (error) {
        if (stopped.reason === null) throw await server.close().then(() => error);
      }
      await server.close();
    }
    const words = lastLines(logFile(options.home));
    // Between our looking and its binding, another program may have taken the port.
    if (attempt < 3 && /address already in use|can't (?:set|use)/.test(words)) continue;
    throw temporalUnavailable(
      `${options.binary} did not become a Temporal server: ` +
        `${stopped.reason ?? `no answer within ${timeoutMs / 1000} s`}.${words === '' ? '' : `\n${words}`}`,
      { binary: options.binary, home: options.home },
    );
  }
}
