import { isDeepStrictEqual } from 'node:util';
import { budgetName } from '../../domain/budget-words.ts';
import { toSessionMetrics, type Totals } from '../../domain/metrics.ts';
import type { BudgetAudit, Store } from '../../store/store.ts';

/** One number that is kept beside the ledger, and what the ledger's rows give for it. */
export interface Difference {
  readonly of: 'session' | 'budget';
  /** The session's id, or the budget's name with its window. */
  readonly name: string;
  /** As in the metrics, e.g. `inputTokens`. */
  readonly field: string;
  readonly kept: unknown;
  readonly ledger: unknown;
}

export interface LedgerAudit {
  readonly sessions: number;
  readonly budgets: number;
  readonly differences: readonly Difference[];
}

const pageSize = 200;

/** Adds every session's metrics and every budget up from the ledger's rows. Workers may go on meanwhile. */
export async function auditLedger(
  store: Pick<Store, 'sessions' | 'recomputeTotals' | 'auditBudgets'>,
): Promise<LedgerAudit> {
  const differences: Difference[] = [];
  let sessions = 0;
  for (let after: string | undefined; ;) {
    const page = await store.sessions({ limit: pageSize, ...(after === undefined ? {} : { after }) });
    for (const { sessionId } of page.sessions) {
      const twice = await store.recomputeTotals(sessionId);
      if (twice !== null) differences.push(...differencesOfSession(sessionId, twice.stored, twice.recomputed));
    }
    sessions += page.sessions.length;
    if (page.cursor === null) break;
    after = page.cursor;
  }
  let budgets = 0;
  for (let after = ''; ;) {
    const page = await store.auditBudgets({ after, limit: pageSize });
    differences.push(...page.flatMap(differencesOfBudget));
    budgets += page.length;
    after = page.at(-1)?.stored.id ?? '';
    if (page.length < pageSize) break;
  }
  return { sessions, budgets, differences };
}

function differencesOfSession(sessionId: string, stored: Totals, recomputed: Totals): Difference[] {
  if (isDeepStrictEqual(stored, recomputed)) return [];
  const noContext = { tokens: 0, window: null };
  const shown = (totals: Totals) => leaves(toSessionMetrics(sessionId, totals, noContext));
  const found = compareLeaves(shown(stored), shown(recomputed));
  const all = found.length > 0 ? found : compareLeaves(leaves(stored), leaves(recomputed));
  return all.map((one) => ({ of: 'session', name: sessionId, ...one }));
}

function differencesOfBudget({ stored, recomputed }: BudgetAudit): Difference[] {
  const { spent, reserved, unreserved, unit, start } = stored;
  const name = `${budgetName(stored)}${start === null ? '' : ` of ${start.slice(0, 16)}Z`} (${unit})`;
  const found = compareLeaves(leaves({ spent, reserved, unreserved }), leaves(recomputed));
  return found.map((one) => ({ of: 'budget', name, ...one }));
}

/** Every number and text of a value by its path, e.g. `details.model.0.inputTokens`. */
function leaves(value: unknown, path = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map([[path, value]]);
  const inner = Object.entries(value).flatMap(([name, one]) => [
    ...leaves(one, path === '' ? name : `${path}.${name}`),
  ]);
  return new Map(inner);
}

function compareLeaves(kept: ReadonlyMap<string, unknown>, ledger: ReadonlyMap<string, unknown>) {
  const fields = [...new Set([...kept.keys(), ...ledger.keys()])];
  return fields.flatMap((field) => {
    const pair = { field, kept: kept.get(field) ?? null, ledger: ledger.get(field) ?? null };
    return pair.kept === pair.ledger ? [] : [pair];
  });
}
