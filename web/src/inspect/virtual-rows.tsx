import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type ReactNode } from 'react';

export interface VirtualRowsProps<Row> {
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** The height of a row before it is drawn, pixels. */
  readonly estimate: number;
  /** The element around it that scrolls, as a CSS selector. */
  readonly scrolls: string;
  readonly role?: 'rowgroup' | 'list';
  readonly render: (row: Row, index: number) => ReactNode;
  /** The last row has come into sight. */
  readonly onEnd?: () => void;
}

/** Rows of any height, of which only those in sight are drawn. */
export function VirtualRows<Row>(props: VirtualRowsProps<Row>): ReactNode {
  const { rows, keyOf, estimate, scrolls, role, render, onEnd } = props;
  const place = useRef<HTMLDivElement>(null);
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const [margin, setMargin] = useState(0);
  useEffect(() => {
    const element = place.current;
    const around = element?.closest<HTMLElement>(scrolls) ?? null;
    setScroller(around);
    if (element === null || around === null) return;
    const measure = (): void => {
      const above = element.getBoundingClientRect().top - around.getBoundingClientRect().top + around.scrollTop;
      setMargin(Math.round(above));
    };
    measure();
    // What stands above the rows may grow and shrink.
    const observer = new ResizeObserver(measure);
    observer.observe(around);
    for (const sibling of element.parentElement?.children ?? []) if (sibling !== element) observer.observe(sibling);
    return () => observer.disconnect();
  }, [scrolls]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller,
    estimateSize: () => estimate,
    getItemKey: (index) => keyOf(rows[index] as Row),
    scrollMargin: margin,
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  const lastInSight = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (rows.length > 0 && lastInSight >= rows.length - 1) onEnd?.();
  }, [lastInSight, rows.length, onEnd]);
  return (
    <div ref={place} role={role} style={{ position: 'relative', height: virtualizer.getTotalSize() }}>
      {items.map(({ index, key, start }) => (
        <div
          key={key}
          ref={virtualizer.measureElement}
          data-index={index}
          role={role === 'list' ? 'listitem' : 'presentation'}
          style={{ position: 'absolute', insetInline: 0, top: 0, transform: `translateY(${start - margin}px)` }}
        >
          {render(rows[index] as Row, index)}
        </div>
      ))}
    </div>
  );
}
