import type { ToolSpec } from './agent.ts';

/** A tool of an MCP server, as a session keeps it. */
export interface ListedTool {
  readonly spec: ToolSpec;
  readonly server: string;
  /** The server's own name for it. */
  readonly tool: string;
}
