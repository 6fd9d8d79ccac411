import type { RunMetrics } from '../../domain/metrics.ts';

/**
 * A run's usage under the names of chat completions: the sums over all its calls. A number that no provider told is
 * `null`, never 0; `undefined`: not even the totals are known.
 */
export function chatUsage(metrics: RunMetrics) {
  if (metrics.inputTokens === null || metrics.outputTokens === null) return undefined;
  return {
    prompt_tokens: metrics.inputTokens,
    completion_tokens: metrics.outputTokens,
    total_tokens: metrics.totalTokens,
    prompt_tokens_details: { cached_tokens: metrics.cacheReadTokens, audio_tokens: metrics.audioInputTokens },
    completion_tokens_details: {
      reasoning_tokens: metrics.reasoningTokens,
      audio_tokens: metrics.audioOutputTokens,
    },
  };
}

/** The same under the names of Responses; `null`: not known. */
export function responseUsage(metrics: RunMetrics) {
  if (metrics.inputTokens === null || metrics.outputTokens === null) return null;
  return {
    input_tokens: metrics.inputTokens,
    input_tokens_details: { cached_tokens: metrics.cacheReadTokens, cache_write_tokens: metrics.cacheWriteTokens },
    output_tokens: metrics.outputTokens,
    output_tokens_details: { reasoning_tokens: metrics.reasoningTokens },
    total_tokens: metrics.totalTokens,
  };
}
