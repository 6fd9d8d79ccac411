import { type UsageClasses, unknownUsage } from '../domain/usage.ts';
import { numberOf, objectOf } from './raw.ts';

/** What an OpenAI-like `usage` tells; `null` where it says nothing. Totals contain their parts. */
interface Told {
  readonly input: number | null;
  readonly output: number | null;
  readonly total: number | null;
  readonly cacheRead: number | null;
  readonly cacheWrite: number | null;
  readonly longCacheWrite: number | null;
  readonly audioInput: number | null;
  readonly reasoning: number | null;
  readonly audioOutput: number | null;
}

/** `usage` of a response (Responses API). `null` when there is none. */
export function responsesUsage(raw: unknown): UsageClasses | null {
  const usage = objectOf(raw);
  if (usage === null) return null;
  const input = objectOf(usage.input_tokens_details);
  const output = objectOf(usage.output_tokens_details);
  return toClasses({
    input: numberOf(usage.input_tokens),
    output: numberOf(usage.output_tokens),
    total: numberOf(usage.total_tokens),
    cacheRead: numberOf(input?.cached_tokens),
    cacheWrite: numberOf(input?.cache_write_tokens),
    longCacheWrite: numberOf(objectOf(input?.cache_write_tokens_details)?.ttl_12h_tokens),
    audioInput: numberOf(input?.audio_tokens),
    reasoning: numberOf(output?.reasoning_tokens),
    audioOutput: numberOf(output?.audio_tokens),
  });
}

/** `usage` of chat completions, with the names that compatible servers have for its parts. `null` when there is none. */
export function chatUsage(raw: unknown): UsageClasses | null {
  const usage = objectOf(raw);
  if (usage === null) return null;
  const input = objectOf(usage.prompt_tokens_details);
  const output = objectOf(usage.completion_tokens_details);
  return toClasses({
    input: numberOf(usage.prompt_tokens),
    output: numberOf(usage.completion_tokens),
    total: numberOf(usage.total_tokens),
    // DeepSeek; Moonshot and Together.
    cacheRead: numberOf(input?.cached_tokens, usage.prompt_cache_hit_tokens, usage.cached_tokens),
    cacheWrite: numberOf(input?.cache_write_tokens),
    longCacheWrite: null,
    audioInput: numberOf(input?.audio_tokens),
    // SGLang and Perplexity tell it beside the totals.
    reasoning: numberOf(output?.reasoning_tokens, usage.reasoning_tokens),
    audioOutput: numberOf(output?.audio_tokens),
  });
}

/**
 * Parts are taken out of their totals, in an order in which none can take more than is left: the classes always sum to
 * what the provider bills.
 */
function toClasses(told: Told): UsageClasses | null {
  if (Object.values(told).every((value) => value === null)) return null;
  const totals = billedTotals(told);
  const input = splitter(totals.input);
  const cacheRead = input.take(told.cacheRead);
  const cacheWrite1h = input.take(told.longCacheWrite);
  const cacheWrite5m = input.take(told.cacheWrite === null ? null : told.cacheWrite - (told.longCacheWrite ?? 0));
  const audioInput = input.take(told.audioInput);
  const output = splitter(totals.output);
  const reasoning = output.take(totals.reasoning);
  const audioOutput = output.take(told.audioOutput);
  return {
    ...unknownUsage,
    input: input.rest(),
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
    audioInput,
    output: output.rest(),
    reasoning,
    audioOutput,
  };
}

/**
 * Where `total_tokens` is more than input and output together, some part stands outside of them: reasoning at xAI, at
 * Google (which does not name it), cached input at gateways that keep Anthropic's convention.
 */
function billedTotals({ input, output, total, cacheRead, cacheWrite, reasoning }: Told): {
  readonly input: number | null;
  readonly output: number | null;
  readonly reasoning: number | null;
} {
  if (input === null || output === null) return { input, output, reasoning };
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  const surplus = Math.max(0, (total ?? 0) - input - output);
  const cacheOutside = cached > input || (cached > 0 && surplus === cached && surplus !== reasoning);
  if (cacheOutside) return { input: input + cached, output, reasoning };
  const reasoningOutside = (reasoning ?? 0) > output && surplus === 0;
  return {
    input,
    output: reasoningOutside ? output + (reasoning ?? 0) : output + surplus,
    reasoning: reasoning ?? (surplus > 0 ? surplus : null),
  };
}

function splitter(total: number | null): { take(part: number | null): number | null; rest(): number | null } {
  let left = total;
  return {
    take(part) {
      if (part === null) return null;
      const taken = Math.max(0, left === null ? part : Math.min(part, left));
      if (left !== null) left -= taken;
      return taken;
    },
    rest: () => left,
  };
}
