import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { RunEvent } from '../../../src/domain/events.ts';
import { ApiProblem } from './problem.ts';
import { apiFetch } from './request.ts';
import { sessionPath } from './sessions.ts';

export type StreamStatus = 'connecting' | 'live' | 'broken';

export interface EventStreamOptions {
  /** So many of the latest stored events come first. */
  readonly last: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  readonly onStatus: (status: StreamStatus) => void;
}

const firstRetryMs = 500;
const lastRetryMs = 10_000;

/**
 * A session's events as they come, by `fetch` rather than by `EventSource`, which can't carry a token. A connection that
 * breaks is made again from the last stored event on: none is missed and none comes twice. Ends when the signal aborts,
 * or when the server refuses for good.
 */
export async function followEvents(sessionId: string, options: EventStreamOptions): Promise<void> {
  const { signal, onStatus } = options;
  let afterId: number | null = null;
  let retryMs = firstRetryMs;
  const follow = (event: RunEvent): void => {
    if ('id' in event) {
      if (afterId !== null && event.id <= afterId) return;
      afterId = event.id;
    }
    retryMs = firstRetryMs;
    options.onEvent(event);
  };
  while (!signal.aborted) {
    onStatus('connecting');
    try {
      if (await readOnce(sessionId, afterId, { ...options, onEvent: follow })) return;
    } catch (error) {
      if (signal.aborted) return;
      onStatus('broken');
      if (error instanceof ApiProblem && error.status >= 400 && error.status < 500 && error.status !== 429) return;
    }
    await pause(retryMs, signal);
    retryMs = Math.min(lastRetryMs, retryMs * 2);
  }
}

/** Reads until the connection ends. Answers whether nothing more will ever come. */
async function readOnce(
  sessionId: string,
  afterId: number | null,
  { last, signal, onEvent, onStatus }: EventStreamOptions,
): Promise<boolean> {
  const response = await apiFetch('GET', sessionPath(sessionId, '/events'), {
    ...(afterId === null ? { query: { last } } : {}),
    headers: { accept: 'text/event-stream', ...(afterId === null ? {} : { 'last-event-id': String(afterId) }) },
    signal,
  });
  if (response.body === null) return false;
  onStatus('live');
  const reader = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const event = JSON.parse(chunk.value.data) as RunEvent;
    onEvent(event);
    if (event.type === 'session.closed') {
      await reader.cancel();
      return true;
    }
  }
  return false;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
