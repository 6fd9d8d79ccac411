import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { RunEvent, StoredEvent } from '../../../../src/domain/events.ts';
import { followEvents, type StreamStatus } from '../../api/event-stream.ts';
import { getMessagesAfter, getMessagesBefore } from '../../api/sessions.ts';
import { applyEvents, dropDrafts, nothingYet, type Live } from './live-state.ts';
import { addEarlier, addLater, answerId, unread, type Transcript } from './transcript.ts';

/** Stored events that are read when a session is opened. */
const eventsAtFirst = 600;
/** Deltas come in tens a second: so often the page is drawn. */
const drawMs = 40;
/** After an event the figures are read anew, at most so often. */
const readMs = 350;

/** After these there is something new in the store. */
const changing: ReadonlySet<StoredEvent['type']> = new Set([
  'run.started',
  'call.ended',
  'call.failed',
  'tool.ended',
  'approval.requested',
  'approval.decided',
  'budget.waiting',
  'compaction.ended',
  'run.waiting',
  'run.ended',
  'session.closed',
]);

export interface LiveSession {
  readonly live: Live;
  readonly transcript: Transcript;
  readonly status: StreamStatus;
  /** What is shown holds all that the events told of. */
  readonly settled: boolean;
  readonly error: unknown;
  readonly readEarlier: () => Promise<void>;
}

interface Shown {
  readonly live: Live;
  readonly transcript: Transcript;
  /** All that this event told of has been read. */
  readonly readThrough: number;
}

/** A session as it happens: its transcript, and its events with answers as they are written. */
export function useLive(sessionId: string): LiveSession {
  const queryClient = useQueryClient();
  const [shown, setShown] = useState<Shown>({ live: nothingYet, transcript: unread, readThrough: 0 });
  const [status, setStatus] = useState<StreamStatus>('connecting');
  const [error, setError] = useState<unknown>(null);
  const latest = useRef(shown);
  useEffect(() => {
    latest.current = shown;
  }, [shown]);

  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    const reader = readerOf(sessionId, queryClient, { signal, setShown, setError, latest });
    let batch: RunEvent[] = [];
    let drawing: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      drawing = undefined;
      const events = batch;
      batch = [];
      setShown((before) => ({ ...before, live: applyEvents(before.live, events) }));
    };
    const onEvent = (event: RunEvent): void => {
      batch.push(event);
      drawing ??= setTimeout(draw, drawMs);
      if ('id' in event && changing.has(event.type)) reader.readAfter(event.id);
    };
    void followEvents(sessionId, { last: eventsAtFirst, signal, onEvent, onStatus: setStatus });
    reader.readAfter(0);
    return () => {
      ending.abort();
      clearTimeout(drawing);
    };
  }, [sessionId, queryClient]);

  const readEarlier = useCallback(async () => {
    const first = latest.current.transcript.messages[0]?.number;
    if (first === undefined) return;
    const { messages, cursor } = await getMessagesBefore(sessionId, first);
    setShown((before) => ({ ...before, transcript: addEarlier(before.transcript, messages, cursor !== null) }));
  }, [sessionId]);

  const lastChange = shown.live.events.findLast(({ type }) => changing.has(type))?.id ?? 0;
  const settled = shown.live.inFlight.size === 0 && shown.readThrough >= lastChange;
  return { live: shown.live, transcript: shown.transcript, status, settled, error, readEarlier };
}

interface ReaderPlace {
  readonly signal: AbortSignal;
  readonly setShown: (change: (before: Shown) => Shown) => void;
  readonly setError: (error: unknown) => void;
  readonly latest: { readonly current: Shown };
}

/** Reads what is new in the store, one time after the other, with a pause between them. */
function readerOf(sessionId: string, queryClient: QueryClient, { signal, setShown, setError, latest }: ReaderPlace) {
  let wanted: number | null = null;
  let busy = false;
  const read = async (through: number): Promise<void> => {
    const { transcript } = latest.current;
    const last = transcript.messages.at(-1)?.number;
    const [page] = await Promise.all([
      last === undefined ? getMessagesBefore(sessionId, 'latest', signal) : getMessagesAfter(sessionId, last, signal),
      queryClient.invalidateQueries({ queryKey: ['session', sessionId] }),
    ]);
    setError(null);
    setShown((before) => {
      const read =
        last === undefined
          ? addEarlier(before.transcript, page.messages, page.cursor !== null)
          : addLater(before.transcript, page.messages);
      const ids = new Set(read.messages.map(({ id }) => id));
      // More is to come: the drafts stay until it is there.
      const isWhole = last === undefined || page.cursor === null;
      const readThrough = isWhole ? Math.max(before.readThrough, through) : before.readThrough;
      const live = dropDrafts(before.live, (callId) => ids.has(answerId(callId)), readThrough);
      return { live, transcript: read, readThrough };
    });
    if (last !== undefined && page.cursor !== null) wanted ??= through;
  };
  const run = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    while (wanted !== null && !signal.aborted) {
      const through = wanted;
      wanted = null;
      await read(through).catch((error: unknown) => {
        if (!signal.aborted) setError(error);
      });
      await new Promise((resolve) => setTimeout(resolve, readMs));
    }
    busy = false;
  };
  return {
    readAfter(eventId: number): void {
      wanted = Math.max(wanted ?? 0, eventId);
      void run();
    },
  };
}
