import type { ReactNode } from 'react';
import { usePlotArea, useXAxisScale } from 'recharts';
import type { RunBar } from './run-bars.ts';

/** Within a chart of runs: a line and a sign over each bar in which something was compacted or a level fired. */
export function RunMarksLayer({ bars }: { readonly bars: readonly (RunBar & { readonly name: string })[] }): ReactNode {
  const area = usePlotArea();
  const scale = useXAxisScale();
  if (area === undefined || scale === undefined) return null;
  return (
    <g className="chart-marks" aria-hidden="true">
      {bars.map(({ name, runs, compactions, warnings }) => {
        const x = scale(name, { position: 'middle' });
        const broken = runs.some(isBroken);
        if (x === undefined || (compactions.length + warnings.length === 0 && !broken)) return null;
        const critical = warnings.some(({ level }) => level !== 'warn' && level !== 'compact');
        return (
          <g key={name}>
            {broken ? (
              <g className="chart-mark-critical" fill="none" strokeWidth="1.6">
                <BrokenSign x={x} y={area.y + area.height - 5} />
              </g>
            ) : null}
            {compactions.length === 0 ? null : (
              <g className="chart-mark-compaction" fill="none" strokeWidth="1.4">
                <path d={`M${x} ${area.y}V${area.y + area.height}`} strokeDasharray="2 3" strokeOpacity="0.7" />
                <CompactionSign x={x} y={area.y - 9} />
              </g>
            )}
            {warnings.length === 0 ? null : (
              <g className={critical ? 'chart-mark-critical' : 'chart-mark-warning'} fill="none" strokeWidth="1.4">
                <WarningSign x={x} y={area.y - 25} />
              </g>
            )}
          </g>
        );
      })}
    </g>
  );
}

function isBroken({ status }: RunBar['runs'][number]): boolean {
  return status === 'failed' || status === 'limit' || status === 'cancelled';
}

function BrokenSign({ x, y }: { readonly x: number; readonly y: number }): ReactNode {
  return <path d={`M${x - 2.5} ${y - 2.5}l5 5M${x + 2.5} ${y - 2.5}l-5 5`} />;
}

function CompactionSign({ x, y }: { readonly x: number; readonly y: number }): ReactNode {
  return <path d={`M${x - 4} ${y - 5}l4 4l4 -4M${x - 4} ${y + 6}l4 -4l4 4`} />;
}

function WarningSign({ x, y }: { readonly x: number; readonly y: number }): ReactNode {
  return <path d={`M${x} ${y - 5}l5.5 10h-11zM${x} ${y - 1.5}v3M${x} ${y + 3.2}v.1`} strokeLinejoin="round" />;
}

/** The signs of a chart of runs, with what they mean. */
export function MarksLegend({ bars }: { readonly bars: readonly RunBar[] }): ReactNode {
  const compacted = bars.some(({ compactions }) => compactions.length > 0);
  const warned = bars.some(({ warnings }) => warnings.length > 0);
  const broken = bars.some(({ runs }) => runs.some(isBroken));
  return (
    <ul className="chart-legend">
      {broken ? (
        <li>
          <svg width="10" height="14" fill="none" strokeWidth="1.6" className="chart-mark-critical" aria-hidden="true">
            <BrokenSign x={5} y={7} />
          </svg>
          Not completed
        </li>
      ) : null}
      {compacted ? (
        <li>
          <svg
            width="12"
            height="14"
            fill="none"
            strokeWidth="1.4"
            className="chart-mark-compaction"
            aria-hidden="true"
          >
            <CompactionSign x={6} y={7} />
          </svg>
          Compaction
        </li>
      ) : null}
      {warned ? (
        <li>
          <svg width="14" height="14" fill="none" strokeWidth="1.4" className="chart-mark-warning" aria-hidden="true">
            <WarningSign x={7} y={7} />
          </svg>
          Threshold
        </li>
      ) : null}
    </ul>
  );
}
