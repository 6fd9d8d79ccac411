import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import type { LiveSession } from '../live/use-live.ts';
import { quietWords } from './quiet-words.ts';
import { ThreadItems } from './thread-list.tsx';
import { threadOf, type PendingMessage } from './thread-items.ts';
import './conversation.css';

/** So near to the end one wants to see what comes. */
const nearPx = 80;

export interface ConversationProps {
  readonly sessionId: string;
  readonly session: LiveSession;
  readonly pending: readonly PendingMessage[];
  /** What stands after what was said: questions that wait for somebody. */
  readonly children: ReactNode;
}

/** All that was said, and what is being written. It follows the end for as long as one looks at the end. */
export function Conversation({ sessionId, session, pending, children }: ConversationProps): ReactNode {
  const { live, transcript, readEarlier } = session;
  const { messages, hasEarlier, loaded } = transcript;
  const told = useMemo(() => live.events.filter((event) => quietWords(event) !== null), [live.events]);
  const drafts = useMemo(() => [...live.drafts.values()], [live.drafts]);
  const thread = useMemo(
    () => threadOf({ sessionId, messages, hasEarlier, events: told, drafts, pending }),
    [sessionId, messages, hasEarlier, told, drafts, pending],
  );
  const { viewport, content, atEnd, toEnd } = useFollowedEnd();
  return (
    <div className="conversation">
      <div
        className="conversation-viewport"
        ref={viewport}
        role="log"
        aria-live="off"
        aria-label="Conversation"
        tabIndex={0}
      >
        <div className="conversation-content" ref={content}>
          {hasEarlier ? (
            <Button
              tone="quiet"
              className="conversation-earlier"
              onClick={() => void keepPlace(viewport.current, readEarlier)}
            >
              Show what was said before
            </Button>
          ) : null}
          {loaded ? (
            <ThreadItems items={thread.items} thread={thread} />
          ) : (
            <p className="empty">Reading the conversation…</p>
          )}
          {loaded ? children : null}
        </div>
      </div>
      {atEnd ? null : (
        <Button className="conversation-end" icon="down" onClick={toEnd}>
          Latest
        </Button>
      )}
    </div>
  );
}

/** What is read in above must not move what one looks at. */
async function keepPlace(viewport: HTMLElement | null, read: () => Promise<void>): Promise<void> {
  if (viewport === null) return;
  const fromEnd = viewport.scrollHeight - viewport.scrollTop;
  await read();
  requestAnimationFrame(() => (viewport.scrollTop = viewport.scrollHeight - fromEnd));
}

function useFollowedEnd() {
  const viewport = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  useEffect(() => {
    const [view, inner] = [viewport.current, content.current];
    if (view === null || inner === null) return;
    const toEnd = (): void => {
      if (follows.current) view.scrollTop = view.scrollHeight;
    };
    let before = 0;
    const look = (): void => {
      const isNear = view.scrollHeight - view.scrollTop - view.clientHeight < nearPx;
      // What grows below is no reason to stay behind; who scrolls up wants to read.
      if (isNear || view.scrollTop < before) follows.current = isNear;
      before = view.scrollTop;
      setAtEnd(follows.current);
    };
    const watch = new ResizeObserver(toEnd);
    watch.observe(inner);
    watch.observe(view);
    view.addEventListener('scroll', look, { passive: true });
    return () => {
      watch.disconnect();
      view.removeEventListener('scroll', look);
    };
  }, []);
  const toEnd = (): void => {
    follows.current = true;
    viewport.current?.scrollTo({ top: viewport.current.scrollHeight, behavior: 'smooth' });
  };
  return { viewport, content, atEnd, toEnd };
}
