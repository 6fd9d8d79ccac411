import type { UsageSum } from '../../domain/metrics.ts';
import { count, dollars, percent } from '../../domain/figures.ts';

/**
 * What a provider's prompt cache did, and why input seems to drop elsewhere when it begins; `null` while nothing was
 * read from one.
 *
 *     Of 12,410 input tokens the provider read 11,020 (89 %) from its prompt cache, where they cost less: $0.0031 saved. …
 */
export function describeCaching(sum: UsageSum): string | null {
  const { inputTokens, cacheReadTokens } = sum;
  if (inputTokens === null || cacheReadTokens === null || cacheReadTokens === 0) return null;
  const share = percent(cacheReadTokens / inputTokens);
  return [
    `Of ${count(inputTokens)} input tokens the provider read ${count(cacheReadTokens)} (${share}) from its prompt cache, where they cost less: ${saved(sum)}.`,
    `Some providers' own figures leave cached tokens out of "input", which then seems to drop when caching begins; here input is all that the model read.`,
  ].join(' ');
}

function saved({ cacheSavings, costUnknown }: UsageSum): string {
  if (cacheSavings === null) return 'what that saved is not known without a price';
  const known = costUnknown === true ? ', as far as prices are known' : '';
  if (cacheSavings < 0) return `so far ${dollars(-cacheSavings)} less than writing to it cost extra${known}`;
  return `${dollars(cacheSavings)} saved${known}`;
}
