import { useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import type { Hovered } from './timeline-line.tsx';
import { rowFigures, rowName } from './timeline-words.ts';

/** The figures of a line, below it or above where there is no room. */
export function TimelineTip({ hovered: { row, place } }: { readonly hovered: Hovered }): ReactNode {
  const tip = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(place.bottom + 4);
  useLayoutEffect(() => {
    const height = tip.current?.offsetHeight ?? 0;
    const below = place.bottom + 4;
    setTop(below + height > window.innerHeight ? place.top - height - 4 : below);
  }, [place, row]);
  const left = Math.max(8, Math.min(place.left + place.width * 0.4, window.innerWidth - 268));
  return (
    <div ref={tip} className="chart-tip timeline-tip" style={{ top, left }} aria-hidden="true">
      <header>
        <span>{rowName(row)}</span>
        <span className="muted">{row.kind === 'call' ? row.call.modelType : 'tool'}</span>
      </header>
      <dl>
        {rowFigures(row).map(([name, value]) => (
          <div key={`${name}${value}`}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {row.kind === 'call' && row.call.plan !== null ? <p>Click: what the model saw</p> : null}
    </div>
  );
}
