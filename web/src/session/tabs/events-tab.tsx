import { useState, type ReactNode } from 'react';
import type { StoredEvent } from '../../../../src/domain/events.ts';
import { clockTime, dateTime } from '../../inspect/times.ts';
import { Button } from '../../ui/button.tsx';
import './events-tab.css';

const shownAtFirst = 100;

/** What was stored of the session's doings, the newest first, each with all that it says. */
export function EventsTab({ events }: { readonly events: readonly StoredEvent[] }): ReactNode {
  const [many, setMany] = useState(shownAtFirst);
  if (events.length === 0) return <p className="empty">Nothing has happened yet.</p>;
  const first = events[0]?.id ?? 1;
  return (
    <section aria-labelledby="events-title">
      <div className="panel-header">
        <h2 id="events-title">Events</h2>
        <span className="muted">{first === 1 ? 'all of them' : `from number ${first} on`}</span>
      </div>
      <ol className="events">
        {events
          .toReversed()
          .slice(0, many)
          .map((event) => (
            <li key={event.id}>
              <details>
                <summary>
                  <span className="event-number figures">{event.id}</span>
                  <code>{event.type}</code>
                  <span className="event-agent">{event.agent}</span>
                  <time dateTime={event.at} title={dateTime(event.at)}>
                    {clockTime(event.at)}
                  </time>
                </summary>
                <EventFacts event={event} />
              </details>
            </li>
          ))}
      </ol>
      {events.length > many ? (
        <Button tone="quiet" onClick={() => setMany(many * 2)}>
          Earlier events
        </Button>
      ) : null}
    </section>
  );
}

function EventFacts({ event }: { readonly event: StoredEvent }): ReactNode {
  return <pre tabIndex={0}>{JSON.stringify(event, null, 2)}</pre>;
}
