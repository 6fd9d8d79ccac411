import type { RunEvent } from '../../domain/events.ts';
import type { ServerDeps } from '../deps.ts';
import type { ServerContext } from '../server-env.ts';

/** Proxies close a connection on which nothing comes; browsers try again after `retry` milliseconds. */
const commentEveryMs = 15_000;
const retryMs = 1_000;

const sessionWords = { first: `retry: ${retryMs}\n\n`, last: ': the server stops; connect again\n\n' };

/** An event of a session as server-sent event; deltas have no id, since they can't be resumed from. */
export function sse(event: RunEvent): string {
  const id = 'id' in event ? `id: ${event.id}\n` : '';
  return `${id}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/**
 * A response that writes a generator's chunks as the client takes them: nothing is asked of the generator while the
 * client is slow. It ends with the generator, or with a last comment when the server stops or the generator fails.
 *
 * @param write ends when the signal aborts: the client is gone, or the server stops.
 * @param words the first, which tell a browser how soon to connect again, and the last when the server stops: both are
 * nothing to clients that follow another protocol.
 */
export function eventStream(
  { stopping, log }: Pick<ServerDeps, 'stopping' | 'log'>,
  context: ServerContext,
  write: (signal: AbortSignal) => AsyncGenerator<string>,
  words: { readonly first: string; readonly last: string } = sessionWords,
): Response {
  const headers = {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  };
  // Nobody would ever end what nobody reads.
  if (context.req.method === 'HEAD') return context.body(null, 200, headers);
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const chunks = write(gone.signal);
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const release = (): void => {
    ended = true;
    clearInterval(timer);
    stopping.removeEventListener('abort', stop);
    gone.abort();
    // It may stand at a chunk that nobody takes any more, with what it holds open.
    chunks.return(undefined).catch(() => undefined);
  };
  const end = (controller: ReadableStreamDefaultController<Uint8Array>, lastWords?: string): void => {
    if (ended) return;
    release();
    if (lastWords !== undefined) controller.enqueue(encoder.encode(lastWords));
    controller.close();
  };
  let stop = (): void => undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (words.first !== '') controller.enqueue(encoder.encode(words.first));
        stop = () => end(controller, words.last);
        if (stopping.aborted) return stop();
        stopping.addEventListener('abort', stop, { once: true });
        timer = setInterval(() => {
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(': still here\n\n'));
        }, commentEveryMs);
        timer.unref();
      },
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (ended) return;
          if (done === true) end(controller);
          else controller.enqueue(encoder.encode(value));
        } catch (error) {
          log.error('a stream broke off', { requestId: context.get('requestId'), cause: String(error) });
          end(controller, words.last);
        }
      },
      cancel: release,
    },
    { highWaterMark: 2 },
  );
  return context.body(body, 200, headers);
}
