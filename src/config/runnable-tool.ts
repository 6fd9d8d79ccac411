import type { ToolSpec } from '../domain/agent.ts';
import type { ApprovalPolicy } from '../domain/approval.ts';
import { toApprovalPolicy, toApprovalRule } from './approval-rule.ts';
import { compileSchema } from './compile-schema.ts';
import { toMs } from './duration.ts';
import type { Parsed } from './schema.ts';
import type { AnyTool, ApprovalContext, OnUnknown, ToolContext } from './tool.ts';

/** A tool as a worker runs it. */
export interface RunnableTool {
  readonly spec: ToolSpec;
  readonly idempotent: boolean;
  /** Of one attempt. */
  readonly timeoutMs: number;
  /** Of one that threw. */
  readonly maxAttempts: number;
  readonly onUnknown: OnUnknown;
  /** Must somebody approve this call first? `null`: none. Never throws. */
  readonly needsApproval: ((input: unknown, context: ApprovalContext) => Promise<boolean>) | null;
  readonly approval: ApprovalPolicy;
  parseInput(value: unknown): Promise<Parsed>;
  /** @param input what `parseInput` answered. */
  execute(input: unknown, context: ToolContext): Promise<unknown>;
}

export const defaultTimeoutMs = 60_000;
const idempotentAttempts = 5;

/** @throws Error when the tool's schema can't be used. */
export function toRunnable(
  tool: AnyTool,
  needsApproval: RunnableTool['needsApproval'] = toApprovalRule(tool.needsApproval),
): RunnableTool {
  const schema = compileSchema(tool.inputSchema);
  const inputSchema = schema.jsonSchema;
  if (inputSchema['type'] !== 'object')
    throw new Error('the input must be an object: models call tools with named arguments');
  const idempotent = tool.idempotent ?? false;
  return {
    spec: { name: tool.name, description: tool.description, inputSchema },
    idempotent,
    timeoutMs: tool.timeout === undefined ? defaultTimeoutMs : toMs(tool.timeout),
    maxAttempts: tool.retry?.maximumAttempts ?? (idempotent ? idempotentAttempts : 1),
    onUnknown: tool.onUnknown ?? (idempotent ? 'retry' : 'report'),
    needsApproval,
    approval: toApprovalPolicy(tool.approval),
    parseInput: (value) => schema.parse(value),
    async execute(input, context) {
      return await tool.execute(input as never, context);
    },
  };
}
