import type { ApprovalSettings, Timeout } from './tool.ts';

interface McpServerCommon {
  /** Names of the server's tools that agents may have; all of them when missing. */
  readonly tools?: readonly string[];
  /** Of one call; 60 s when not given. Its start may take 60 s, or as long as this where it is more. */
  readonly timeout?: Timeout;
  /** Must a person approve calls first? Of all its tools, or of these. */
  readonly needsApproval?: boolean | readonly string[];
  readonly approval?: ApprovalSettings;
  /** Do models get to see the images in its results? They do, where the provider takes them; `false` only names them. */
  readonly images?: boolean;
}

/** A server that is started as a process, and spoken to over its standard input and output. */
export interface McpCommand extends McpServerCommon {
  readonly type?: 'stdio';
  readonly command: string;
  readonly args?: readonly string[];
  /** Beside the few variables that every server gets (`PATH`, `HOME`, …). */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A server that is reached over streamable HTTP. */
export interface McpAddress extends McpServerCommon {
  readonly type?: 'http' | 'streamable-http';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An MCP server, in the shape that MCP clients share. `${NAME}` in its texts stands for an environment variable, so that
 * no key has to be written into a config.
 */
export type McpServerSettings = McpCommand | McpAddress;
