import type { ReactNode } from 'react';
import { Area, CartesianGrid, ComposedChart, Line, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts';
import { count, dollars } from '../../../src/domain/figures.ts';
import { dateTime } from '../inspect/times.ts';
import type { SpendMeasure, SpendPoint } from './spend-points.ts';
import { shortCount, shortDollars } from './short-figures.ts';
import './chart.css';

export interface SpendChartProps {
  readonly points: readonly SpendPoint[];
  readonly measure: SpendMeasure;
  readonly width: number;
  /** Of the session's own budget, in the chart's measure; `null`: it has none. */
  readonly limit: number | null;
  /** Where spending ends up if it goes on; `null`: nothing can be said. */
  readonly projected: SpendPoint | null;
}

const height = 170;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** The sum of a session's spending over time, with its limit, and dashed where it goes from here. */
export function SpendChart({ points, measure, width, limit, projected }: SpendChartProps): ReactNode {
  const last = points.at(-1);
  const figure = measure === 'cost' ? dollars : count;
  const ahead =
    projected === null || last === undefined
      ? []
      : [
          { ...last, ahead: last.spent },
          { at: projected.at, ahead: projected.spent },
        ];
  const data = [...(ahead.length > 0 ? points.slice(0, -1) : points), ...ahead];
  if (width === 0) return <div style={{ height }} />;
  return (
    <div className="chart">
      <ComposedChart
        width={width}
        height={height}
        data={data}
        margin={{ top: 12, right: 4, bottom: 0, left: 0 }}
        title="Spending over time"
      >
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis
          dataKey="at"
          type="number"
          scale="time"
          domain={['dataMin', 'dataMax']}
          tickFormatter={(at: number) => clock.format(at)}
          tickLine={false}
          axisLine={{ stroke: 'var(--border-strong)' }}
          minTickGap={30}
          height={24}
        />
        <YAxis
          width={52}
          tickLine={false}
          axisLine={false}
          tickCount={4}
          tickFormatter={measure === 'cost' ? shortDollars : shortCount}
        />
        <Area
          dataKey="spent"
          type="stepAfter"
          stroke="var(--series-uncached)"
          strokeWidth={1.6}
          fill="var(--accent-soft)"
          isAnimationActive={false}
        />
        <Line
          dataKey="ahead"
          stroke="var(--series-uncached)"
          strokeDasharray="3 4"
          strokeWidth={1.6}
          dot={false}
          isAnimationActive={false}
        />
        {limit === null ? null : (
          <ReferenceLine
            y={limit}
            ifOverflow="extendDomain"
            stroke="var(--critical)"
            strokeDasharray="5 4"
            label={{ value: 'limit', position: 'insideTopLeft' }}
          />
        )}
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: 'var(--border-strong)' }}
          content={({ payload }) => {
            const [first] = payload;
            if (first === undefined) return null;
            const { at } = first.payload as { readonly at: number };
            return (
              <div className="chart-tip">
                <header>{dateTime(at)}</header>
                <p>
                  {figure(Number(first.value))} {first.dataKey === 'ahead' ? 'projected' : 'spent'}
                </p>
              </div>
            );
          }}
        />
      </ComposedChart>
    </div>
  );
}
