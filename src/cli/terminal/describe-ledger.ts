import type { LedgerRowView, LedgerView } from '../../client/inspect-api.ts';
import { paint } from './colours.ts';
import { amountOf, count, dollars, duration } from '../../domain/figures.ts';
import { table, type Column } from './table.ts';

const styles = { reserved: 'yellow', settled: 'green', estimated: 'yellow', lost: 'red', released: 'dim' } as const;

/** A line for each row, and what all rows of the query come to. */
export function describeLedger({ rows, rowCount, sums }: LedgerView, width: number): string {
  const sum = `${amountOf(rowCount, 'row')}, ${amountOf(sums.totalTokens ?? 0, 'token')}`;
  if (rows.length === 0) return sum;
  const hasMembers = rows.some(({ member }) => member !== null);
  const columns: readonly Column<LedgerRowView>[] = [
    { title: 'BEGUN', spare: 5, value: ({ startedAt }) => new Date(startedAt).toISOString() },
    { title: 'CALL', value: ({ callId }) => callId },
    { title: 'TRY', align: 'right', spare: 6, value: ({ attempt }) => count(attempt) },
    ...(hasMembers ? [{ title: 'MEMBER', spare: 2, value: ({ member }: LedgerRowView): string => member ?? '' }] : []),
    { title: 'TYPE', spare: 3, value: ({ modelType }) => modelType },
    { title: 'MODEL', spare: 4, value: ({ provider, model }) => `${provider}/${model}` },
    {
      title: 'STATE',
      value: ({ state, error }) => paint(styles[state], error === null ? state : `${state} (${error})`),
    },
    { title: 'IN', align: 'right', value: ({ inputTokens }) => count(inputTokens) },
    { title: 'OUT', align: 'right', value: ({ outputTokens }) => count(outputTokens) },
    { title: 'TOTAL', align: 'right', spare: 1, value: ({ totalTokens }) => count(totalTokens) },
    { title: 'COST', align: 'right', spare: 7, value: ({ cost }) => dollars(cost) },
    { title: 'TIME', align: 'right', spare: 8, value: ({ durationMs }) => duration(secondsOf(durationMs)) },
  ];
  return `${table(columns, rows, width, (text) => paint('dim', text))}\n${paint('bold', sum)}`;
}

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
