import { setTimeout as sleep } from 'node:timers/promises';
import { type DeltaEvent, type RunEvent, type StoredEvent } from '../domain/events.ts';
import type { Backend } from './backend.ts';

const pollEveryMs = 25;
const pageSize = 500;

/** Events after which no delta of their call comes any more. */
const endings = new Set<RunEvent['type']>(['call.ended', 'call.failed', 'run.ended', 'session.closed']);

/**
 * A session's events from `afterId` on, with deltas as they are written, until the signal aborts. Stored events come
 * each exactly once and in order; deltas are a convenience and may be missing.
 */
export async function* followEvents(
  backend: Pick<Backend, 'store' | 'bus'>,
  sessionId: string,
  options: { readonly afterId: number; readonly signal: AbortSignal },
): AsyncGenerator<RunEvent, void, void> {
  const { signal } = options;
  const deltas = backend.bus === null ? storeDeltas(backend.store, sessionId) : busDeltas(backend.bus, sessionId);
  const texts: Texts = new Map();
  let { afterId } = options;
  try {
    while (!signal.aborted) {
      // Deltas first: what is read after them can only be later than they are.
      const written = await deltas.take();
      const stored = await backend.store.events(sessionId, { afterId, limit: pageSize });
      afterId = stored.at(-1)?.id ?? afterId;
      for (const event of interleave(stored, written)) {
        // A summary is no part of any answer.
        if (event.type === 'call.ended' && event.modelType !== 'summaryModel')
          yield* restOfAnswer(backend.store, event, texts);
        noteText(texts, event);
        yield event;
      }
      if (stored.length < pageSize) await deltas.wait(signal);
    }
  } finally {
    deltas.end();
  }
}

/** How far the text of each call's attempt has come. */
type Texts = Map<string, { readonly attempt: number; readonly length: number }>;

function noteText(texts: Texts, event: RunEvent): void {
  if (event.type === 'text.reset') texts.set(event.callId, { attempt: event.attempt, length: 0 });
  if (event.type !== 'text.delta') return;
  texts.set(event.callId, { attempt: event.attempt, length: event.offset + event.delta.length });
}

/** What of an answer did not come as a delta (it ended before the next batch), so that all deltas are its text. */
async function* restOfAnswer(
  store: Backend['store'],
  event: StoredEvent & { readonly type: 'call.ended' },
  texts: Texts,
): AsyncGenerator<DeltaEvent> {
  const { callId, attempt, sessionId, runId, agent, at } = event;
  const seen = texts.get(callId);
  const offset = seen?.attempt === attempt ? seen.length : 0;
  texts.delete(callId);
  const text = (await store.call(callId)).answer?.text ?? '';
  if (text.length <= offset) return;
  const base = { sessionId, ...(runId === undefined ? {} : { runId }), ...(agent === undefined ? {} : { agent }) };
  yield { ...base, type: 'text.delta', at, callId, attempt, offset, delta: text.slice(offset) };
}

function* interleave(stored: readonly StoredEvent[], written: readonly DeltaEvent[]): Generator<RunEvent> {
  const left = [...written];
  for (const event of stored) {
    if (endings.has(event.type)) yield* left.splice(0).filter((delta) => delta.runId === event.runId);
    yield event;
  }
  yield* left;
}

interface DeltaSource {
  take(): Promise<readonly DeltaEvent[]>;
  /** Until there may be something new. */
  wait(signal: AbortSignal): Promise<void>;
  end(): void;
}

function storeDeltas(store: Backend['store'], sessionId: string): DeltaSource {
  let cursor = 0;
  return {
    async take() {
      const read = await store.deltas(sessionId, cursor);
      cursor = read.cursor;
      return read.deltas;
    },
    wait: (signal) => pause(signal),
    end: () => undefined,
  };
}

function busDeltas(bus: NonNullable<Backend['bus']>, sessionId: string): DeltaSource {
  let waiting: DeltaEvent[] = [];
  let wake = (): void => undefined;
  const end = bus.subscribe(sessionId, (delta) => {
    waiting.push(delta);
    wake();
  });
  return {
    async take() {
      const taken = waiting;
      waiting = [];
      return taken;
    },
    async wait(signal) {
      if (waiting.length > 0) return;
      const woken = new Promise<void>((resolve) => (wake = resolve));
      await Promise.race([woken, pause(signal)]);
    },
    end,
  };
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(pollEveryMs, undefined, { signal }).catch(() => undefined);
}

/** The number of the session's latest event; what comes later is new. */
export async function latestEventId(store: Backend['store'], sessionId: string): Promise<number> {
  return (await store.session(sessionId))?.lastEventId ?? 0;
}
