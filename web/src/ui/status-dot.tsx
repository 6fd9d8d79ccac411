import type { ReactNode } from 'react';
import './status-dot.css';

export type Activity = 'opening' | 'idle' | 'running' | 'waiting' | 'closing' | 'closed' | 'failed';

export const activityWords: Readonly<Record<Activity, string>> = {
  opening: 'Opening',
  idle: 'Idle',
  running: 'Running',
  waiting: 'Waiting',
  closing: 'Closing',
  closed: 'Closed',
  failed: 'Failed',
};

/** What a session does right now: a shape and a colour, and the word for those who see neither. */
export function StatusDot({
  activity,
  word = false,
}: {
  readonly activity: Activity;
  readonly word?: boolean;
}): ReactNode {
  return (
    <span className={`status status-${activity}`} title={activityWords[activity]}>
      <span className="status-dot" aria-hidden="true" />
      <span className={word ? 'status-word' : 'visually-hidden'}>{activityWords[activity]}</span>
    </span>
  );
}
