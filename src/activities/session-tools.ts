import type { ResolvedAgent, RunnableTool } from '../config/index.ts';
import type { AgentSpec, ToolSpec } from '../domain/agent.ts';
import type { ListedTool } from '../domain/listed-tool.ts';
import type { SessionRow } from '../store/store.ts';
import { recallSpec, runnableRecall } from '../tools/recall.ts';
import type { ActivityDeps } from './deps.ts';

type Deps = Pick<ActivityDeps, 'store' | 'mcp'>;

/**
 * The tools that a session's requests carry: the agent's own, those of its MCP servers, and `recall` once there are
 * references in the context.
 *
 * What the servers list is kept with the session: providers cache a request's beginning, and the tools are part of it. It is
 * listed anew where the cache is lost anyway: after a compaction, or a change of the config.
 */
export async function toolsOfRequest(
  deps: Deps,
  spec: AgentSpec,
  sessionId: string,
  { session, hasExcerpts }: { readonly session: SessionRow | null; readonly hasExcerpts: boolean },
): Promise<readonly ToolSpec[]> {
  const { summaryNumber = 0, resultsThroughSeq = 0 } = session ?? {};
  const listed = await listingFor(deps, spec, sessionId, `${summaryNumber}/${resultsThroughSeq}`);
  // The same list each time, where there is nothing to add: what is known of it need not be worked out again.
  const tools = listed.length === 0 ? spec.tools : [...spec.tools, ...listed.map((tool) => tool.spec)];
  const isLessThanWhole = summaryNumber > 0 || resultsThroughSeq > 0 || hasExcerpts;
  const hasRecall = spec.tools.some(({ name }) => name === recallSpec.name);
  return isLessThanWhole && tools.length > 0 && !hasRecall ? [...tools, recallSpec] : tools;
}

async function listingFor(
  { store, mcp }: Deps,
  { name, mcpServers = [] }: AgentSpec,
  sessionId: string,
  context: string,
): Promise<readonly ListedTool[]> {
  if (mcpServers.length === 0) return [];
  const key = { sessionId, agent: name };
  const state = `${mcp.digest(mcpServers)} ${context}`;
  const kept = await store.toolListing(key);
  if (kept?.state === state) return kept.tools;
  return (await store.keepToolListing(key, { state, tools: mcp.listing(mcpServers) })).tools;
}

/** The tools of an agent and its servers, as this session knows them. */
export async function toolsOfSession(
  { store, mcp }: Deps,
  agent: ResolvedAgent | undefined,
  sessionId: string,
): Promise<ReadonlyMap<string, RunnableTool>> {
  if (agent === undefined) return new Map();
  if (agent.spec.mcpServers === undefined) return agent.tools;
  const listing = await store.toolListing({ sessionId, agent: agent.spec.name });
  const listed = (listing?.tools ?? []).map((tool): [string, RunnableTool] => [tool.spec.name, mcp.runnable(tool)]);
  return new Map([...agent.tools, ...listed]);
}

/** One of these, or `recall`, which a compacted context offers by itself. */
export function toolNamed(tools: ReadonlyMap<string, RunnableTool>, name: string): RunnableTool | undefined {
  return tools.get(name) ?? (name === recallSpec.name ? runnableRecall : undefined);
}
