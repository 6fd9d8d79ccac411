import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createSessionApi } from '../../src/client/session-api.ts';
import type { Session, SessionApi } from '../../src/client/api.ts';
import { defineAgent, defineConfig, defineTool, type Config } from '../../src/config/index.ts';
import { DeltaBus } from '../../src/worker/delta-bus.ts';
import { startStack, type Stack } from '../support/stack.ts';

const clock = defineTool({
  name: 'clock',
  description: 'The time',
  inputSchema: { type: 'object' },
  execute: () => 'noon',
});
const config = defineConfig({ agents: [defineAgent({ name: 'assistant', tools: [clock] })] });

/** All text of a run as its reader sees it, call by call. */
async function read(
  session: Session<unknown>,
  text: string,
): Promise<{ readonly texts: readonly string[]; readonly types: readonly string[]; readonly pieces: number }> {
  let pieces = 0;
  const texts = new Map<string, string>();
  const types: string[] = [];
  for await (const event of session.send(text)) {
    if (event.type === 'text.reset') texts.set(event.callId, '');
    if (event.type !== 'text.delta') types.push(event.type);
    if (event.type !== 'text.delta') continue;
    pieces += 1;
    expect(event.offset).toBe(texts.get(event.callId)?.length ?? 0);
    texts.set(event.callId, (texts.get(event.callId) ?? '') + event.delta);
  }
  return { texts: [...texts.values()], types, pieces };
}

describe('the events of a run', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  afterAll(async () => {
    await stack.close();
  });
  const readerWith = (bus: DeltaBus | null): SessionApi<Config> => {
    const { store, taskQueue } = stack;
    const temporal = stack.runtime.client;
    return createSessionApi<Config>(() =>
      Promise.resolve({ temporal, store, taskQueue, bus, close: () => Promise.resolve() }),
    );
  };
  const readers = {
    'in the worker’s process': () => stack.api,
    'in another process': () => readerWith(null),
    'in the process of another worker': () => readerWith(new DeltaBus()),
  };

  it.each(Object.entries(readers))(
    'hold the whole text of every answer for a reader %s',
    async (_, api) => {
      const session = api().session('assistant', { id: `stream-${randomUUID()}` });
      for (const question of [
        'Be quick',
        '[[pace 40]] [[tokens 60]] Take your time, and tell me all about it',
        'Use the clock [[tool clock {}]]',
      ]) {
        const { texts, types, pieces } = await read(session, question);
        if (question.startsWith('[[pace')) expect(pieces).toBeGreaterThan(3);
        const answers = (await session.messages()).filter(({ role }) => role === 'assistant').slice(-texts.length);
        const stored = answers.map(({ parts }) =>
          parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
        );
        expect(texts).toEqual(stored.filter((text) => text !== ''));
        expect(types[0]).toBe('run.started');
        expect(types.at(-1)).toBe('run.ended');
      }
    },
    60_000,
  );

  it('hold the whole text for a reader who comes while it is written, and nothing of answers before', async () => {
    const session = stack.api.session('assistant');
    await session.send('[[pace 200]] Something to begin with');
    const sending = session.send('[[pace 60]] [[tokens 60]] Take your time');
    for await (const event of sending) if (event.type === 'text.delta' && event.offset > 40) break;
    const ending = new AbortController();
    const { lastEventId = 0 } = (await stack.store.session(session.id)) ?? {};
    let text = '';
    for await (const event of readerWith(null)
      .existing(session.id)
      .events({ afterId: lastEventId, signal: ending.signal })) {
      if (event.type === 'text.delta') {
        expect(event.offset).toBe(text.length);
        text += event.delta;
      }
      if (event.type === 'run.ended') ending.abort();
    }
    expect(text).toBe((await sending).text);
  });
});
