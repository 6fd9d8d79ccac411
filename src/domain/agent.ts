import type { JsonObject } from './json.ts';
import type { TeamSpec } from './team.ts';

export interface HistorySettings {
  /** Whole runs of the past that go into a request; `null`: all that fit. */
  readonly runs: number | null;
  /** Tokens of the past that go into a request; `null`: all that fit. */
  readonly tokens: number | null;
}

export interface SummarySettings {
  /** `provider/model`; `null`: the agent's own. */
  readonly model: string | null;
  readonly keepRuns: number;
  readonly everyRuns: number;
  readonly maxTokens: number;
  readonly instructions: string | null;
  readonly inContext: boolean;
}

export interface Thresholds {
  /** Fractions of the context window; `null` never fires. */
  readonly context: {
    readonly warn: number | null;
    readonly compact: number | null;
    readonly critical: number | null;
    readonly stop: number | null;
  };
  readonly session: {
    readonly tokens: number | null;
    /** US dollars. */
    readonly cost: number | null;
    readonly runs: number | null;
    readonly ageHours: number | null;
    readonly warnAt: number;
    readonly criticalAt: number;
    readonly onReach: 'stop' | 'warn';
  };
}

export interface Limits {
  readonly callsPerRun: number;
  readonly toolCallsPerRun: number;
  /** Seconds of work; waiting for a person or a budget is left out. */
  readonly runSeconds: number;
  readonly tokensPerRun: number | null;
  /** US dollars. */
  readonly costPerRun: number | null;
  readonly maxOutputTokens: number;
  /** Open sends; at most 8, since Temporal gives a workflow ten update slots. */
  readonly queue: number;
  readonly messageBytes: number;
}

export interface CacheSettings {
  readonly instructions: boolean;
  readonly ttl: '5m' | '1h';
}

/** A tool as a model sees it. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly inputSchema: JsonObject;
}

/** An agent with every default filled in: plain data, so that it can be hashed, stored and compared. */
export interface AgentSpec {
  readonly name: string;
  /** `provider/model`. */
  readonly model: string;
  readonly description: string;
  readonly instructions: string;
  readonly markdown: boolean;
  readonly tools: readonly ToolSpec[];
  /** MCP servers whose tools stand behind its own; none when missing. */
  readonly mcpServers?: readonly string[];
  /** JSON Schema of the answer, where one is asked for. */
  readonly output: JsonObject | null;
  /** `false`: none at all. */
  readonly history: HistorySettings | false;
  /** `false`: never summarise. */
  readonly summary: SummarySettings | false;
  readonly thresholds: Thresholds;
  readonly limits: Limits;
  readonly cache: CacheSettings;
  readonly fallbacks: readonly string[];
  readonly onBudget: 'refuse' | 'wait' | 'fallback';
  /** Of a team's leader. */
  readonly team?: TeamSpec;
}

export const defaultLimits: Limits = {
  callsPerRun: 25,
  toolCallsPerRun: 50,
  runSeconds: 600,
  tokensPerRun: null,
  costPerRun: null,
  maxOutputTokens: 4096,
  queue: 8,
  messageBytes: 262_144,
};

export const defaultThresholds: Thresholds = {
  context: { warn: 0.75, compact: 0.85, critical: 0.95, stop: 0.99 },
  session: {
    tokens: null,
    cost: null,
    runs: null,
    ageHours: null,
    warnAt: 0.95,
    criticalAt: 0.99,
    onReach: 'stop',
  },
};

export const defaultSummary: SummarySettings = {
  model: null,
  keepRuns: 3,
  everyRuns: 5,
  maxTokens: 1000,
  instructions: null,
  inContext: true,
};

export const defaultHistory: HistorySettings = { runs: null, tokens: null };
export const defaultCache: CacheSettings = { instructions: true, ttl: '5m' };

/** Changes that a session's `setLimits` may make: any part of the agent's limits and thresholds. */
export interface LimitsPatch extends Partial<Limits> {
  readonly thresholds?: {
    readonly context?: Partial<Thresholds['context']>;
    readonly session?: Partial<Thresholds['session']>;
  };
}

export interface LimitsInForce {
  readonly limits: Limits;
  readonly thresholds: Thresholds;
}

/** The agent's own limits with a session's changes on top. */
export function applyLimits(base: LimitsInForce, patch: LimitsPatch): LimitsInForce {
  const { thresholds, ...limits } = patch;
  return {
    limits: { ...base.limits, ...limits },
    thresholds: {
      context: { ...base.thresholds.context, ...thresholds?.context },
      session: { ...base.thresholds.session, ...thresholds?.session },
    },
  };
}
