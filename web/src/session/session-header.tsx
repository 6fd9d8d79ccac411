import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { SessionDetails } from '../../../src/client/api.ts';
import { workflowIdOf } from '../../../src/domain/session.ts';
import { aboutQuery } from '../api/about.ts';
import { sessionLink } from '../shell/links.ts';
import { Badge } from '../ui/badge.tsx';
import { IconButton } from '../ui/button.tsx';
import { copyText } from '../ui/copy-text.ts';
import { Icon } from '../ui/icon.tsx';
import { StatusDot, type Activity } from '../ui/status-dot.tsx';
import { SessionActions } from './actions/session-actions.tsx';
import { ReceiptBadge } from './receipt.tsx';
import './session-header.css';

export interface SessionHeaderProps {
  readonly session: SessionDetails;
  readonly activity: Activity;
}

export function SessionHeader({ session, activity }: SessionHeaderProps): ReactNode {
  const { sessionId, agent, user, tenant, simulated, continues, reason } = session;
  return (
    <header className="session-header">
      <div className="session-title">
        <Link href="/" className="session-back">
          Sessions
        </Link>
        <Icon name="chevron" size={12} />
        <h1>{sessionId}</h1>
        <IconButton icon="copy" label="Copy the id" onClick={() => copyText(sessionId, 'id')} />
        <div className="session-actions">
          <SessionActions session={session} />
        </div>
      </div>
      <div className="session-facts">
        <StatusDot activity={activity} word />
        {reason === undefined || reason === 'closed' ? null : <span className="session-reason">{reason}</span>}
        <span>
          <Icon name="models" size={14} /> {agent}
        </span>
        {user === undefined ? null : (
          <Link href={`/?user=${encodeURIComponent(user)}`}>
            <Icon name="user" size={14} /> {user}
          </Link>
        )}
        {tenant === undefined ? null : <span>{tenant}</span>}
        {continues === null ? null : <Link href={sessionLink(continues)}>carries on {continues}</Link>}
        <WorkflowLink sessionId={sessionId} />
        {simulated === true ? (
          <Badge tone="wait" title="The built-in simulator answered: nothing was billed">
            simulated
          </Badge>
        ) : null}
        <ReceiptBadge sessionId={sessionId} />
      </div>
    </header>
  );
}

/** The session's workflow in Temporal's own web UI, where there is one. */
function WorkflowLink({ sessionId }: { readonly sessionId: string }): ReactNode {
  const temporal = useQuery(aboutQuery).data?.temporal;
  if (temporal?.uiUrl == null) return null;
  const workflow = encodeURIComponent(workflowIdOf(sessionId));
  const href = `${temporal.uiUrl}/namespaces/${encodeURIComponent(temporal.namespace)}/workflows/${workflow}`;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      <Icon name="external" size={14} /> workflow
    </a>
  );
}
