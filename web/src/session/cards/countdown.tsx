import type { ReactNode } from 'react';
import { duration } from '../../../../src/domain/figures.ts';
import { useNow } from '../../shell/clock.ts';

/** How long until then, to the nearest tick of the page's clock. */
export function Countdown({ until }: { readonly until: string }): ReactNode {
  const seconds = Math.max(0, Math.round((Date.parse(until) - useNow()) / 1000));
  return (
    <time className="muted figures" dateTime={until} title={new Date(until).toLocaleString()}>
      {seconds === 0 ? 'any moment' : `${duration(seconds)} left`}
    </time>
  );
}
