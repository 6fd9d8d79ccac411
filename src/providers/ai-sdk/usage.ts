import type { UsageClasses } from '../../domain/usage.ts';
import { numberOf, objectOf } from '../raw.ts';
import { chatUsage } from '../usage-openai.ts';

/**
 * `usage` of an AI SDK model in our classes; `null` when it tells no number.
 *
 * From v3 on, totals contain their parts. In v2 every provider's own convention came through: Anthropic's input had
 * neither cache reads nor writes in it, and the writes stood in `providerMetadata`.
 */
export function aiSdkUsage(
  raw: unknown,
  provider: string,
  metadata: unknown,
  cacheTtl: '5m' | '1h',
): UsageClasses | null {
  const usage = objectOf(raw);
  if (usage === null) return null;
  const classes = objectOf(usage.inputTokens) === null ? flat(usage, provider, metadata) : nested(usage);
  if (classes === null) return null;
  // The AI SDK does not tell writes apart by their time to live: they are what was asked for.
  return cacheTtl === '5m' ? classes : { ...classes, cacheWrite5m: null, cacheWrite1h: classes.cacheWrite5m };
}

function nested(usage: Readonly<Record<string, unknown>>): UsageClasses | null {
  const input = objectOf(usage.inputTokens);
  const output = objectOf(usage.outputTokens);
  return chatUsage({
    prompt_tokens: numberOf(input?.total) ?? sum(input?.noCache, input?.cacheRead, input?.cacheWrite),
    prompt_tokens_details: { cached_tokens: input?.cacheRead, cache_write_tokens: input?.cacheWrite },
    completion_tokens: numberOf(output?.total) ?? sum(output?.text, output?.reasoning),
    completion_tokens_details: { reasoning_tokens: output?.reasoning },
  });
}

function flat(usage: Readonly<Record<string, unknown>>, provider: string, metadata: unknown): UsageClasses | null {
  const written = objectOf(objectOf(metadata)?.anthropic)?.cacheCreationInputTokens;
  const exclusive = provider.startsWith('anthropic');
  return chatUsage({
    prompt_tokens: exclusive ? sum(usage.inputTokens, usage.cachedInputTokens, written) : usage.inputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens, cache_write_tokens: written },
    completion_tokens: usage.outputTokens,
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: exclusive ? null : usage.totalTokens,
  });
}

function sum(...values: readonly unknown[]): number | null {
  const known = values.flatMap((value) => numberOf(value) ?? []);
  return known.length === 0 ? null : known.reduce((left, right) => left + right);
}
