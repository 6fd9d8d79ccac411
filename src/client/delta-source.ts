import { setTimeout as sleep } from 'node:timers/promises';
import type { DeltaEvent } from '../domain/events.ts';
import type { Backend } from './backend.ts';

/** The watch tells of everything; should it ever not, that is found this late. Readers do not all look at once. */
const lookAnywayMs = 15_000;

/** A reader this far behind gets the rest from the store, in one piece. */
const mostWaiting = 1_000;

/** Deltas of a session as they come, by the bus of this process and through the store; the same one may come twice. */
export interface DeltaSource {
  take(): Promise<readonly DeltaEvent[]>;
  /** Until there may be something new, stored events included. */
  wait(signal: AbortSignal): Promise<void>;
  end(): void;
}

/** What another process's worker writes comes through the store alone: a session may be at work in any of them. */
export function openDeltas({ store, bus }: Pick<Backend, 'store' | 'bus'>, sessionId: string): DeltaSource {
  let heard: DeltaEvent[] = [];
  let isNew = false;
  let wake = (): void => undefined;
  const note = (): void => {
    isNew = true;
    wake();
  };
  const endWatch = store.watch(sessionId, note);
  const endBus = bus?.subscribe(sessionId, (delta) => {
    if (heard.length < mostWaiting) heard.push(delta);
    note();
  });
  let cursor: number | null = null;
  return {
    async take() {
      isNew = false;
      const taken = heard;
      heard = [];
      const isFirst = cursor === null;
      const read = await store.deltas(sessionId, cursor ?? 0);
      cursor = read.cursor;
      return [...(isFirst ? await ofOpenCalls(store, read.deltas) : read.deltas), ...taken];
    },
    async wait(signal) {
      if (isNew || signal.aborted) return;
      const ending = new AbortController();
      const woken = new Promise<void>((resolve) => (wake = resolve));
      const late = sleep(lookAnywayMs * (0.5 + Math.random() / 2), undefined, {
        signal: AbortSignal.any([signal, ending.signal]),
      });
      await Promise.race([woken, late.catch(() => undefined)]);
      ending.abort();
    },
    end() {
      endWatch();
      endBus?.();
    },
  };
}

/** Of what was written before the reader came: answers that are still being written. */
async function ofOpenCalls(store: Backend['store'], deltas: readonly DeltaEvent[]): Promise<readonly DeltaEvent[]> {
  const open = new Set<string>();
  for (const callId of new Set(deltas.map((delta) => delta.callId))) {
    const { attempts } = await store.call(callId);
    const last = attempts.at(-1);
    if (last?.state === 'reserved') open.add(`${callId} ${last.attempt}`);
  }
  return deltas.filter(({ callId, attempt }) => open.has(`${callId} ${attempt}`));
}
