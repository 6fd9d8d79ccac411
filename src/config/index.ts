export { defineAgent } from './agent.ts';
export type { AgentDefinition, LanguageModelLike, ModelChoice } from './agent.ts';
export type { BudgetSettings } from './budgets.ts';
export { defineConfig } from './config.ts';
export type { AgentName, Config, OutputOf } from './config.ts';
export { chooseDefaultModel } from './default-model.ts';
export type { DefaultModel } from './default-model.ts';
export { environmentDefaults, readEnvironment } from './environment.ts';
export type { Environment, LogLevel, Variables } from './environment.ts';
export { configFileNames, findConfigFile } from './find-file.ts';
export { builtInConfig, loadConfig, noConfig } from './load.ts';
export type { LoadedConfig, LoadOptions } from './load.ts';
export type { ProviderSettings } from '../providers/resolve-endpoint.ts';
export type { McpAddress, McpCommand, McpServerSettings } from './mcp.ts';
export { compileOutput, resolveConfig } from './resolve.ts';
export type { ResolvedAgent, ResolvedConfig, ResolveOptions } from './resolve.ts';
export type { RunnableTool } from './runnable-tool.ts';
export type { AnySchema, InferOutput, JsonSchema, Parsed, StandardSchema } from './schema.ts';
export { defineTeam } from './team.ts';
export type { TeamDefinition } from './team.ts';
export { defineTool } from './tool.ts';
export { ToolError } from './tool-error.ts';
export type {
  AnyTool,
  ApprovalContext,
  ApprovalRule,
  ApprovalSettings,
  OnUnknown,
  Timeout,
  ToolAbortSignal,
  ToolContext,
  ToolDefinition,
  ToolLog,
  ToolTranscript,
  ToolUsage,
} from './tool.ts';
