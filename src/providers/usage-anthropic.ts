import { sumKnown, type UsageClasses, unknownUsage } from '../domain/usage.ts';
import { numberOf, objectOf } from './raw.ts';

type RawUsage = Readonly<Record<string, unknown>>;

/** Rounds of work that Anthropic bills but leaves out of the totals. */
const outsideTotals = new Set(['compaction', 'advisor_message']);

/**
 * `usage` of a message. `input_tokens` has neither cache reads nor writes in it.
 *
 * @param requestedTtl where writes go that are not told apart by their time to live
 */
export function anthropicUsage(raw: unknown, requestedTtl: '5m' | '1h'): UsageClasses | null {
  const usage = objectOf(raw);
  if (usage === null) return null;
  const iterations = Array.isArray(usage.iterations) ? usage.iterations.map(objectOf) : [];
  const hidden = iterations.filter((round) => round !== null && outsideTotals.has(String(round.type)));
  const sum = [usage, ...hidden].map((round) => toClasses(round ?? {}, requestedTtl)).reduce(add);
  return Object.values(sum).every((value) => value === null) ? null : sum;
}

/** Later events of a stream tell cumulative counts; what they leave out or call `null` stands as it was. */
export function mergeUsage(before: RawUsage | null, after: unknown): RawUsage {
  const told = Object.entries(objectOf(after) ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return { ...before, ...Object.fromEntries(told) };
}

function toClasses(usage: RawUsage, requestedTtl: '5m' | '1h'): UsageClasses {
  const creation = objectOf(usage.cache_creation);
  const written = numberOf(usage.cache_creation_input_tokens);
  const told5m = numberOf(creation?.ephemeral_5m_input_tokens);
  const told1h = numberOf(creation?.ephemeral_1h_input_tokens);
  const untold = written === null ? null : Math.max(0, written - (told5m ?? 0) - (told1h ?? 0));
  const rest = untold === 0 && creation !== null ? null : untold;
  const total = numberOf(usage.output_tokens);
  const thinking = numberOf(objectOf(usage.output_tokens_details)?.thinking_tokens);
  const reasoning = thinking === null || total === null ? thinking : Math.min(thinking, total);
  return {
    ...unknownUsage,
    input: numberOf(usage.input_tokens),
    cacheRead: numberOf(usage.cache_read_input_tokens),
    cacheWrite5m: requestedTtl === '5m' ? sumKnown(told5m, rest) : told5m,
    cacheWrite1h: requestedTtl === '1h' ? sumKnown(told1h, rest) : told1h,
    output: total === null ? null : total - (reasoning ?? 0),
    reasoning,
  };
}

function add(left: UsageClasses, right: UsageClasses): UsageClasses {
  const names = Object.keys(unknownUsage) as (keyof UsageClasses)[];
  return Object.fromEntries(names.map((name) => [name, sumKnown(left[name], right[name])])) as unknown as UsageClasses;
}
