import { useEffect, useState, type ReactNode } from 'react';
import type { StoredEvent } from '../../../src/domain/events.ts';

/** What somebody who does not see the page is told, once each: whole answers, not their pieces. */
function spoken(event: StoredEvent): string | null {
  switch (event.type) {
    case 'run.ended':
      return event.result.status === 'completed'
        ? `${event.agent ?? 'The agent'} answered: ${event.result.text.slice(0, 500)}`
        : `The run ended: ${event.result.reason ?? event.result.status}`;
    case 'approval.requested':
      return `${event.waitingFor.tool ?? 'A tool'} needs your approval`;
    case 'budget.waiting':
      return 'The run waits for a budget';
    case 'threshold.reached':
      return event.message;
    case 'session.closed':
      return 'The session is closed';
    default:
      return null;
  }
}

export function Announcements({ events }: { readonly events: readonly StoredEvent[] }): ReactNode {
  // What happened before one came is no news.
  const [since] = useState(() => Date.now());
  const [words, setWords] = useState('');
  const latest = events.at(-1);
  useEffect(() => {
    if (latest === undefined || Date.parse(latest.at) < since) return;
    const text = spoken(latest);
    if (text !== null) setWords(text);
  }, [latest, since]);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {words}
    </div>
  );
}
