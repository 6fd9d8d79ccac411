import { isDelta, type DeltaEvent, type RunEvent, type StoredEvent } from '../domain/events.ts';
import type { Backend } from './backend.ts';
import { DeltaOrder } from './delta-order.ts';
import { openDeltas } from './delta-source.ts';

const pageSize = 500;

/**
 * A session's events from `afterId` on, with deltas as they are written, until the signal aborts. Stored events come
 * each exactly once and in order. Deltas are a convenience: those of an answer come without gaps or repetitions, but in
 * what pieces is not said. Whoever reads slowly gets larger ones.
 */
export async function* followEvents(
  backend: Pick<Backend, 'store' | 'bus'>,
  sessionId: string,
  options: { readonly afterId: number; readonly signal: AbortSignal },
): AsyncGenerator<RunEvent, void, void> {
  const { store } = backend;
  const { signal } = options;
  const deltas = openDeltas(backend, sessionId);
  const order = new DeltaOrder();
  let { afterId } = options;
  try {
    while (!signal.aborted) {
      // Deltas first: what is read after them can only be later than they are.
      const written = await deltas.take();
      const stored = await store.events(sessionId, { afterId, limit: pageSize });
      afterId = stored.at(-1)?.id ?? afterId;
      for (const event of interleave(stored, written)) {
        const shown = isDelta(event) ? order.next(event) : event;
        if (shown?.type === 'call.ended') {
          // A summary is no part of any answer.
          if (shown.modelType !== 'summaryModel') yield* restOfAnswer(store, shown, order);
          order.end(shown.callId);
        }
        if (shown !== null) yield shown;
      }
      if (stored.length < pageSize) await deltas.wait(signal);
    }
  } finally {
    deltas.end();
  }
}

/** What of an answer did not come as a delta (it ended before the next batch), so that all deltas are its text. */
async function* restOfAnswer(
  store: Backend['store'],
  event: StoredEvent & { readonly type: 'call.ended' },
  order: DeltaOrder,
): AsyncGenerator<DeltaEvent> {
  const { callId, attempt, sessionId, runId, agent, at } = event;
  const offset = order.lengthOf(callId, attempt);
  const text = (await store.call(callId)).answer?.text ?? '';
  if (text.length <= offset) return;
  const base = { sessionId, ...(runId === undefined ? {} : { runId }), ...(agent === undefined ? {} : { agent }) };
  yield { ...base, type: 'text.delta', at, callId, attempt, offset, delta: text.slice(offset) };
}

function* interleave(stored: readonly StoredEvent[], written: readonly DeltaEvent[]): Generator<RunEvent> {
  let left = written;
  for (const event of stored) {
    const isOver = overWith(event);
    yield* left.filter(isOver);
    left = left.filter((delta) => !isOver(delta));
    yield event;
  }
  yield* left;
}

/** Of which calls no delta comes after this event. */
function overWith(event: StoredEvent): (delta: DeltaEvent) => boolean {
  switch (event.type) {
    case 'call.ended':
    case 'call.failed':
      return ({ callId }) => callId === event.callId;
    case 'run.ended':
      return ({ runId }) => runId === event.runId;
    case 'session.closed':
      return () => true;
    default:
      return () => false;
  }
}

/** The number of the session's latest event; what comes later is new. */
export async function latestEventId(store: Backend['store'], sessionId: string): Promise<number> {
  return (await store.session(sessionId))?.lastEventId ?? 0;
}
