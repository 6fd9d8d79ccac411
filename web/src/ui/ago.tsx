import type { ReactNode } from 'react';
import { ago } from '../../../src/domain/figures.ts';
import { useNow } from '../shell/clock.ts';

/** How long ago, with the time itself as its tip. */
export function Ago({ at }: { readonly at: string }): ReactNode {
  const now = useNow();
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {ago(at, Math.max(now, Date.parse(at)))}
    </time>
  );
}
