import { useEffect, type RefObject } from 'react';
import { useActiveTooltipDataPoints, useIsTooltipActive } from 'recharts';

export type ActivePoint<Point> = Point | null;

/** Within a chart: keeps the point at hand that its arrow keys or the pointer have reached. */
export function ActiveBar<Point>({ into }: { readonly into: RefObject<ActivePoint<Point>> }): null {
  const points = useActiveTooltipDataPoints<Point>();
  const shown = useIsTooltipActive();
  const point = shown ? (points?.[0] ?? null) : null;
  useEffect(() => {
    into.current = point;
  }, [into, point]);
  return null;
}
