import { createHash } from 'node:crypto';
import {
  defaultCache,
  defaultHistory,
  defaultLimits,
  defaultSummary,
  defaultThresholds,
  type AgentSpec,
  type ToolSpec,
} from '../domain/agent.ts';
import type { BudgetRule } from '../domain/budget.ts';
import { toApprovalRule } from './approval-rule.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ModelSettings } from '../domain/model.ts';
import { aiSdkModelName } from '../providers/ai-sdk/model.ts';
import type { AgentDefinition, ModelChoice } from './agent.ts';
import { toRule } from './budgets.ts';
import { compileSchema } from './compile-schema.ts';
import type { Config } from './config.ts';
import type { McpServerSettings } from './mcp.ts';
import { describeProblems, pathText, type Path } from './problems.ts';
import type { ProviderSettings } from '../providers/resolve-endpoint.ts';
import { toRunnable, type RunnableTool } from './runnable-tool.ts';
import type { CompiledSchema, Parsed } from './schema.ts';
import { semanticProblems } from './semantics.ts';
import { configShape } from './shape.ts';
import type { TeamDefinition } from './team.ts';
import { teamTool } from './team-tools.ts';

export interface ResolvedAgent {
  /** Plain data with every default filled in. */
  readonly spec: AgentSpec;
  /** SHA-256 of the spec: another hash, another definition. */
  readonly hash: string;
  readonly tools: ReadonlyMap<string, RunnableTool>;
  readonly model: ModelChoice;
  readonly fallbacks: readonly ModelChoice[];
  /** An answer's text as the value that the output schema asks for. Never throws. */
  parseOutput(text: string): Promise<Parsed>;
}

export interface ResolvedConfig {
  /** Those of the config first, then its teams: the leader of each, under the team's name. */
  readonly agents: ReadonlyMap<string, ResolvedAgent>;
  readonly providers: Readonly<Record<string, ProviderSettings>>;
  readonly models: Readonly<Record<string, ModelSettings>>;
  readonly budgets: readonly BudgetRule[];
  readonly mcpServers: Readonly<Record<string, McpServerSettings>>;
}

export interface ResolveOptions {
  /** `provider/model` for agents that name none. */
  readonly defaultModel: string;
}

/** JSON with the keys of every object in order: the same value, the same text. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function parserOf(output: CompiledSchema | null): ResolvedAgent['parseOutput'] {
  return async (text) => {
    if (output === null) return { problem: 'the agent has no output schema' };
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      return { problem: `it is not JSON (${(error as Error).message})` };
    }
    return await output.parse(value);
  };
}

/**
 * A JSON Schema that comes with a message, and how answers are read by it.
 *
 * @throws LoadlineError `InvalidMessage` with the reason why the schema can't be used.
 */
export function compileOutput(schema: unknown): {
  readonly output: JsonObject;
  readonly parseOutput: ResolvedAgent['parseOutput'];
} {
  try {
    const compiled = compileSchema(schema);
    return { output: compiled.jsonSchema, parseOutput: parserOf(compiled) };
  } catch (error) {
    throw new LoadlineError('InvalidMessage', `The schema of the answer can't be used: ${(error as Error).message}`);
  }
}

/** Collects every problem instead of stopping at the first. */
class Problems {
  readonly found: string[] = [];

  try<T>(path: Path, work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      this.found.push(`${pathText(path)}: ${(error as Error).message}`);
      return null;
    }
  }

  throwAny(): void {
    if (this.found.length === 0) return;
    const list = this.found.map((one) => `  ${one}`).join('\n');
    throw new LoadlineError('ConfigInvalid', `The config can't be used:\n${list}`, { problems: this.found });
  }
}

function refOf(model: ModelChoice): string {
  return typeof model === 'string' ? model : aiSdkModelName(model);
}

function specOf(agent: AgentDefinition, model: string, tools: ToolSpec[], output: CompiledSchema | null): AgentSpec {
  const { mcpServers = [] } = agent;
  return {
    name: agent.name,
    model,
    description: agent.description ?? '',
    instructions: agent.instructions ?? '',
    markdown: agent.markdown ?? false,
    tools,
    ...(mcpServers.length === 0 ? {} : { mcpServers }),
    output: output?.jsonSchema ?? null,
    history: agent.history === false ? false : { ...defaultHistory, ...agent.history },
    summary: agent.summary === false ? false : summaryOf(agent),
    thresholds: {
      context: { ...defaultThresholds.context, ...agent.thresholds?.context },
      session: { ...defaultThresholds.session, ...agent.thresholds?.session },
    },
    limits: { ...defaultLimits, ...agent.limits },
    cache: { ...defaultCache, ...agent.cache },
    fallbacks: (agent.fallbacks ?? []).map(refOf),
    onBudget: agent.onBudget ?? 'refuse',
  };
}

