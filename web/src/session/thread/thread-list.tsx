import { memo, type ReactNode } from 'react';
import { toolCallsOf } from '../../../../src/domain/messages.ts';
import type { NumberedMessage } from '../../api/sessions.ts';
import { Icon } from '../../ui/icon.tsx';
import type { Draft } from '../live/live-state.ts';
import { Markdown } from './markdown.tsx';
import { MessageFigures } from './message-figures.tsx';
import { AnswerParts, Media, Reasoning } from './parts.tsx';
import { QuietLine } from './quiet-line.tsx';
import {
  membersOfCall,
  otherMembers,
  type MemberThread,
  type PendingMessage,
  type Thread,
  type ThreadItem,
} from './thread-items.ts';
import './thread-list.css';

export interface ThreadItemsProps {
  readonly items: readonly ThreadItem[];
  readonly thread: Thread;
  readonly nested?: boolean;
}

export function ThreadItems({ items, thread, nested = false }: ThreadItemsProps): ReactNode {
  return items.map((item) => {
    switch (item.kind) {
      case 'event':
        return <QuietLine key={item.key} event={item.event} />;
      case 'draft':
        return <DraftAnswer key={item.key} draft={item.draft} />;
      case 'pending':
        return <Pending key={item.key} pending={item.pending} />;
      case 'message':
        return item.message.role === 'user' ? (
          <Asked key={item.key} message={item.message} nested={nested} />
        ) : (
          <Answer key={item.key} message={item.message} thread={thread} />
        );
    }
  });
}

/** What members of a team said while they worked on a task. */
function MemberThreads({
  members,
  thread,
}: {
  readonly members: readonly MemberThread[];
  readonly thread: Thread;
}): ReactNode {
  return members.map(({ runId, agent, items }) => (
    <div key={runId} className="member-thread" role="group" aria-label={`${agent}’s work`}>
      <ThreadItems items={items} thread={thread} nested />
    </div>
  ));
}

/** What a person sent, as it is; or, within a team, the task that was given. */
const Asked = memo(function Asked({
  message,
  nested,
}: {
  readonly message: NumberedMessage;
  readonly nested: boolean;
}): ReactNode {
  return (
    <article className={nested || message.agent !== undefined ? 'asked asked-task' : 'asked'} aria-label="Message">
      {message.parts.map((part, index) => {
        if (part.type === 'text') return <p key={index}>{part.text}</p>;
        return part.type === 'image' || part.type === 'audio' || part.type === 'file' ? (
          <Media key={index} part={part} />
        ) : null;
      })}
    </article>
  );
});

const Answer = memo(function Answer({
  message,
  thread,
}: {
  readonly message: NumberedMessage;
  readonly thread: Thread;
}): ReactNode {
  const { id, runId, agent, parts, metrics } = message;
  const membersOf = (callId: string): ReactNode | null => {
    const members = membersOfCall(thread, runId, callId);
    return members.length === 0 ? null : <MemberThreads members={members} thread={thread} />;
  };
  const callIds = new Set(toolCallsOf(parts).map(({ callId }) => callId));
  return (
    <article className="answer" aria-label={`Answer of ${agent ?? 'the agent'}`}>
      <Speaker name={agent} />
      <AnswerParts parts={parts} results={thread.results} membersOf={membersOf} />
      {callIds.size === 0 && isLastOfRun(message, thread) ? (
        <MemberThreads members={otherMembers(thread, runId, allCallsOf(runId, thread))} thread={thread} />
      ) : null}
      {metrics === undefined ? null : <MessageFigures messageId={id} metrics={metrics} />}
    </article>
  );
});

function isLastOfRun({ id, runId }: NumberedMessage, { items }: Thread): boolean {
  const last = items.findLast((item) => item.kind === 'message' && item.message.runId === runId);
  return last?.kind === 'message' && last.message.id === id;
}

function allCallsOf(runId: string, { items }: Thread): ReadonlySet<string> {
  const parts = items.flatMap((item) =>
    item.kind === 'message' && item.message.runId === runId ? item.message.parts : [],
  );
  return new Set(toolCallsOf(parts).map(({ callId }) => callId));
}

/** An answer as it is written. It is read aloud once it is whole, by the page's own announcements. */
function DraftAnswer({ draft }: { readonly draft: Draft }): ReactNode {
  const { agent, text, reasoning, endedBy } = draft;
  return (
    <article className={endedBy === null ? 'answer answer-draft' : 'answer'} aria-busy={endedBy === null}>
      <Speaker name={agent} />
      <Reasoning text={reasoning} writing={text === '' && endedBy === null} />
      {text === '' ? null : <Markdown text={text} />}
    </article>
  );
}

function Speaker({ name }: { readonly name: string | undefined }): ReactNode {
  return (
    <div className="speaker">
      <span className="speaker-mark" aria-hidden="true" />
      {name ?? 'agent'}
    </div>
  );
}

function Pending({ pending }: { readonly pending: PendingMessage }): ReactNode {
  return (
    <article className="asked asked-pending" aria-label="Message on its way">
      <p>{pending.text}</p>
      <span className="asked-state">
        <Icon name="clock" size={12} /> on its way
      </span>
    </article>
  );
}
