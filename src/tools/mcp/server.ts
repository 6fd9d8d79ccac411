import { ProtocolError, SdkError, SdkHttpError, type CallToolResult } from '@modelcontextprotocol/client';
import { ToolError } from '../../config/tool-error.ts';
import type { ListedTool } from '../../domain/listed-tool.ts';
import { connect, NotConnected, type Connected, type McpLog } from './connect.ts';
import { answerLost } from './http-transport.ts';
import { checkNamed, listedTools } from './listing.ts';
import { serverProblem, type ResolvedServer } from './resolve-server.ts';
import { outputOf } from './result.ts';

/** A server that left a call unanswered is asked for a sign of life before the next one. */
const signOfLifeMs = 5000;

/** A connection, being made or standing, and what uses it. */
interface Line {
  readonly connected: Promise<Connected>;
  calls: number;
  /** New calls take another one; the last call of this one closes it. */
  isRetired: boolean;
}

/** A server that has forgotten our session refuses a call, and one that is not there never gets it. */
function hasNotBegun(error: unknown): boolean {
  if (error instanceof SdkHttpError) return error.status === 404 || error.status === 400;
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  return cause?.code === 'ECONNREFUSED' || cause?.code === 'ENOTFOUND';
}

/**
 * One server of the config, with one connection, which all sessions of this process share. A connection that is lost is
 * made anew by the next call.
 */
export class McpServer {
  readonly #server: ResolvedServer;
  readonly #log: McpLog;
  #line: Line | null = null;
  #listing: readonly ListedTool[] = [];
  #leftUnanswered = false;
  #isClosed = false;

  constructor(server: ResolvedServer, log: McpLog) {
    this.#server = server;
    this.#log = log;
  }

  get settings(): ResolvedServer {
    return this.#server;
  }

  /** Its tools as it listed them last, also while it is down. */
  get listing(): readonly ListedTool[] {
    return this.#listing;
  }

  /** @throws LoadlineError `ConfigInvalid` in words for the person who wrote the config. */
  async start(): Promise<void> {
    try {
      const { tools } = await this.#lineInUse().connected;
      checkNamed(this.#server, tools);
    } catch (error) {
      throw error instanceof NotConnected ? serverProblem(this.#server.name, error.message) : error;
    }
  }

  /**
   * Calls one of the server's tools, once: whether a call whose connection broke has done its work is not known.
   *
   * @returns text, JSON, or text with images.
   * @throws ToolError when the server says that it failed; Error when the server can't be reached or is lost.
   */
  async call(tool: string, input: Record<string, unknown>, signal: AbortSignal): Promise<unknown> {
    await this.#checkLife();
    return outputOf(await this.#request(tool, input, signal, true), this.#server);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end();
  }

  async #request(
    tool: string,
    input: Record<string, unknown>,
    signal: AbortSignal,
    mayRenew: boolean,
  ): Promise<CallToolResult> {
    const line = this.#lineInUse();
    line.calls += 1;
    try {
      const { client } = await line.connected;
      // The call's own time is kept by its activity, and ends it through the signal.
      return await client.callTool({ name: tool, arguments: input }, { signal, timeout: 2 ** 31 - 1 });
    } catch (error) {
      if (signal.aborted) {
        this.#leftUnanswered = true;
        throw error;
      }
      const renews = hasNotBegun(error);
      if (renews || !this.#isAnswer(error)) this.#retire(line);
      if (renews && mayRenew) return await this.#request(tool, input, signal, false);
      throw this.#told(error);
    } finally {
      line.calls -= 1;
      await this.#closeRetired(line);
    }
  }

  /** Did the server itself say that the call failed? Then the connection stands. */
  #isAnswer(error: unknown): boolean {
    return error instanceof SdkHttpError || (error instanceof ProtocolError && error.code !== answerLost);
  }

  /** A failed call in words for the model. */
  #told(error: unknown): Error {
    const { name, secrets } = this.#server;
    const message = secrets.hide((error as Error).message);
    if (error instanceof NotConnected) return new Error(`MCP server ${name} is down: ${message}`);
    if (error instanceof SdkHttpError) return new Error(`MCP server ${name} answered ${error.status}: ${message}`);
    if (this.#isAnswer(error)) return new ToolError(message);
    const reason = error instanceof SdkError || error instanceof ProtocolError ? '' : ` (${message})`;
    return new Error(
      `MCP server ${name} was lost in the middle of the call${reason}; what it did until then is unknown`,
    );
  }

  /** After a call without an answer: a server that hangs is ended, and the next connection starts it anew. */
  async #checkLife(): Promise<void> {
    if (!this.#leftUnanswered || this.#line === null) return;
    this.#leftUnanswered = false;
    const { client } = await this.#line.connected;
    if (client.getProtocolEra() !== 'legacy') return;
    try {
      await client.ping({ timeout: signOfLifeMs });
    } catch {
      this.#log.warn(`MCP server ${this.#server.name} does not answer any more; it is started anew`);
      await this.#end();
    }
  }

  #lineInUse(): Line {
    this.#line ??= this.#newLine();
    return this.#line;
  }

  #newLine(): Line {
    if (this.#isClosed) throw new NotConnected('this worker is shutting down');
    const line: Line = { calls: 0, isRetired: false, connected: this.#connect(() => this.#retire(line)) };
    // Who waits for it hears of it; nobody need.
    line.connected.catch(() => this.#retire(line));
    return line;
  }

  async #connect(onClosed: () => void): Promise<Connected> {
    const { name } = this.#server;
    const connected = await connect(this.#server, {
      log: this.#log,
      onClosed: (words) => {
        onClosed();
        const said = words === '' ? '' : `; it said: ${words}`;
        this.#log.warn(`MCP server ${name} has ended; the next call starts it anew${said}`);
      },
      onTools: (tools) => (this.#listing = listedTools(this.#server, tools)),
    });
    this.#listing = listedTools(this.#server, connected.tools);
    return connected;
  }

  #retire(line: Line): void {
    line.isRetired = true;
    if (this.#line === line) this.#line = null;
  }

  async #closeRetired({ connected, calls, isRetired }: Line): Promise<void> {
    if (!isRetired || calls > 0) return;
    await connected.then(
      (connection) => connection.close(),
      () => undefined,
    );
  }

  /** Closes the connection under whatever uses it. */
  async #end(): Promise<void> {
    const line = this.#line;
    if (line === null) return;
    this.#retire(line);
    await this.#closeRetired({ ...line, calls: 0 });
  }
}
