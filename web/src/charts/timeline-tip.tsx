import { useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import type { Hovered } from './timeline-line.tsx';
import { rowFigures, rowName } from './timeline-words.ts';

const width = 260;
const gap = 8;

/** The figures of a line: beside it where there is room, else below it or above. */
export function TimelineTip({ hovered: { row, place } }: { readonly hovered: Hovered }): ReactNode {
  const tip = useRef<HTMLDivElement>(null);
  const beside = place.left > width + 2 * gap;
  const [top, setTop] = useState(place.top);
  useLayoutEffect(() => {
    const height = tip.current?.offsetHeight ?? 0;
    const below = place.bottom + gap;
    if (beside) setTop(Math.min(place.top, window.innerHeight - height - gap));
    else setTop(below + height > window.innerHeight ? place.top - height - gap : below);
  }, [place, row, beside]);
  const left = beside ? place.left - width - gap : Math.min(place.left + 40, window.innerWidth - width - gap);
  return createPortal(
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
    </div>,
    document.body,
  );
}
