import type { ReactNode } from 'react';
import { count, dollars } from '../../../src/domain/figures.ts';
import { Num } from '../ui/num.tsx';
import { barName } from './runs-chart.tsx';
import { tokenParts, type RunBar } from './run-bars.ts';
import { partSeries } from './series.tsx';

/** The figures of the chart as a table, newest first. */
export function RunsTable({
  bars,
  onChoose,
}: {
  readonly bars: readonly RunBar[];
  readonly onChoose: (bar: RunBar) => void;
}): ReactNode {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard
    <div className="chart-scroll" tabIndex={0} role="region" aria-label="Tokens of runs, as a table">
      <table className="chart-table">
        <thead>
          <tr>
            <th scope="col">Run</th>
            {tokenParts.map((part) => (
              <th key={part} scope="col">
                {partSeries[part].name}
              </th>
            ))}
            <th scope="col">Tokens</th>
            <th scope="col">Cost</th>
            <th scope="col" className="chart-table-words">
              Events
            </th>
          </tr>
        </thead>
        <tbody>
          {bars.toReversed().map((bar) => (
            <tr key={bar.first}>
              <th scope="row">{barName(bar)}</th>
              {tokenParts.map((part) => (
                <td key={part}>{count(bar[part])}</td>
              ))}
              <td>
                <Num
                  value={bar.total}
                  settled={!bar.live && bar.estimatedTokens === 0}
                  label={`tokens of run ${barName(bar)}`}
                  onOpen={() => onChoose(bar)}
                />
              </td>
              <td>{dollars(bar.cost)}</td>
              <td className="chart-table-words">{eventsOf(bar)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function eventsOf({ compactions, warnings, failedAttempts }: RunBar): string {
  const many = (value: number, noun: string): string[] =>
    value === 0 ? [] : [`${value} ${noun}${value === 1 ? '' : 's'}`];
  return [
    ...many(compactions.length, 'compaction'),
    ...many(warnings.length, 'threshold'),
    ...many(failedAttempts, 'failed attempt'),
  ].join(', ');
}
