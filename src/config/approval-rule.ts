import type { ApprovalPolicy } from '../domain/approval.ts';
import { compileSchema } from './compile-schema.ts';
import { toMs } from './duration.ts';
import type { ApprovalContext, ApprovalRule, ApprovalSettings } from './tool.ts';

/** Longer than any look-up that a person waits for. */
const longestMs = 10_000;

/**
 * A rule as a worker asks it. One that fails, or takes too long, asks for approval: nobody has said that the call is
 * harmless.
 *
 * @throws Error when the rule is a schema that can't be used.
 */
export function toApprovalRule(
  rule: ApprovalRule | undefined,
): ((input: unknown, context: ApprovalContext) => Promise<boolean>) | null {
  if (rule === undefined || rule === false) return null;
  if (rule === true) return () => Promise.resolve(true);
  if (typeof rule === 'function') return (input, context) => inTime(async () => await rule(input as never, context));
  const schema = compileSchema(rule);
  return async (input) => 'value' in (await schema.parse(input));
}

async function inTime(ask: () => Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<true>((resolve) => {
    timer = setTimeout(() => resolve(true), longestMs);
  });
  try {
    return Boolean(await Promise.race([ask(), late]));
  } catch {
    return true;
  } finally {
    clearTimeout(timer);
  }
}

export function toApprovalPolicy({ timeout, onTimeout = 'deny' }: ApprovalSettings = {}): ApprovalPolicy {
  return { timeoutMs: timeout === undefined ? null : toMs(timeout), onTimeout };
}
