import { describe, expect, it } from '@jest/globals';
import { Hono } from 'hono';
import { eventStream } from '../../src/server/streams/event-stream.ts';
import type { ServerEnv } from '../../src/server/server-env.ts';
import { until } from '../support/until.ts';

/** What a stream has asked of its generator, and whether that has let go of what it held. */
interface Written {
  chunks: number;
  ended: boolean;
}

async function open(written: Written, failsAfter = Infinity, stopping = new AbortController().signal) {
  const faults: string[] = [];
  const log = { error: (message: string) => faults.push(message), warn: () => undefined, info: () => undefined };
  async function* write(): AsyncGenerator<string> {
    try {
      for (;;) {
        if (written.chunks >= failsAfter) throw new Error('the store is gone');
        written.chunks += 1;
        yield await Promise.resolve(`data: ${written.chunks}\n\n`);
      }
    } finally {
      written.ended = true;
    }
  }
  const app = new Hono<ServerEnv>().get('/', (context) => eventStream({ stopping, log }, context, write));
  const response = await app.request('/');
  return { reader: response.body?.pipeThrough(new TextDecoderStream()).getReader(), faults };
}

describe('a stream of events', () => {
  it('asks for no more than its client takes, and lets go when that is gone in the middle', async () => {
    const written = { chunks: 0, ended: false };
    const { reader } = await open(written);
    expect((await reader?.read())?.value).toBe('retry: 1000\n\n');
    expect((await reader?.read())?.value).toBe('data: 1\n\n');
    expect(written.chunks).toBeLessThan(10);
    expect(written.ended).toBe(false);
    await reader?.cancel();
    await until(() => written.ended);
  });

  it('ends when its source fails, with the fault in the log alone', async () => {
    const { reader, faults } = await open({ chunks: 0, ended: false }, 1);
    let text = '';
    for (let step = await reader?.read(); step?.done === false; step = await reader?.read()) text += step.value;
    expect(text).toBe('retry: 1000\n\ndata: 1\n\n: the server stops; connect again\n\n');
    expect(faults).toEqual(['a stream broke off']);
  });

  it('lets go of its source when the server stops', async () => {
    const written = { chunks: 0, ended: false };
    const stopping = new AbortController();
    const { reader } = await open(written, Infinity, stopping.signal);
    await reader?.read();
    stopping.abort();
    await until(() => written.ended);
  });
});
