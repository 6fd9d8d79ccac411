import { z } from 'zod';
import { OpenAiError } from './errors.ts';

/**
 * A request's body, checked.
 *
 * @throws OpenAiError 400 that names the first field that does not fit.
 */
export function checked<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = deepest(parsed.error.issues);
  const path = (issue?.path ?? [])
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('');
  const param = path.replace(/^\./, '');
  const about = param === '' ? {} : { param };
  throw new OpenAiError(400, `${param === '' ? 'The body' : param}: ${issue?.message ?? 'does not fit'}`, about);
}

/** Of a union the branch that came furthest: what was meant. */
function deepest(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
    const branches = issue.errors.map(deepest);
    const depth = (branch: readonly z.core.$ZodIssue[]): number =>
      Math.max(0, ...branch.map(({ path }) => path.length));
    const best = branches.toSorted((a, b) => depth(b) - depth(a))[0] ?? [];
    return best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  });
}

export const count = z.int('must be a positive integer').positive('must be a positive integer');
export const metadata = z.record(z.string(), z.string('must be a string'), 'must be an object of strings');
