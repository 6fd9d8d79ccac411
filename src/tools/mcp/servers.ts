import type { McpServerSettings } from '../../config/mcp.ts';
import { toApprovalPolicy } from '../../config/approval-rule.ts';
import { defaultTimeoutMs, type RunnableTool } from '../../config/runnable-tool.ts';
import { ToolError } from '../../config/tool-error.ts';
import type { ListedTool } from '../../domain/listed-tool.ts';
import { LoadlineError } from '../../domain/errors.ts';
import type { McpLog } from './connect.ts';
import { resolveServer } from './resolve-server.ts';
import type { McpServer } from './server.ts';

/** The MCP servers of a worker. */
export interface McpServers {
  /** What the tools of these servers depend on: where it changes, they are to be listed again. */
  digest(names: readonly string[]): string;
  /** The tools of these servers, as they are now. */
  listing(names: readonly string[]): readonly ListedTool[];
  runnable(tool: ListedTool): RunnableTool;
  close(): Promise<void>;
}

export interface McpServersInput {
  readonly servers: Readonly<Record<string, McpServerSettings>>;
  /** Those that some agent names; no others are started. */
  readonly named: ReadonlySet<string>;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: McpLog;
  /** A server's start may take as long, whatever the time limit of its calls; 60 s when not given. */
  readonly startTimeoutMs?: number;
}

/**
 * Starts the servers that agents name, all at once.
 *
 * @throws LoadlineError `ConfigInvalid` naming every server that could not be started, and why. None runs then.
 */
export async function startMcpServers(input: McpServersInput): Promise<McpServers> {
  const started = await startAll(input);
  return {
    digest: (names) => names.map((name) => started.get(name)?.settings.digest ?? '').join('/'),
    listing: (names) => names.flatMap((name) => started.get(name)?.listing ?? []),
    runnable: (tool) => runnableOf(tool, started.get(tool.server)),
    async close() {
      await Promise.all([...started.values()].map((server) => server.close()));
    },
  };
}

async function startAll(input: McpServersInput): Promise<Map<string, McpServer>> {
  const { servers, named, environment, log, startTimeoutMs } = input;
  for (const name of Object.keys(servers)) {
    if (!named.has(name)) log.warn(`mcpServers.${name} is not started: no agent names it in its "mcpServers"`);
  }
  if (named.size === 0) return new Map();
  const { McpServer } = await import('./server.ts');
  const chosen = Object.entries(servers).filter(([name]) => named.has(name));
  const started = new Map(
    chosen.map(([name, settings]) => [
      name,
      new McpServer(resolveServer(name, settings, environment, startTimeoutMs), log),
    ]),
  );
  const starts = await Promise.allSettled([...started.values()].map((server) => server.start()));
  const failures = starts.flatMap((start) => (start.status === 'rejected' ? [start.reason as Error] : []));
  if (failures.length === 0) return started;
  await Promise.all([...started.values()].map((server) => server.close()));
  const unforeseen = failures.find((failure) => !(failure instanceof LoadlineError));
  throw unforeseen ?? new LoadlineError('ConfigInvalid', failures.map(({ message }) => message).join('\n'));
}

/**
 * The server checks the arguments, and is asked once: what it says of its tools being repeatable is a hint that the
 * protocol tells clients not to trust.
 */
function runnableOf({ spec, server: name, tool }: ListedTool, server: McpServer | undefined): RunnableTool {
  const { timeoutMs = defaultTimeoutMs, approval = toApprovalPolicy(), asksFirst } = server?.settings ?? {};
  return {
    spec,
    idempotent: false,
    timeoutMs,
    maxAttempts: 1,
    onUnknown: 'report',
    needsApproval: asksFirst?.(tool) === true ? () => Promise.resolve(true) : null,
    approval,
    async parseInput(value) {
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      return isObject ? { value } : { problem: 'must be object' };
    },
    async execute(input, { abortSignal }) {
      if (server === undefined) throw new ToolError(`there is no MCP server ${name} any more`);
      return await server.call(tool, input as Record<string, unknown>, abortSignal);
    },
  };
}
