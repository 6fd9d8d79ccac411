import type { CacheSettings, HistorySettings, Limits, SummarySettings, Thresholds } from '../domain/agent.ts';
import type { AiSdkModel } from '../providers/ai-sdk/model.ts';
import type { AnySchema } from './schema.ts';
import type { AnyTool } from './tool.ts';

/** Any language model of the AI SDK, by its shape. */
export type LanguageModelLike = AiSdkModel;

/** `provider/model`, e.g. `openai/gpt-5.2`, or a language model of the AI SDK. */
export type ModelChoice = string | LanguageModelLike;

/** What is not given has the default that CONTRACT and the README show; `null` is none. */
export interface AgentDefinition<
  Name extends string = string,
  Output extends AnySchema | undefined = AnySchema | undefined,
> {
  readonly name: Name;
  /** Without it: the default model. */
  readonly model?: ModelChoice;
  readonly description?: string;
  readonly instructions?: string;
  readonly markdown?: boolean;
  readonly tools?: readonly AnyTool[];
  /** Names of the config's `mcpServers` whose tools the agent has too. */
  readonly mcpServers?: readonly string[];
  /** Schema of the answer: then a run has `output`. */
  readonly output?: Output;
  readonly history?: Partial<HistorySettings> | false;
  readonly summary?: Partial<SummarySettings> | false;
  readonly thresholds?: {
    readonly context?: Partial<Thresholds['context']>;
    readonly session?: Partial<Thresholds['session']>;
  };
  readonly limits?: Partial<Limits>;
  readonly cache?: Partial<CacheSettings>;
  /** Models that are asked in this order where this one fails, refuses, or is not covered by a budget. */
  readonly fallbacks?: readonly ModelChoice[];
  readonly onBudget?: 'refuse' | 'wait' | 'fallback';
}

/**
 * An agent of a config.
 *
 * @example
 * const assistant = defineAgent({ name: 'assistant', model: 'openai/gpt-5.2', instructions: 'Answer briefly.' });
 */
export function defineAgent<const Name extends string, Output extends AnySchema | undefined = undefined>(
  agent: AgentDefinition<Name, Output>,
): AgentDefinition<Name, Output> {
  return agent;
}
