import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';
import { compactionsQuery } from '../api/inspect.ts';
import { messageOf } from '../api/problem.ts';
import { LedgerDrawer } from '../inspect/ledger-drawer.tsx';
import { Button } from '../ui/button.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { useRuns } from './all-runs.ts';
import { runBars, tokenParts, type RunBar, type ThresholdMark } from './run-bars.ts';
import { MarksLegend } from './run-marks.tsx';
import { RunsChart } from './runs-chart.tsx';
import { RunsTable } from './runs-table.tsx';
import { Legend, partSeries } from './series.tsx';
import { useWidth } from './use-width.ts';

const spans = { '50': 50, '200': 200, all: Infinity } as const;
type Span = keyof typeof spans;

/** Pixels that a bar should have. */
const barWidth = 8;

export interface RunsPanelProps {
  readonly sessionId: string;
  /** Levels that fired, from the session's events. */
  readonly warnings: readonly ThresholdMark[];
}

/** Tokens over the runs of a session: as a chart to look closer into, and as a table. */
export function RunsPanel({ sessionId, warnings }: RunsPanelProps): ReactNode {
  const [span, setSpan] = useState<Span>('50');
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const [zoom, setZoom] = useState<{ readonly first: number; readonly last: number } | null>(null);
  const [opened, setOpened] = useState<RunBar | null>(null);
  const [place, width] = useWidth<HTMLDivElement>();
  const { runs, error } = useRuns(sessionId, spans[span]);
  const compactions = useQuery(compactionsQuery(sessionId)).data;
  const bars = useMemo(() => {
    const shown =
      zoom === null
        ? runs.slice(-Math.min(runs.length, spans[span]))
        : runs.filter(({ number }) => number >= zoom.first && number <= zoom.last);
    const marks = { compactions: compactions ?? [], warnings };
    return runBars(shown, marks, Math.max(12, Math.floor(width / barWidth)));
  }, [runs, compactions, warnings, zoom, span, width]);
  const choose = (bar: RunBar): void => {
    if (bar.runs.length > 1) setZoom({ first: bar.first, last: bar.last });
    else setOpened(bar);
  };
  const [run] = opened?.runs ?? [];
  return (
    <section aria-labelledby="runs-title">
      <div className="panel-header">
        <h2 id="runs-title">Tokens by run</h2>
        {zoom === null ? null : (
          <Button tone="quiet" icon="close" onClick={() => setZoom(null)}>
            Runs {zoom.first} to {zoom.last}
          </Button>
        )}
        <Segmented
          label="Runs shown"
          value={span}
          onChange={(next) => {
            setSpan(next);
            setZoom(null);
          }}
          options={[
            { value: '50', label: 'Last 50' },
            { value: '200', label: '200' },
            { value: 'all', label: 'All' },
          ]}
        />
        <Segmented
          label="View"
          value={view}
          onChange={setView}
          options={[
            { value: 'chart', label: 'Chart' },
            { value: 'table', label: 'Table' },
          ]}
        />
      </div>
      <div ref={place}>
        {bars.length === 0 ? (
          <p className="empty">{error == null ? 'No run yet.' : messageOf(error)}</p>
        ) : view === 'table' ? (
          <RunsTable bars={bars} onChoose={choose} />
        ) : (
          <>
            <RunsChart
              bars={bars}
              width={width}
              onChoose={choose}
              onZoom={({ first }, { last }) => setZoom({ first, last })}
            />
            <div className="chart-legends">
              <Legend series={tokenParts.map((part) => partSeries[part])} />
              <MarksLegend bars={bars} />
            </div>
          </>
        )}
      </div>
      {opened === null || run === undefined ? null : (
        <LedgerDrawer
          sessionId={sessionId}
          query={{ runId: run.runId }}
          shown={{ label: `Run ${opened.first}`, tokens: run.metrics.totalTokens, cost: run.metrics.cost }}
          onClose={() => setOpened(null)}
        />
      )}
    </section>
  );
}
