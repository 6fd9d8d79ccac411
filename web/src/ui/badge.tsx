import type { ReactNode } from 'react';
import './badge.css';

export type BadgeTone = 'plain' | 'accent' | 'fine' | 'warn' | 'critical' | 'wait';

export function Badge({
  tone = 'plain',
  title,
  children,
}: {
  readonly tone?: BadgeTone;
  readonly title?: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <span className={`badge badge-${tone}`} title={title}>
      {children}
    </span>
  );
}
