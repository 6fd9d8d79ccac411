import { setTimeout as sleep } from 'node:timers/promises';

/** A reader of a session's events over HTTP that comes back after every break, as a browser does. */
export interface EventReader {
  /** Numbers of the stored events, in the order in which they came. */
  readonly ids: readonly number[];
  /** How often it had to connect again. */
  breaks(): number;
  /** Resolves once this event has come. */
  until(id: number): Promise<void>;
  close(): Promise<void>;
}

const againAfterMs = 100;

/** Reads from the session's first event on. */
export function readEvents(url: string, sessionId: string): EventReader {
  const ids: number[] = [];
  const ending = new AbortController();
  let breaks = 0;
  let tell = (): void => undefined;

  async function readOnce(): Promise<void> {
    const last = ids.at(-1);
    const response = await fetch(`${url}/v1/sessions/${sessionId}/events`, {
      headers: last === undefined ? {} : { 'Last-Event-ID': String(last) },
      signal: ending.signal,
    });
    if (!response.ok || response.body === null) throw new Error(`${response.status}`);
    let rest = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = `${rest}${chunk}`.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const id = /^id: (\d+)$/m.exec(block)?.[1];
        if (id === undefined) continue;
        ids.push(Number(id));
        tell();
      }
    }
  }

  const reading = (async () => {
    while (!ending.signal.aborted) {
      // A server that is away, one that stops, and a connection that breaks: all the same to a reader.
      await readOnce().catch(() => undefined);
      breaks += 1;
      await sleep(againAfterMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();

  return {
    ids,
    breaks: () => breaks,
    until: (id) =>
      new Promise((resolve) => {
        tell = () => {
          if ((ids.at(-1) ?? 0) >= id) resolve();
        };
        tell();
      }),
    async close() {
      ending.abort();
      await reading;
    },
  };
}