/** The default `keepRuns` gives way to a shorter history; one that was asked for is checked against it. */
function summaryOf(agent: AgentDefinition): AgentSpec['summary'] {
  const runs = agent.history === false ? 0 : (agent.history?.runs ?? null);
  const keepRuns = runs === null ? defaultSummary.keepRuns : Math.min(runs, defaultSummary.keepRuns);
  return { ...defaultSummary, keepRuns, ...agent.summary };
}

function resolveAgent(agent: AgentDefinition, path: Path, problems: Problems, defaultModel: string): ResolvedAgent {
  const tools = (agent.tools ?? []).flatMap((tool, at) => {
    const toolPath = [...path, 'tools', at];
    const approval = problems.try([...toolPath, 'needsApproval'], () => ({ rule: toApprovalRule(tool.needsApproval) }));
    if (approval === null) return [];
    const runnable = problems.try([...toolPath, 'inputSchema'], () => toRunnable(tool, approval.rule));
    return runnable === null ? [] : [runnable];
  });
  const output =
    agent.output === undefined ? null : problems.try([...path, 'output'], () => compileSchema(agent.output));
  const model = agent.model ?? defaultModel;
  const spec = specOf(
    agent,
    refOf(model),
    tools.map(({ spec: tool }) => tool),
    output,
  );
  return {
    spec,
    hash: hashOf(spec),
    tools: new Map(tools.map((tool) => [tool.spec.name, tool])),
    model,
    fallbacks: agent.fallbacks ?? [],
    parseOutput: parserOf(output),
  };
}

function hashOf(spec: AgentSpec): string {
  return createHash('sha256').update(stableJson(spec)).digest('hex');
}

/** A team's leader is an agent that has its members for a tool. */
function toLeader(leader: ResolvedAgent, team: TeamDefinition, config: Config): ResolvedAgent {
  const known = [...config.agents, ...(config.teams ?? [])];
  const tool = teamTool(
    team,
    team.members.flatMap((name) => known.find((one) => one.name === name) ?? []),
  );
  const { mode, members, shareHistory, shareInteractions } = team;
  const shared = {
    ...(shareHistory == null ? {} : { shareHistory: { of: 'session' as const, ...shareHistory } }),
    ...(shareInteractions === true ? { shareInteractions } : {}),
  };
  const tools = tool === null ? leader.spec.tools : [...leader.spec.tools, tool.spec];
  const spec: AgentSpec = { ...leader.spec, tools, team: { mode, members, ...shared } };
  return {
    ...leader,
    spec,
    hash: hashOf(spec),
    tools: tool === null ? leader.tools : new Map([...leader.tools, [tool.spec.name, tool]]),
  };
}

/**
 * A config checked as a whole, with its defaults filled in and its schemas compiled.
 *
 * @throws LoadlineError `ConfigInvalid`; its message lists every problem with its place, `details.problems` the same.
 */
export function resolveConfig(config: unknown, { defaultModel }: ResolveOptions): ResolvedConfig {
  const problems = new Problems();
  const shape = configShape.safeParse(config);
  if (!shape.success) {
    problems.found.push(...describeProblems(configShape, shape.error));
    problems.throwAny();
  }
  const checked = config as Config;
  problems.found.push(...semanticProblems(checked));
  const resolve = (agent: AgentDefinition, path: Path): ResolvedAgent =>
    resolveAgent(agent, path, problems, defaultModel);
  const agents = checked.agents.map((agent, index) => resolve(agent, ['agents', index]));
  const teams = (checked.teams ?? []).map((team, index) => ({ team, leader: resolve(team, ['teams', index]) }));
  problems.throwAny();
  const leaders = teams.map(({ team, leader }) => toLeader(leader, team, checked));
  return {
    agents: new Map([...agents, ...leaders].map((agent) => [agent.spec.name, agent])),
    providers: checked.providers ?? {},
    models: checked.models ?? {},
    budgets: (checked.budgets ?? []).map(toRule),
    mcpServers: checked.mcpServers ?? {},
  };
}
