import type { LedgerState } from '../../../src/domain/ledger.ts';
import { amountOf, count, dollars } from '../../../src/domain/figures.ts';
import type { LedgerVerdict, ShownNumber } from './ledger-verdict.ts';

/** What a row's state means for the bill. */
export const stateWords: Readonly<Record<LedgerState, string>> = {
  reserved: 'In flight: nothing is charged yet, its worst case is held',
  settled: 'The provider told the usage',
  estimated: 'It ended without a usage and may have cost tokens: charged at an upper bound',
  lost: 'Its worker is gone: charged at its whole reservation until a late answer corrects it',
  released: 'Known to be unbilled: never sent, or refused before the stream',
};

const fieldWords = {
  totalTokens: 'tokens',
  inputTokens: 'input tokens',
  outputTokens: 'output tokens',
  cacheReadTokens: 'cached tokens',
  reasoningTokens: 'reasoning tokens',
} as const;

/** `12,410 tokens`, `$0.0021`, or both, of what is shown or of the rows. */
export function numberWords(
  { field = 'totalTokens', ...shown }: ShownNumber,
  of: Pick<LedgerVerdict, 'tokens' | 'cost'>,
) {
  const tokens = shown.tokens === undefined ? [] : [`${count(of.tokens)} ${fieldWords[field]}`];
  const cost = shown.cost === undefined ? [] : [dollars(of.cost)];
  const both = [...tokens, ...cost];
  return both.length === 0 ? `${count(of.tokens)} tokens` : both.join(', ');
}

/** The line that ends the list: `3 rows, 12,410 tokens = shown`. */
export function verdictLine(of: LedgerVerdict, shown: ShownNumber): string {
  const sum = `${amountOf(of.rows, 'row')}, ${numberWords(shown, of)}`;
  const page = numberWords(shown, { tokens: shown.tokens ?? null, cost: shown.cost ?? null });
  if (of.verdict === 'equal') return `${sum} = shown`;
  return of.verdict === 'open' ? `~ ${sum}; shown ~${page}, with a call in flight` : `${sum} ≠ shown: ${page}`;
}
