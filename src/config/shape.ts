import { z } from 'zod';
import { approvalSettings } from './approval-shape.ts';
import { mcpServer, mcpServerName } from './mcp-shape.ts';
import { budgetScopes, budgetWindows } from '../domain/budget.ts';
import { mostAttempts } from '../domain/fallbacks.ts';
import { sharedHistories, teamModes } from '../domain/team.ts';
import { duration } from './duration.ts';
import type { Api } from '../providers/built-in.ts';

/** The shape of a config as zod checks it; what follows from several fields together is in `semantics.ts`. */
const text = z.string();
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be letters, digits, _ and -, at most 64, a letter or digit first');
const toolName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, _ and -, at most 64');
const whole = z.int().min(0, 'must be 0 or more');
const positive = z.int().min(1, 'must be 1 or more');
const dollars = z.number().min(0, 'must be 0 or more');
const fraction = z.number().gt(0, 'must be above 0').max(1, 'must be 1 at most');

/** A schema is checked when it is compiled, and a model of the AI SDK has too much in it to look through. */
const anySchema = z.custom<object>(
  (value) => (typeof value === 'object' || typeof value === 'function') && value !== null,
  {
    error: 'must be a schema (zod >= 4.2, ArkType, Valibot through its converter, or JSON Schema)',
  },
);

export function isLanguageModel(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { specificationVersion?: unknown }).specificationVersion === 'string' &&
    typeof (value as { doStream?: unknown }).doStream === 'function'
  );
}

const model = z.custom<string | object>((value) => typeof value === 'string' || isLanguageModel(value), {
  error: 'must be "provider/model", or a language model of the AI SDK',
});

const approvalRule = z.custom<boolean | object>(
  (value) => typeof value === 'boolean' || typeof value === 'function' || (typeof value === 'object' && value !== null),
  { error: 'must be true, a function of the input, or a JSON Schema that the input fits' },
);

const tool = z.strictObject({
  name: toolName,
  description: text,
  inputSchema: anySchema,
  execute: z.custom<object>((value) => typeof value === 'function', { error: 'must be a function' }),
  idempotent: z.boolean().optional(),
  timeout: duration.optional(),
  retry: z.strictObject({ maximumAttempts: positive }).optional(),
  onUnknown: z.enum(['report', 'ask', 'retry']).optional(),
  needsApproval: approvalRule.optional(),
  approval: approvalSettings.optional(),
});

const history = z.strictObject({ runs: whole.nullable().optional(), tokens: whole.nullable().optional() });

const summary = z.strictObject({
  model: text.nullable().optional(),
  keepRuns: whole.optional(),
  everyRuns: positive.optional(),
  maxTokens: positive.optional(),
  instructions: text.nullable().optional(),
  inContext: z.boolean().optional(),
});

const thresholds = z.strictObject({
  context: z
    .strictObject({
      warn: fraction.nullable().optional(),
      compact: fraction.nullable().optional(),
      critical: fraction.nullable().optional(),
      stop: fraction.nullable().optional(),
    })
    .optional(),
  session: z
    .strictObject({
      tokens: positive.nullable().optional(),
      cost: dollars.nullable().optional(),
      runs: positive.nullable().optional(),
      ageHours: z.number().positive('must be above 0').nullable().optional(),
      warnAt: fraction.optional(),
      criticalAt: fraction.optional(),
      onReach: z.enum(['stop', 'warn']).optional(),
    })
    .optional(),
});

const limits = z.strictObject({
  callsPerRun: positive.optional(),
  toolCallsPerRun: whole.optional(),
  runSeconds: z.number().positive('must be above 0').optional(),
  tokensPerRun: positive.nullable().optional(),
  costPerRun: dollars.nullable().optional(),
  maxOutputTokens: positive.optional(),
  queue: positive
    .max(8, 'must be 8 at most: Temporal gives a workflow ten update slots, and two stay for compact and setLimits')
    .optional(),
  messageBytes: positive.optional(),
});

const agent = z.strictObject({
  name,
  model: model.optional(),
  description: text.optional(),
  instructions: text.optional(),
  markdown: z.boolean().optional(),
  tools: z.array(tool).optional(),
  mcpServers: z.array(text).optional(),
  output: anySchema.optional(),
  history: z.union([z.literal(false), history]).optional(),
  summary: z.union([z.literal(false), summary]).optional(),
  thresholds: thresholds.optional(),
  limits: limits.optional(),
  cache: z.strictObject({ instructions: z.boolean().optional(), ttl: z.enum(['5m', '1h']).optional() }).optional(),
  fallbacks: z
    .array(model)
    .max(mostAttempts - 1)
    .optional(),
  onBudget: z.enum(['refuse', 'wait', 'fallback']).optional(),
});

const team = agent.extend({
  mode: z.enum(teamModes),
  members: z.array(name).min(1, 'must have at least one member'),
  shareHistory: z
    .strictObject({ runs: positive, of: z.enum(sharedHistories).optional() })
    .nullable()
    .optional(),
  shareInteractions: z.boolean().optional(),
});

const apis = ['openai-responses', 'openai-chat', 'anthropic-messages', 'ollama'] as const satisfies readonly Api[];

const provider = z.strictObject({
  api: z.enum(apis).optional(),
  baseURL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable, not a key')
    .optional(),
});

const prices = {
  input: dollars,
  output: dollars,
  cacheRead: dollars.optional(),
  cacheWrite: dollars.optional(),
  cacheWrite1h: dollars.optional(),
  reasoning: dollars.optional(),
  audioInput: dollars.optional(),
  audioOutput: dollars.optional(),
};

const price = z.strictObject({
  ...prices,
  longContext: z.strictObject({ ...prices, above: positive }).optional(),
});

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]+$/, 'must be the name of an HTTP header')
  .refine((header) => !/^(authorization|proxy-authorization|x-api-key|api-key|cookie)$/i.test(header), {
    error: "must not be a header that holds a key: name the key's variable in apiKeyEnv of the provider",
  });
const headerValue = z.string().regex(/^[\t\x20-\x7e]+$/, 'must be printable ASCII');

const modelSettings = z.strictObject({
  contextWindow: positive.optional(),
  maxOutputTokens: positive.optional(),
  price: price.optional(),
  headers: z.record(headerName, headerValue).optional(),
});

const budget = z.strictObject({
  scope: z.enum(budgetScopes),
  window: z.enum(budgetWindows),
  tokens: positive.optional(),
  uncachedTokens: positive.optional(),
  cost: z.number().positive('must be above 0').optional(),
  timeZone: text.optional(),
  warnAt: fraction.nullable().optional(),
});

export const configShape = z.strictObject({
  agents: z.array(agent).min(1, 'must have at least one agent'),
  providers: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, 'must be lower-case letters, digits, _ and -'), provider)
    .optional(),
  models: z.record(text, modelSettings).optional(),
  budgets: z.array(budget).optional(),
  teams: z.array(team).optional(),
  mcpServers: z.record(mcpServerName, mcpServer).optional(),
});
