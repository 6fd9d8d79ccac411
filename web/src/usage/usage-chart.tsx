import { useMemo, type ReactNode } from 'react';
import { Bar, BarChart, CartesianGrid, Tooltip, XAxis, YAxis } from 'recharts';
import type { UsageGrouping, UsageLine } from '../../../src/domain/usage-report.ts';
import { count, dollars } from '../../../src/domain/figures.ts';
import { Legend, seriesLook, Swatch, useFills, type Series } from '../charts/series.tsx';
import { shortCount, shortDollars } from '../charts/short-figures.ts';
import { dayOf } from '../inspect/times.ts';
import { seriesName, valueName } from './usage-names.ts';
import { usageSeries, type UsageMeasure, type UsagePlace } from './usage-series.ts';
import '../charts/chart.css';

const mostSeries = 8;
const mostBars = 12;
const height = 220;

export interface UsageChartProps {
  readonly lines: readonly UsageLine[];
  readonly by: readonly UsageGrouping[];
  readonly measure: UsageMeasure;
  /** The days of the report, so far as they are given. */
  readonly days: { readonly from?: string; readonly to?: string };
  readonly width: number;
}

/** Tokens or dollars: over the days, or of the largest groups. The table below has the same figures. */
export function UsageChart({ lines, by, measure, days, width }: UsageChartProps): ReactNode {
  const of = useMemo(() => usageSeries(lines, by, { measure, mostSeries, ...days }), [lines, by, measure, days]);
  const series = of.series.map((one, index): Series => ({ ...seriesLook(index), name: seriesName(one, of.stackedBy) }));
  const title = measure === 'cost' ? 'Cost' : 'Tokens';
  const props = { of, series, measure, width: Math.max(0, width - 34), title };
  return (
    <section className="card usage-chart" aria-label={title}>
      <h2>{title}</h2>
      {of.axis === 'day' ? <DayBars {...props} /> : <GroupBars {...props} />}
      {series.length > 1 ? <Legend series={series} /> : null}
    </section>
  );
}

interface BarsProps {
  readonly of: ReturnType<typeof usageSeries>;
  readonly series: readonly Series[];
  readonly measure: UsageMeasure;
  readonly width: number;
  readonly title: string;
}

function DayBars({ of, series, measure, width, title }: BarsProps): ReactNode {
  const { fillOf, definitions } = useFills(series);
  const data = of.places.map((place) => ({ ...place, ...place.values }));
  if (width <= 0) return <div style={{ height }} />;
  return (
    <div className="chart">
      <BarChart
        width={width}
        height={height}
        data={data}
        margin={{ top: 8, right: 4, bottom: 0, left: 0 }}
        barCategoryGap="18%"
        title={`${title} by day`}
      >
        {definitions}
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis
          dataKey="name"
          tickFormatter={(day: string) => dayOf(`${day}T12:00:00`)}
          tickLine={false}
          axisLine={{ stroke: 'var(--border-strong)' }}
          minTickGap={18}
          height={24}
        />
        <YAxis
          width={52}
          tickLine={false}
          axisLine={false}
          tickFormatter={measure === 'cost' ? shortDollars : shortCount}
          tickCount={4}
        />
        {of.series.map(({ key }, index) => (
          <Bar key={key} dataKey={key} stackId="all" fill={fillOf(index)} isAnimationActive={false} maxBarSize={44} />
        ))}
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: 'var(--hover)', opacity: 0.7 }}
          content={({ payload }) => (
            <Tip place={payload[0]?.payload as UsagePlace | undefined} of={of} series={series} measure={measure} />
          )}
        />
      </BarChart>
    </div>
  );
}

function Tip({
  place,
  of,
  series,
  measure,
}: Pick<BarsProps, 'of' | 'series' | 'measure'> & { readonly place: UsagePlace | undefined }): ReactNode {
  if (place === undefined) return null;
  const shown = measure === 'cost' ? dollars : count;
  return (
    <div className="chart-tip">
      <header>
        <span>{place.name}</span>
        <span>{shown(place.total)}</span>
      </header>
      <dl>
        {series.map((one, index) => {
          const value = place.values[of.series[index]?.key ?? ''] ?? 0;
          if (value === 0 || series.length === 1) return null;
          return (
            <div key={one.name} className="chart-tip-line">
              <dt>
                <Swatch of={one} /> {one.name}
              </dt>
              <dd>{shown(value)}</dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}

/** The largest groups as bars with their names. */
function GroupBars({ of, series, measure, width }: BarsProps): ReactNode {
  const { fillOf, definitions } = useFills(series);
  const most = Math.max(1e-12, ...of.places.map(({ total }) => total));
  const shown = of.places.slice(0, mostBars);
  const format = measure === 'cost' ? dollars : count;
  if (width <= 0) return <div style={{ height }} />;
  return (
    <ul className="group-bars figures" style={{ minHeight: height }}>
      <svg className="group-bars-fills" aria-hidden="true">
        {definitions}
      </svg>
      {shown.map((place) => {
        let from = 0;
        return (
          <li key={place.name ?? ''}>
            <span className="group-bars-name">{of.axis === null ? 'All' : valueName(of.axis, place.name)}</span>
            <span>{format(place.total)}</span>
            <svg className="group-bar" aria-hidden="true">
              {of.series.map(({ key }, index) => {
                const share = ((place.values[key] ?? 0) / most) * 100;
                const x = from;
                from += share;
                return <rect key={key} x={`${x}%`} width={`${share}%`} height="100%" fill={fillOf(index)} />;
              })}
            </svg>
          </li>
        );
      })}
      {of.places.length > shown.length ? (
        <li className="muted">{of.places.length - shown.length} more in the table</li>
      ) : null}
    </ul>
  );
}
