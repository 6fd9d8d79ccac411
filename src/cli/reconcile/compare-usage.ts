import type { UsageLine } from '../../domain/usage-report.ts';
import type { ProviderUsage } from './provider-usage.ts';

export interface Tokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * A day's tokens of a model twice. `estimated`: the ledger has more, and no more than what it estimated for attempts of
 * which it never heard the end.
 */
export interface Comparison {
  readonly day: string;
  readonly model: string;
  readonly provider: Tokens;
  readonly ledger: Tokens & { readonly estimatedTokens: number };
  readonly verdict: 'equal' | 'estimated' | 'differs';
}

/** A provider tells the dated name of a model that was called by its short one. */
function baseName(model: string): string {
  return model.toLowerCase().replace(/-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, '');
}

function splitRef(ref: string): { readonly provider: string; readonly model: string } {
  const slash = ref.indexOf('/');
  return { provider: ref.slice(0, slash), model: ref.slice(slash + 1) };
}

/**
 * Compares a provider's usage with the ledger, by day and model, on the days that the provider tells of.
 *
 * @param lines of the ledger by day and model.
 * @param provider only its models; without one, of all providers of which the export has a model.
 */
export function compareUsage(
  told: readonly ProviderUsage[],
  lines: readonly UsageLine[],
  provider?: string,
): readonly Comparison[] {
  const toldModels = new Set(told.map(({ model }) => baseName(model)));
  const ours = lines.map((line) => ({ ...line, ...splitRef(line.group.model ?? '') }));
  const providers = new Set(ours.filter(({ model }) => toldModels.has(baseName(model))).map((line) => line.provider));
  const days = told.map(({ day }) => day).toSorted();
  const [first = '', last = ''] = [days[0], days.at(-1)];
  const pairs = new Map<string, Omit<Comparison, 'verdict'>>();
  const pairOf = (day: string, model: string): Omit<Comparison, 'verdict'> =>
    pairs.get(`${day} ${baseName(model)}`) ?? { day, model, provider: none, ledger: { ...none, estimatedTokens: 0 } };
  for (const { day, model, ...tokens } of told) {
    const pair = pairOf(day, model);
    pairs.set(`${day} ${baseName(model)}`, { ...pair, provider: sum(pair.provider, tokens) });
  }
  for (const { group, provider: of, model, estimatedTokens, ...tokens } of ours) {
    const day = group.day ?? '';
    if (day < first || day > last || !(provider === undefined ? providers.has(of) : provider === of)) continue;
    const pair = pairOf(day, model);
    const ledger = { ...sum(pair.ledger, tokens), estimatedTokens: pair.ledger.estimatedTokens + estimatedTokens };
    pairs.set(`${day} ${baseName(model)}`, { ...pair, ledger });
  }
  return [...pairs.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, pair]) => ({ ...pair, verdict: verdictOf(pair) }));
}

const none: Tokens = { inputTokens: 0, outputTokens: 0 };

function sum(one: Tokens, other: Tokens): Tokens {
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
  };
}

function verdictOf({ provider, ledger }: Omit<Comparison, 'verdict'>): Comparison['verdict'] {
  const more = [ledger.inputTokens - provider.inputTokens, ledger.outputTokens - provider.outputTokens];
  if (more.every((tokens) => tokens === 0)) return 'equal';
  const excess = more.reduce((total, tokens) => total + tokens, 0);
  return more.every((tokens) => tokens >= 0) && excess <= ledger.estimatedTokens ? 'estimated' : 'differs';
}
