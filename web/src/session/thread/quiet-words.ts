import type { BudgetUnit } from '../../../../src/domain/budget.ts';
import { budgetName, formatAmount, instantText } from '../../../../src/domain/budget-words.ts';
import type { StoredEvent } from '../../../../src/domain/events.ts';
import { amountOf, count } from '../../../../src/domain/figures.ts';
import type { IconName } from '../../ui/icon.tsx';

/** An event that is told in the conversation. */
export interface QuietWords {
  readonly tone: 'plain' | 'fine' | 'warn' | 'critical' | 'wait';
  readonly icon: IconName;
  readonly text: string;
  /** Shown when it is opened. */
  readonly more?: string;
}

/** What to tell of an event in the conversation; `null`: nothing. */
export function quietWords(event: StoredEvent): QuietWords | null {
  switch (event.type) {
    case 'threshold.reached': {
      const grave = event.level === 'critical' || event.level === 'stop' || event.level === 'reached';
      return { tone: grave ? 'critical' : 'warn', icon: 'alert', text: event.message, more: event.suggestion };
    }
    case 'compaction.ended':
      return compactionWords(event);
    case 'budget.warned':
    case 'budget.waiting':
    case 'budget.overrun':
      return budgetWords(event.type, event.details);
    case 'call.failed':
      return { tone: 'warn', icon: 'alert', text: failureWords(event), more: event.message };
    case 'approval.decided': {
      const why = event.reason === undefined ? '' : `: ${event.reason}`;
      return event.approved
        ? { tone: 'fine', icon: 'check', text: `Approved${why}` }
        : { tone: 'warn', icon: 'close', text: `Denied${why}` };
    }
    case 'run.ended':
      return endWords(event.result);
    case 'session.closed':
      return { tone: 'plain', icon: 'stop', text: `The session is closed${reasonWords(event.reason)}` };
    default:
      return null;
  }
}

function reasonWords(reason: string | undefined): string {
  return reason === undefined || reason === 'closed' ? '' : `: ${reason}`;
}

function compactionWords(event: StoredEvent & { readonly type: 'compaction.ended' }): QuietWords {
  const { problem, runs, results, summaryTokens, tokensBefore, tokensAfter } = event;
  if (problem !== undefined) return { tone: 'warn', icon: 'compact', text: 'Nothing was compacted', more: problem };
  const folded = runs === 0 ? [] : [`${amountOf(runs, 'run')} into a summary of ${count(summaryTokens)} tokens`];
  const referred = results === 0 ? [] : [`${amountOf(results, 'tool result')} into references`];
  return {
    tone: 'fine',
    icon: 'compact',
    text: `Compacted ${[...folded, ...referred].join(', ') || 'the context'}: ${count(tokensBefore)} → ${count(tokensAfter)} tokens in the context`,
  };
}

function failureWords({ error, retryInMs, nextModel }: StoredEvent & { readonly type: 'call.failed' }): string {
  if (nextModel !== undefined) return `A call failed (${error}); ${nextModel} is asked instead`;
  if (retryInMs === null) return `A call failed (${error})`;
  return `A call failed (${error}) and is tried again${retryInMs < 1_000 ? '' : ` in ${Math.round(retryInMs / 1000)} s`}`;
}

interface BudgetFacts {
  readonly scope: 'session' | 'user' | 'agent' | 'tenant' | 'all';
  readonly key: string | null;
  readonly window: 'hour' | 'day' | 'week' | 'month' | 'lifetime';
  readonly unit: BudgetUnit;
  readonly limit: number;
  readonly spent: number;
  readonly reason?: string;
  readonly resetsAt?: string | null;
  readonly end?: string | null;
}

function budgetWords(
  type: 'budget.warned' | 'budget.waiting' | 'budget.overrun',
  details: Readonly<Record<string, unknown>>,
): QuietWords {
  const facts = details as unknown as BudgetFacts;
  const end = facts.resetsAt ?? facts.end ?? null;
  const reset = end === null ? '' : `; it resets at ${instantText(end)}`;
  const stand = `${formatAmount(facts.spent, facts.unit)} of ${formatAmount(facts.limit, facts.unit)} are spent${reset}`;
  const name = budgetName(facts);
  const more = facts.reason === undefined ? {} : { more: facts.reason };
  if (type === 'budget.waiting') {
    return { tone: 'wait', icon: 'clock', text: `Waits for the budget of ${name}: ${stand}`, ...more };
  }
  const passed = type === 'budget.overrun';
  return {
    tone: passed ? 'critical' : 'warn',
    icon: 'budgets',
    text: `${passed ? 'A call passed' : 'Soon used up:'} the budget of ${name}: ${stand}`,
  };
}

function endWords(result: (StoredEvent & { readonly type: 'run.ended' })['result']): QuietWords | null {
  const why = result.reason ?? result.error?.message;
  const rest = why === undefined ? '' : `: ${why}`;
  switch (result.status) {
    case 'cancelled':
      return { tone: 'plain', icon: 'stop', text: `Cancelled${rest}` };
    case 'limit':
      return { tone: 'warn', icon: 'limits', text: `Ended by a limit${rest}` };
    case 'failed':
      return { tone: 'critical', icon: 'alert', text: `Failed${rest}` };
    default:
      return null;
  }
}
