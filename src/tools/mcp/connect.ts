import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Client, type Tool, type Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { HttpTransport } from './http-transport.ts';
import type { ResolvedServer } from './resolve-server.ts';

/** Where a server's life is told of; Temporal's logger is one. */
export interface McpLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

export interface Connected {
  readonly client: Client;
  readonly tools: readonly Tool[];
  close(): Promise<void>;
}

export interface ConnectionEvents {
  readonly log: McpLog;
  /** The connection is gone; `words` is what the process said last. */
  onClosed(words: string): void;
  onTools(tools: readonly Tool[]): void;
}

/** Of a process's last words. */
const mostWords = 1000;
/** An HTTP server's session is ended politely, but not for long. */
const goodbyeMs = 2000;
/** The SDK asks a process to end, tells it to after 2 s, and kills it after 2 more. */
const endMs = 5000;

const { version } = createRequire(import.meta.url)('../../../package.json') as { readonly version: string };

/** A connection that failed before it stood, in words for the person who wrote the config. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
}

/**
 * Starts a server's process or reaches its address, and reads the list of its tools.
 *
 * @throws NotConnected when it can't be started or reached, or does not answer in its time. Nothing is left running then.
 */
export async function connect(server: ResolvedServer, events: ConnectionEvents): Promise<Connected> {
  const { connection, secrets, startTimeoutMs: timeout } = server;
  let words = '';
  const onWords = (text: string): void => {
    words = `${words}${text}`.slice(-mostWords);
    events.log.debug(`MCP server ${server.name}: ${secrets.hide(text.trimEnd())}`);
  };
  const transport = transportOf(server, onWords);
  // The client calls what was set before it first.
  const gone = new Promise<void>((resolve) => {
    transport.onclose = resolve;
  });
  const client = new Client(
    { name: 'loadline', version },
    {
      capabilities: {},
      // Over HTTP one more request finds out the newest revision; a process would be started twice for it.
      versionNegotiation: { mode: connection.kind === 'http' ? 'auto' : 'legacy' },
      listChanged: { tools: { onChanged: (_, tools) => tools !== null && events.onTools(tools) } },
    },
  );
  client.onerror = (error) => events.log.debug(`MCP server ${server.name}: ${secrets.hide(error.message)}`);
  try {
    await client.connect(transport, { timeout });
    const { tools } = await client.listTools(undefined, { timeout });
    client.onclose = () => events.onClosed(secrets.hide(words.trim()));
    return { client, tools, close: () => closeClient(client, transport) };
  } catch (error) {
    await closeClient(client, transport);
    // A client that could not connect has begun to end the process itself, and does not say when that is done.
    const wasStarted = connection.kind === 'stdio' && !('syscall' in (error as Error));
    if (wasStarted) await Promise.race([gone, pause(endMs)]);
    throw new NotConnected(secrets.hide(reasonOf(server, error, words.trim())));
  }
}

function transportOf({ connection }: ResolvedServer, onWords: (text: string) => void): Transport {
  if (connection.kind === 'http') {
    return new HttpTransport(connection.url, { requestInit: { headers: { ...connection.headers } } });
  }
  const { command, args, env, cwd } = connection;
  if (cwd !== undefined && !existsSync(cwd)) throw new NotConnected(`its folder ${cwd} does not exist`);
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    env: { ...env },
    stderr: 'pipe',
    ...(cwd === undefined ? {} : { cwd }),
  });
  transport.stderr?.on('data', (chunk: Buffer) => onWords(chunk.toString('utf8')));
  return transport;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

async function closeClient(client: Client, transport: Transport): Promise<void> {
  client.onclose = () => undefined;
  if (transport instanceof HttpTransport) {
    await Promise.race([transport.terminateSession().catch(() => undefined), pause(goodbyeMs)]);
  }
  await client.close().catch(() => undefined);
}

function reasonOf(server: ResolvedServer, error: unknown, words: string): string {
  const { code, message, cause } = error as { code?: unknown; message: string; cause?: { code?: string } };
  const { kind } = server.connection;
  if (code === 'ENOENT')
    return `there is no command "${server.place}" on this machine; install it, or give its whole path`;
  if (code === 'EACCES') return `"${server.place}" may not be executed`;
  const said = words === '' ? '' : `; it said: ${words}`;
  if (code === 'REQUEST_TIMEOUT') {
    return `${server.place} did not answer within ${server.startTimeoutMs / 1000} s; a longer "timeout" gives it more${said}`;
  }
  if (code === 'CONNECTION_CLOSED') return `${server.place} ended before it answered${said}`;
  const detail = cause?.code === undefined ? message : `${message} (${cause.code})`;
  return `${server.place} could not be ${kind === 'http' ? 'reached' : 'started'}: ${detail}${said}`;
}
