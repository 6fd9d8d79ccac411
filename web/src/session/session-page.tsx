import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { SessionDetails } from '../../../src/client/api.ts';
import type { SessionMetrics } from '../../../src/domain/metrics.ts';
import type { LedgerQuery } from '../../../src/client/inspect-api.ts';
import { approvalsIn } from '../../../src/domain/approval.ts';
import type { StoredEvent } from '../../../src/domain/events.ts';
import { metricsQuery, sessionQuery } from '../api/sessions.ts';
import { LedgerDrawer } from '../inspect/ledger-drawer.tsx';
import { shownNow, type ShownNumber } from '../inspect/ledger-verdict.ts';
import { RequestDrawer } from '../inspect/request-view.tsx';
import { useMedia } from '../shell/media.ts';
import { Page } from '../ui/page.tsx';
import type { Activity } from '../ui/status-dot.tsx';
import { Trouble } from '../ui/trouble.tsx';
import { Announcements } from './announcements.tsx';
import { ApprovalCard } from './cards/approval-card.tsx';
import { BudgetCard, type BudgetWait } from './cards/budget-card.tsx';
import { Composer } from './composer.tsx';
import type { Live } from './live/live-state.ts';
import { useLive, type LiveSession } from './live/use-live.ts';
import { SessionHeader } from './session-header.tsx';
import { SessionTabs } from './tabs/session-tabs.tsx';
import { Conversation } from './thread/conversation.tsx';
import { SessionSceneProvider, type SessionScene } from './thread/session-context.ts';
import type { PendingMessage } from './thread/thread-items.ts';
import './session-page.css';

/** Events tell of changes at once; this is for when they can't come. */
const pollMs = 10_000;
const narrow = '(max-width: 980px)';

export function SessionPage({ sessionId }: { readonly sessionId: string }): ReactNode {
  const details = useQuery({ ...sessionQuery(sessionId), refetchInterval: pollMs });
  if (details.data === undefined) {
    return (
      <Page title={sessionId}>
        {details.isError ? <Trouble error={details.error} /> : <p className="empty">Opening the session…</p>}
      </Page>
    );
  }
  return <OpenSession session={details.data} />;
}

function OpenSession({ session }: { readonly session: SessionDetails }): ReactNode {
  const { sessionId, waitingFor, agent } = session;
  const metrics = useQuery(metricsQuery(sessionId)).data;
  const followed = useLive(sessionId);
  const { live, settled } = followed;
  const [drawer, setDrawer] = useState<Opened | null>(null);
  const isNarrow = useMedia(narrow);
  useEffect(() => {
    document.title = `${sessionId} · Loadline`;
  }, [sessionId]);

  const openLedger = useCallback((query: LedgerQuery, shown: ShownNumber) => setDrawer({ query, shown }), []);
  const openRequest = useCallback((callId: string) => setDrawer({ callId }), []);
  const scene = useMemo<SessionScene>(
    () => ({ sessionId, agent, openLedger, openRequest, tools: live.tools, waitingFor }),
    [sessionId, agent, openLedger, openRequest, live.tools, waitingFor],
  );
  const chat = <Chat session={session} followed={followed} />;
  const tabs = (
    <SessionTabs session={session} metrics={metrics} live={live} settled={settled} chat={isNarrow ? chat : null} />
  );
  return (
    <SessionSceneProvider value={scene}>
      <div className="session-page">
        <SessionHeader session={session} activity={activityOf(session, live)} />
        {followed.error === null ? null : <Trouble error={followed.error} />}
        <div className="session-split">
          {isNarrow ? null : (
            <section className="session-chat" aria-label="Conversation and composer">
              {chat}
            </section>
          )}
          <section className="session-side" aria-label="Figures">
            {tabs}
          </section>
        </div>
        <Announcements events={live.events} />
        {drawer === null ? null : (
          <OpenedDrawer sessionId={sessionId} drawer={drawer} metrics={metrics} onClose={() => setDrawer(null)} />
        )}
      </div>
    </SessionSceneProvider>
  );
}

type Opened = { readonly query: LedgerQuery; readonly shown: ShownNumber } | { readonly callId: string };

function OpenedDrawer({
  sessionId,
  drawer,
  metrics,
  onClose,
}: {
  readonly sessionId: string;
  readonly drawer: Opened;
  readonly metrics: SessionMetrics | undefined;
  readonly onClose: () => void;
}): ReactNode {
  if ('callId' in drawer) return <RequestDrawer sessionId={sessionId} callId={drawer.callId} onClose={onClose} />;
  const { query } = drawer;
  const shown = shownNow(drawer.shown, query, metrics);
  return <LedgerDrawer sessionId={sessionId} query={query} shown={shown} onClose={onClose} />;
}

function activityOf({ status, waitingFor, currentRun }: SessionDetails, live: Live): Activity {
  if (status !== 'open') return status;
  if (live.inFlight.size > 0) return 'running';
  if (waitingFor.length > 0) return 'waiting';
  return currentRun === null ? 'idle' : 'running';
}

function isBudgetWait(event: StoredEvent): event is BudgetWait {
  return event.type === 'budget.waiting';
}

const closedWords: Readonly<Partial<Record<SessionDetails['status'], string>>> = {
  closing: 'The session is closing',
  closed: 'The session is closed',
  failed: 'The session has failed',
};

function Chat({ session, followed }: { readonly session: SessionDetails; readonly followed: LiveSession }): ReactNode {
  const { sessionId, waitingFor, status } = session;
  const { live, transcript } = followed;
  const [sent, setSent] = useState<readonly PendingMessage[]>([]);
  const pending = useMemo(() => {
    const begun = new Map(
      live.events.flatMap((event) => (event.type === 'run.started' ? [[event.messageId, event.runId]] : [])),
    );
    const said = new Set(transcript.messages.filter(({ role }) => role === 'user').map(({ runId }) => runId));
    return sent.filter(({ messageId }) => !said.has(begun.get(messageId) ?? ''));
  }, [sent, live.events, transcript.messages]);
  const told = live.events.findLast(isBudgetWait);
  return (
    <>
      <Conversation sessionId={sessionId} session={followed} pending={pending}>
        {approvalsIn(waitingFor).map((question) => (
          <ApprovalCard key={question.callId} sessionId={sessionId} question={question} />
        ))}
        {waitingFor
          .filter(({ kind }) => kind === 'budget')
          .slice(0, 1)
          .map((wait) => (
            <BudgetCard key="budget" wait={wait} told={told} />
          ))}
      </Conversation>
      <Composer
        sessionId={sessionId}
        closed={closedWords[status] ?? null}
        onSent={(message) => setSent((before) => [...before, message])}
        onRefused={(messageId) => setSent((before) => before.filter((one) => one.messageId !== messageId))}
      />
    </>
  );
}
