import { useMemo, useState, type ReactNode } from 'react';
import type { UsageGrouping, UsageLine } from '../../../src/domain/usage-report.ts';
import { count, dollars } from '../../../src/domain/figures.ts';
import { Icon } from '../ui/icon.tsx';
import { Num } from '../ui/num.tsx';
import { groupingWords, groupName, valueName } from './usage-names.ts';

const columns = [
  ['calls', 'Calls'],
  ['inputTokens', 'Input'],
  ['cacheReadTokens', 'Cached'],
  ['outputTokens', 'Output'],
  ['totalTokens', 'Tokens'],
  ['failedTokens', 'Failed'],
  ['estimatedTokens', 'Estimated'],
  ['compactionTokens', 'Compaction'],
  ['cost', 'Cost'],
] as const satisfies readonly (readonly [keyof Omit<UsageLine, 'group'>, string])[];

type Column = (typeof columns)[number][0];

/** More are in the CSV file. */
const mostRows = 500;

export interface UsageTableProps {
  readonly lines: readonly UsageLine[];
  readonly by: readonly UsageGrouping[];
  readonly total: UsageLine;
  readonly onOpen: (line: UsageLine) => void;
}

/** A report line by line; the tokens of a line open its ledger rows. */
export function UsageTable({ lines, by, total, onOpen }: UsageTableProps): ReactNode {
  const [sortedBy, setSortedBy] = useState<Column | null>(null);
  const sorted = useMemo(
    () => (sortedBy === null ? lines : lines.toSorted((a, b) => b[sortedBy] - a[sortedBy])),
    [lines, sortedBy],
  );
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard
    <div className="card usage-table" tabIndex={0} role="region" aria-label="Usage, as a table">
      <table className="chart-table">
        <thead>
          <tr>
            {by.map((grouping) => (
              <th key={grouping} scope="col" className="chart-table-words">
                {groupingWords[grouping]}
              </th>
            ))}
            {by.length === 0 ? <th scope="col">All</th> : null}
            {columns.map(([column, title]) => (
              <th key={column} scope="col" aria-sort={sortedBy === column ? 'descending' : 'none'}>
                <button
                  type="button"
                  className="sort-button"
                  onClick={() => setSortedBy(sortedBy === column ? null : column)}
                >
                  {title}
                  {sortedBy === column ? <Icon name="down" size={12} /> : null}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, mostRows).map((line) => (
            <tr key={groupName(line.group)}>
              {by.map((grouping) => (
                <td key={grouping} className="chart-table-words">
                  {line.group[grouping] == null ? (
                    <span className="muted">{valueName(grouping, null)}</span>
                  ) : (
                    line.group[grouping]
                  )}
                </td>
              ))}
              {by.length === 0 ? <td>All</td> : null}
              {columns.map(([column]) => (
                <td key={column}>
                  <Cell line={line} column={column} onOpen={onOpen} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={Math.max(1, by.length)}>
              {lines.length > mostRows
                ? `Total; the first ${mostRows} of ${count(lines.length)} lines, all in the CSV`
                : 'Total'}
            </th>
            {columns.map(([column]) => (
              <td key={column}>{shown(total, column)}</td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Cell({
  line,
  column,
  onOpen,
}: {
  readonly line: UsageLine;
  readonly column: Column;
  readonly onOpen: (line: UsageLine) => void;
}): ReactNode {
  if (column === 'totalTokens') {
    return (
      <Num
        value={line.totalTokens}
        settled={line.estimatedTokens === 0}
        label={`tokens of ${groupName(line.group)}`}
        onOpen={() => onOpen(line)}
      />
    );
  }
  return shown(line, column);
}

/** Nothing is a dash: what is there stands out. */
function shown(line: UsageLine, column: Column): string {
  if (column === 'cost') return `${line.costUnknown > 0 ? 'over ' : ''}${dollars(line.cost)}`;
  return line[column] === 0 ? '–' : count(line[column]);
}
