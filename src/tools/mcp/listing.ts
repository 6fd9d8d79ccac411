import type { Tool } from '@modelcontextprotocol/client';
import type { JsonObject } from '../../domain/json.ts';
import type { ListedTool } from '../../domain/listed-tool.ts';
import { didYouMean } from '../../domain/nearest.ts';
import { serverProblem, type ResolvedServer } from './resolve-server.ts';
import { toolNameOf } from './tool-name.ts';

/**
 * The schema as the server gave it. The mark of its draft goes, as it does from all tools, since some providers refuse it;
 * OpenAI refuses an object without `properties`.
 */
function schemaOf({ inputSchema }: Tool): JsonObject {
  const { $schema: _, ...schema } = inputSchema as JsonObject;
  return 'properties' in schema ? schema : { ...schema, properties: {} };
}

/** What agents may have of a server's tools, in the server's order. */
export function listedTools({ name, allowed }: ResolvedServer, tools: readonly Tool[]): readonly ListedTool[] {
  return tools
    .filter((tool) => allowed === null || allowed.includes(tool.name))
    .map((tool) => ({
      spec: {
        name: toolNameOf(name, tool.name),
        description: tool.description ?? tool.title ?? tool.name,
        inputSchema: schemaOf(tool),
      },
      server: name,
      tool: tool.name,
    }));
}

/** @throws LoadlineError `ConfigInvalid` when the config names a tool that the server does not have. */
export function checkNamed({ name, allowed, asked }: ResolvedServer, tools: readonly Tool[]): void {
  const known = tools.map((tool) => tool.name);
  const named = [...(allowed ?? []), ...asked];
  const missing = named.find((wanted) => !known.includes(wanted));
  if (missing === undefined) return;
  const key = asked.includes(missing) ? 'needsApproval' : 'tools';
  const hint = didYouMean(missing, known) || `; it has ${known.join(', ') || 'none'}`;
  throw serverProblem(name, `"${key}" names ${missing}, which the server does not have${hint}`);
}
