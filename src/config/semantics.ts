import { defaultThresholds, type Thresholds } from '../domain/agent.ts';
import { didYouMean } from '../domain/nearest.ts';
import { orderProblems } from '../domain/threshold-order.ts';
import type { AgentDefinition } from './agent.ts';
import { budgetProblem } from './budgets.ts';
import type { Config } from './config.ts';
import { builtIn, builtInOf } from '../providers/built-in.ts';
import { pathText, type Path } from './problems.ts';
import { teamProblems } from './team-problems.ts';

function problem(path: Path, text: string): string {
  return `${pathText(path)}: ${text}`;
}

function duplicates(names: readonly string[], path: Path): string[] {
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    const at = pathText([...path, first]);
    return first === index ? [] : [problem([...path, index, 'name'], `"${name}" is taken by ${at}`)];
  });
}

function thresholdProblems(agent: AgentDefinition, path: Path): string[] {
  const context = { ...defaultThresholds.context, ...agent.thresholds?.context };
  const session: Thresholds['session'] = { ...defaultThresholds.session, ...agent.thresholds?.session };
  return orderProblems({ context, session }).map((one) => problem([...path, 'thresholds', ...one.path], one.text));
}

function summaryProblems(agent: AgentDefinition, path: Path): string[] {
  if (agent.summary === false || agent.history === false) return [];
  const runs = agent.history?.runs ?? null;
  const keepRuns = agent.summary?.keepRuns;
  if (runs === null || keepRuns === undefined || keepRuns <= runs) return [];
  return [problem([...path, 'summary', 'keepRuns'], `${keepRuns} must be at most history.runs (${runs})`)];
}

function modelProblems(ref: string, path: Path, known: readonly string[]): string[] {
  const slash = ref.indexOf('/');
  if (slash < 1 || slash === ref.length - 1) {
    return [problem(path, `"${ref}" must be provider/model, for example "openai/gpt-5.2"`)];
  }
  const provider = ref.slice(0, slash);
  if (known.includes(provider)) return [];
  const hint = didYouMean(provider, known) || '; describe it under "providers"';
  return [problem(path, `unknown provider "${provider}"${hint}`)];
}

/** A tool of its own must not look like one of a server: `server__tool`. */
function serverProblems(agent: AgentDefinition, path: Path, servers: readonly string[]): string[] {
  const named = agent.mcpServers ?? [];
  const unknown = named.flatMap((name, at) => {
    if (servers.includes(name) && named.indexOf(name) === at) return [];
    const reason = servers.includes(name)
      ? 'is named twice'
      : `is no server${didYouMean(name, servers) || '; describe it under "mcpServers"'}`;
    return [problem([...path, 'mcpServers', at], `"${name}" ${reason}`)];
  });
  const clashes = (agent.tools ?? []).flatMap((tool, at) => {
    const server = named.find((name) => tool.name.startsWith(`${name}__`));
    const text = `"${tool.name}" looks like a tool of the MCP server ${server}; give it another name`;
    return server === undefined ? [] : [problem([...path, 'tools', at, 'name'], text)];
  });
  return [...unknown, ...clashes];
}

function agentProblems(
  agent: AgentDefinition,
  path: Path,
  providers: readonly string[],
  servers: readonly string[],
): string[] {
  const refs: [unknown, Path][] = [
    [agent.model, [...path, 'model']],
    [agent.summary === false ? undefined : agent.summary?.model, [...path, 'summary', 'model']],
    ...(agent.fallbacks ?? []).map((ref, at): [unknown, Path] => [ref, [...path, 'fallbacks', at]]),
  ];
  return [
    ...refs.flatMap(([ref, at]) => (typeof ref === 'string' ? modelProblems(ref, at, providers) : [])),
    ...duplicates(
      (agent.tools ?? []).map((tool) => tool.name),
      [...path, 'tools'],
    ),
    ...serverProblems(agent, path, servers),
    ...summaryProblems(agent, path),
    ...thresholdProblems(agent, path),
    ...(agent.onBudget === 'fallback' && (agent.fallbacks ?? []).length === 0
      ? [problem([...path, 'onBudget'], '"fallback" needs a model in fallbacks')]
      : []),
  ];
}

function providerProblems(config: Config): string[] {
  return Object.entries(config.providers ?? {}).flatMap(([name, { api, baseURL }]) => {
    if (builtInOf(name) !== null) return [];
    const missing = [api === undefined ? 'api' : null, baseURL === undefined ? 'baseURL' : null].filter(
      (key) => key !== null,
    );
    return missing.map((key) =>
      problem(['providers', name, key], 'is missing, and this provider is not a built-in one'),
    );
  });
}

/** What is wrong between fields, in a config whose shape is right. */
export function semanticProblems(config: Config): string[] {
  const providers = [...Object.keys(builtIn), ...Object.keys(config.providers ?? {})];
  const servers = Object.keys(config.mcpServers ?? {});
  return [
    ...duplicates(
      config.agents.map((agent) => agent.name),
      ['agents'],
    ),
    ...duplicates(
      (config.teams ?? []).map((team) => team.name),
      ['teams'],
    ),
    ...config.agents.flatMap((agent, index) => agentProblems(agent, ['agents', index], providers, servers)),
    ...(config.teams ?? []).flatMap((team, index) => agentProblems(team, ['teams', index], providers, servers)),
    ...teamProblems(config),
    ...(config.budgets ?? []).flatMap((budget, index) => {
      const found = budgetProblem(budget);
      return found === null ? [] : [problem(['budgets', index], found)];
    }),
    ...providerProblems(config),
    ...Object.keys(config.models ?? {}).flatMap((ref) => modelProblems(ref, ['models', ref], providers)),
  ];
}
