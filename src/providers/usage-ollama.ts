import type { UsageClasses } from '../domain/usage.ts';
import { chatUsage } from './usage-openai.ts';

/**
 * The counts in the last line of an Ollama stream; `null` when there are none.
 *
 * What came from its cache is part of `prompt_eval_count`. Older servers do not tell it, and leave `prompt_eval_count`
 * out when the whole prompt came from there. None tells reasoning apart.
 */
export function ollamaUsage(last: object): UsageClasses | null {
  const counts = last as Readonly<Record<string, unknown>>;
  return chatUsage({
    prompt_tokens: counts.prompt_eval_count,
    completion_tokens: counts.eval_count,
    prompt_tokens_details: { cached_tokens: counts.prompt_eval_cached_count },
  });
}
