import type { StoredEvent } from '../../../../src/domain/events.ts';
import type { ToolResultPart } from '../../../../src/domain/messages.ts';
import type { NumberedMessage } from '../../api/sessions.ts';
import type { Draft } from '../live/live-state.ts';
import { answerId } from '../live/transcript.ts';

/** A message that was sent from here and is not in the transcript yet. */
export interface PendingMessage {
  readonly messageId: string;
  readonly text: string;
}

export type ThreadItem =
  | { readonly kind: 'message'; readonly key: string; readonly message: NumberedMessage }
  | { readonly kind: 'event'; readonly key: string; readonly event: StoredEvent }
  | { readonly kind: 'draft'; readonly key: string; readonly draft: Draft }
  | { readonly kind: 'pending'; readonly key: string; readonly pending: PendingMessage };

/** What belongs to the run of a member, told below the tool call that gave out its task. */
export interface MemberThread {
  readonly runId: string;
  readonly agent: string;
  readonly items: readonly ThreadItem[];
}

export interface Thread {
  readonly items: readonly ThreadItem[];
  /** By the run of whoever gave out the task. */
  readonly members: ReadonlyMap<string, readonly MemberThread[]>;
  readonly results: ReadonlyMap<string, ToolResultPart>;
}

export interface ThreadParts {
  readonly sessionId: string;
  readonly messages: readonly NumberedMessage[];
  readonly hasEarlier: boolean;
  /** Those that are told in the conversation. */
  readonly events: readonly StoredEvent[];
  readonly drafts: readonly Draft[];
  readonly pending: readonly PendingMessage[];
}

/** The run that this run works for; `null`: a person's message began it. */
export function parentOf(sessionId: string, runId: string, runs: ReadonlySet<string>): string | null {
  const own = runId.slice(sessionId.length + 1).split('.');
  for (let length = own.length - 1; length > 0; length--) {
    const candidate = `${sessionId}.${own.slice(0, length).join('.')}`;
    if (length === 1 || runs.has(candidate)) return candidate;
  }
  return null;
}

/** Puts messages, drafts and events in the order in which they came, the work of members below their leader's. */
export function threadOf({ sessionId, messages, hasEarlier, events, drafts, pending }: ThreadParts): Thread {
  const results = new Map<string, ToolResultPart>();
  for (const { parts } of messages)
    for (const part of parts) if (part.type === 'tool-result') results.set(part.callId, part);
  const said = messages.filter(({ role }) => role !== 'tool');
  const runs = new Set([...said.map(({ runId }) => runId), ...drafts.map(({ runId }) => runId)]);
  const byRun = new Map<string | null, ThreadItem[]>();
  const threadOfRun = (runId: string): string | null => (parentOf(sessionId, runId, runs) === null ? null : runId);
  const place = (thread: string | null, item: ThreadItem): void => {
    const items = byRun.get(thread) ?? [];
    items.push(item);
    byRun.set(thread, items);
  };
  const begin = hasEarlier ? (messages[0]?.createdAt ?? '') : '';
  const told = events.filter(({ at }) => at >= begin);
  let next = 0;
  for (const message of said) {
    for (let event = told[next]; event !== undefined && event.at < message.createdAt; event = told[next]) {
      place(null, { kind: 'event', key: `e${event.id}`, event });
      next += 1;
    }
    place(threadOfRun(message.runId), { kind: 'message', key: message.id, message });
  }
  for (const event of told.slice(next)) place(null, { kind: 'event', key: `e${event.id}`, event });
  const stored = new Set(messages.map(({ id }) => id));
  for (const draft of drafts) {
    // Its message may be read before the page has forgotten the draft.
    if (stored.has(answerId(draft.callId))) continue;
    place(threadOfRun(draft.runId), { kind: 'draft', key: answerId(draft.callId), draft });
  }
  for (const one of pending) place(null, { kind: 'pending', key: one.messageId, pending: one });

  const members = new Map<string, MemberThread[]>();
  for (const [runId, items] of byRun) {
    if (runId === null) continue;
    const parent = parentOf(sessionId, runId, runs) ?? '';
    members.set(parent, [...(members.get(parent) ?? []), { runId, agent: agentOf(items), items }]);
  }
  return { items: byRun.get(null) ?? [], members, results };
}

function agentOf(items: readonly ThreadItem[]): string {
  for (const item of items) {
    if (item.kind === 'draft') return item.draft.agent;
    if (item.kind === 'message' && item.message.role === 'assistant' && item.message.agent !== undefined) {
      return item.message.agent;
    }
  }
  return 'member';
}

/** The members that work on a tool call: their run is named after it. */
export function membersOfCall(thread: Thread, runId: string, callId: string): readonly MemberThread[] {
  const name = `${runId}.${callId}`;
  return (thread.members.get(runId) ?? []).filter((one) => one.runId === name || one.runId.startsWith(`${name}.`));
}

/** Members of a run that no tool call names, as in a broadcast. */
export function otherMembers(thread: Thread, runId: string, callIds: ReadonlySet<string>): readonly MemberThread[] {
  return (thread.members.get(runId) ?? []).filter((one) => {
    const [call = ''] = one.runId.slice(runId.length + 1).split('.');
    return !callIds.has(call);
  });
}
