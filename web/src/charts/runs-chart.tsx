import { useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Bar, BarChart, CartesianGrid, ReferenceArea, Tooltip, XAxis, YAxis } from 'recharts';
import { ActiveBar, type ActivePoint } from './active-bar.tsx';
import { tokenParts, type RunBar } from './run-bars.ts';
import { RunMarksLayer } from './run-marks.tsx';
import { RunTip } from './run-tip.tsx';
import { partSeries, useFills } from './series.tsx';
import { shortCount } from './short-figures.ts';
import './chart.css';

export interface RunsChartProps {
  readonly bars: readonly RunBar[];
  readonly width: number;
  /** A bar was chosen: of one run, or of several. */
  readonly onChoose: (bar: RunBar) => void;
  /** These bars were drawn over, to see them closer. */
  readonly onZoom: (first: RunBar, last: RunBar) => void;
}

const height = 234;
const margin = { top: 36, right: 4, bottom: 0, left: 0 };

/** What a bar is called on the axis: `12`, or `11–20`. */
export function barName({ first, last }: Pick<RunBar, 'first' | 'last'>): string {
  return first === last ? String(first) : `${first}–${last}`;
}

/** Tokens of runs, stacked by class, under the compactions and warnings that fell into them. */
export function RunsChart({ bars, width, onChoose, onZoom }: RunsChartProps): ReactNode {
  const looks = useMemo(() => tokenParts.map((part) => partSeries[part]), []);
  const { fillOf, definitions } = useFills(looks);
  const active = useRef<ActivePoint<RunBar>>(null);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | null>(null);
  const data = useMemo(() => bars.map((bar) => ({ ...bar, name: barName(bar) })), [bars]);
  const finish = (): void => {
    if (drag === null) return;
    setDrag(null);
    const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    const [first, last] = [bars[from], bars[to]];
    if (first === undefined || last === undefined) return;
    if (from === to) onChoose(first);
    else onZoom(first, last);
  };
  const choose = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || active.current === null) return;
    event.preventDefault();
    onChoose(active.current);
  };
  if (width === 0) return <div style={{ height }} />;
  return (
    // The chart within has the keys; Enter on one of its bars comes up to here.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className="chart runs-chart" onKeyDown={choose} onPointerLeave={() => setDrag(null)}>
      <BarChart
        width={width}
        height={height}
        data={data}
        margin={margin}
        barCategoryGap={width / bars.length > 12 ? '18%' : 1}
        title="Tokens of runs"
        desc="Arrow keys move between the bars, Enter opens the ledger rows of one. The same figures are in the table."
        onMouseDown={({ activeTooltipIndex: at }) => setDrag(at == null ? null : { from: Number(at), to: Number(at) })}
        onMouseMove={({ activeTooltipIndex: at }) => {
          if (drag !== null && at != null) setDrag({ ...drag, to: Number(at) });
        }}
        onMouseUp={finish}
      >
        {definitions}
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis
          dataKey="name"
          tickLine={false}
          axisLine={{ stroke: 'var(--border-strong)' }}
          minTickGap={18}
          height={24}
        />
        <YAxis width={44} tickLine={false} axisLine={false} tickFormatter={shortCount} tickCount={4} />
        {tokenParts.map((part, index) => (
          <Bar
            key={part}
            dataKey={part}
            stackId="tokens"
            fill={fillOf(index)}
            isAnimationActive={false}
            maxBarSize={32}
          />
        ))}
        <RunMarksLayer bars={data} />
        {drag === null || drag.from === drag.to ? null : (
          <ReferenceArea
            x1={data[Math.min(drag.from, drag.to)]?.name ?? ''}
            x2={data[Math.max(drag.from, drag.to)]?.name ?? ''}
            fill="var(--accent)"
            fillOpacity={0.15}
          />
        )}
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: 'var(--hover)', opacity: 0.7 }}
          content={({ payload }) => <RunTip bar={payload[0]?.payload as RunBar | undefined} />}
        />
        <ActiveBar into={active} />
      </BarChart>
    </div>
  );
}
