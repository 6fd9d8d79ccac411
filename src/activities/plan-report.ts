import type { AgentSpec } from '../domain/agent.ts';
import type { ContextPlan, Cut, PlanReport } from '../domain/context.ts';
import type { Gathered } from './gather-context.ts';
import type { Shown } from './shown.ts';

/** A plan as people see it: what went in, what did not, and why. */
export function reportOf(
  history: AgentSpec['history'],
  gathered: Gathered,
  plan: ContextPlan & { readonly fits: true },
  { messages, window }: { readonly messages: readonly Shown[]; readonly window: number | null },
): PlanReport {
  const { past, own, framed, instructionTokens, summarised } = gathered;
  const tokensOf = (shown: readonly Shown[]): number => shown.reduce((tokens, { range }) => tokens + range.tokens, 0);
  return {
    window,
    inputTokens: plan.inputTokens,
    inputBound: plan.inputBound,
    answerTokens: plan.maxOutputTokens,
    instructionTokens,
    toolTokens: framed.tokens - instructionTokens,
    summaryTokens: summarised.tokens,
    historyTokens: tokensOf(past.runs.slice(past.runs.length - plan.keptRuns).flatMap((run) => run.messages)),
    runs: plan.keptRuns,
    messageTokens: tokensOf(own),
    cut: cutOf(history, gathered, plan.keptRuns, messages),
  };
}

function cutOf(
  history: AgentSpec['history'],
  { past, resultsThroughSeq }: Gathered,
  keptRuns: number,
  messages: readonly Shown[],
): readonly Cut[] {
  const results = messages.filter(({ seq, role }) => role === 'tool' && seq <= resultsThroughSeq).length;
  const cut: readonly Cut[] = [
    { what: 'runs', count: past.earlierRuns, why: whyUnread(history) },
    { what: 'runs', count: past.runs.length - keptRuns, why: 'no room beside the answer' },
    { what: 'runs', count: past.summarisedRuns, why: 'the summary stands for them' },
    { what: 'tool results', count: results, why: 'compaction; recall reads them' },
  ];
  return cut.filter(({ count }) => count > 0);
}

function whyUnread(history: AgentSpec['history']): string {
  if (history === false) return 'history is false';
  const bounds = [
    history.runs === null ? [] : [`history.runs is ${history.runs}`],
    history.tokens === null ? [] : [`history.tokens is ${history.tokens}`],
  ].flat();
  return bounds.length === 0 ? 'longer than the window' : bounds.join(', ');
}
