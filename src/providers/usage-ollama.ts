import { type UsageClasses, unknownUsage } from '../domain/usage.ts';
import { numberOf } from './raw.ts';

/**
 * The counts in the last line of an Ollama stream. It tells neither cache reads nor reasoning apart, and leaves
 * `prompt_eval_count` out when the whole prompt came from its cache.
 */
export function ollamaUsage(last: {
  readonly prompt_eval_count?: unknown;
  readonly eval_count?: unknown;
}): UsageClasses | null {
  const input = numberOf(last.prompt_eval_count);
  const output = numberOf(last.eval_count);
  return input === null && output === null ? null : { ...unknownUsage, input, output };
}
