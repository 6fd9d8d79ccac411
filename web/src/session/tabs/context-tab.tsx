import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { StoredEvent } from '../../../../src/domain/events.ts';
import { requestQuery } from '../../api/inspect.ts';
import { RequestView } from '../../inspect/request-view.tsx';
import { Trouble } from '../../ui/trouble.tsx';

export interface ContextTabProps {
  readonly sessionId: string;
  readonly agent: string;
  readonly events: readonly StoredEvent[];
}

/** What the model saw last: the request of the agent's latest call that was sent. */
export function ContextTab({ sessionId, agent, events }: ContextTabProps): ReactNode {
  const latest = events.findLast(
    (event) => event.type === 'call.started' && event.agent === agent && event.modelType !== 'summaryModel',
  );
  if (latest?.type !== 'call.started') return <p className="empty">The model has seen nothing yet.</p>;
  return <LatestRequest sessionId={sessionId} callId={latest.callId} />;
}

function LatestRequest({ sessionId, callId }: { readonly sessionId: string; readonly callId: string }): ReactNode {
  const request = useQuery({ ...requestQuery(sessionId, callId), placeholderData: (before) => before });
  if (request.isError) return <Trouble error={request.error} />;
  if (request.data === undefined) return <p className="empty">Reading the request…</p>;
  return (
    <section className="request" aria-label="What the model saw last">
      <h2>What the model saw last</h2>
      <RequestView key={request.data.callId} request={request.data} />
    </section>
  );
}
