import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { RequestView as Request } from '../../../src/client/inspect-api.ts';
import { amountOf, count } from '../../../src/domain/figures.ts';
import { requestQuery } from '../api/inspect.ts';
import { messageOf } from '../api/problem.ts';
import { Badge } from '../ui/badge.tsx';
import { Drawer } from '../ui/drawer.tsx';
import { Icon } from '../ui/icon.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { countChanges, filterItems, type ItemFilter } from './request-items.ts';
import { RequestItemRow } from './request-item-row.tsx';
import { RequestPlan } from './request-plan.tsx';
import { VirtualRows } from './virtual-rows.tsx';
import './request-view.css';

export interface RequestDrawerProps {
  readonly sessionId: string;
  readonly callId: string;
  /** The latest when missing. */
  readonly attempt?: number;
  readonly onClose: () => void;
}

/** What the model saw: the exact request of a call, and how it differs from the one before. */
export function RequestDrawer({ sessionId, callId, attempt, onClose }: RequestDrawerProps): ReactNode {
  const [at, setAt] = useState<{ readonly callId: string; readonly attempt?: number | undefined }>({ callId, attempt });
  const request = useQuery(requestQuery(sessionId, at.callId, at.attempt));
  const of = request.data;
  return (
    <Drawer
      title="What the model saw"
      subtitle={of === undefined ? at.callId : <Subtitle of={of} />}
      footer={
        of?.before == null ? undefined : (
          <button type="button" className="button" onClick={() => setAt({ callId: of.before?.callId ?? callId })}>
            The call before
          </button>
        )
      }
      onClose={onClose}
    >
      <div className="request">
        {request.isError ? <p className="empty">{messageOf(request.error)}</p> : null}
        {of === undefined ? null : <RequestView key={`${of.callId}.${of.attempt}`} request={of} />}
      </div>
    </Drawer>
  );
}

function Subtitle({ of }: { readonly of: Request }): ReactNode {
  return (
    <span className="request-subtitle">
      {of.agent} · {of.modelType} · {of.provider}/{of.model} · <code>{of.callId}</code>, attempt {of.attempt}
    </span>
  );
}

/** A request item by item, after what its plan says of it. */
export function RequestView({ request }: { readonly request: Request }): ReactNode {
  const [filter, setFilter] = useState<ItemFilter>('all');
  const counts = countChanges(request.items);
  const items = filterItems(request.items, filter);
  const largest = Math.max(1, ...request.items.map(({ tokens }) => tokens));
  return (
    <>
      <RequestPlan request={request} />
      <div className="request-filter">
        <Segmented
          label="Items shown"
          value={filter}
          onChange={setFilter}
          options={[
            { value: 'all', label: `Sent ${count(counts.all)}` },
            { value: 'added', label: `Added ${count(counts.added)}` },
            { value: 'removed', label: `Removed ${count(counts.removed)}` },
            { value: 'same', label: `Same ${count(counts.same)}` },
          ]}
        />
        <span className="muted">
          {request.before === null
            ? 'The first call of its kind'
            : `Beside the call before: ${amountOf(request.before.added, 'item')} more, ${count(request.before.removed)} fewer`}
        </span>
        {request.exact ? (
          <Badge tone="fine" title="Its hash is that of the request that was sent">
            <Icon name="check" size={12} /> the bytes that were sent
          </Badge>
        ) : (
          <Badge tone="warn" title="This version of Loadline shows some message otherwise than the one that sent it">
            shown otherwise than sent
          </Badge>
        )}
      </div>
      {items.length === 0 ? <p className="empty">None.</p> : null}
      <VirtualRows
        key={filter}
        rows={items}
        keyOf={({ key, change }) => `${change}/${key}`}
        estimate={46}
        scrolls=".drawer-body, .session-panel"
        role="list"
        render={(item) => <RequestItemRow item={item} largest={largest} />}
      />
    </>
  );
}
