import type { CompactionResult } from '../../domain/compaction.ts';
import { amountOf, count } from '../../domain/figures.ts';

/** What a compaction did: the answer of `compact` and the event `compaction.ended` both have it. */
export type CompactionDone = Pick<
  CompactionResult,
  'cause' | 'runs' | 'results' | 'tokensBefore' | 'tokensAfter' | 'problem'
>;

/**
 * What a compaction brought, in a sentence.
 *
 *     Compacted 12 runs into a summary: the context went from 7,012 to 2,400 tokens.
 */
export function describeCompaction(done: CompactionDone): string {
  const { cause, runs, results, tokensBefore, tokensAfter, problem } = done;
  if (problem !== undefined) return `Nothing was compacted: ${problem}.`;
  if (cause === 'carry-on') return `Begins with a summary of ${count(tokensAfter)} tokens.`;
  const what = [
    ...(runs > 0 ? [`${amountOf(runs, 'run')} into a summary`] : []),
    ...(results > 0
      ? [`${amountOf(results, 'tool result')} into ${results === 1 ? 'a reference' : 'references'}`]
      : []),
  ];
  return `Compacted ${what.join(', ')}: the context went from ${count(tokensBefore)} to ${count(tokensAfter)} tokens.`;
}
