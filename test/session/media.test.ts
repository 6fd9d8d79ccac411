import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { temporal } from '@temporalio/proto';
import { randomBytes, randomUUID } from 'node:crypto';
import { defineAgent, defineConfig } from '../../src/config/index.ts';
import type { MediaPart } from '../../src/domain/messages.ts';
import { threeTotals } from '../support/conservation.ts';
import { historiesOf } from '../support/history.ts';
import { startStack, type Stack } from '../support/stack.ts';

const configAt = (simulatorUrl: string) =>
  defineConfig({
    providers: {
      'my-chat': { api: 'openai-chat', baseURL: `${simulatorUrl}/v1` },
      'my-anthropic': { api: 'anthropic-messages', baseURL: simulatorUrl },
      'my-ollama': { api: 'ollama', baseURL: simulatorUrl },
    },
    agents: [
      defineAgent({ name: 'responses', model: 'simulated/loadline-sim-1' }),
      defineAgent({ name: 'chat', model: 'my-chat/gpt-some' }),
      defineAgent({ name: 'anthropic', model: 'my-anthropic/claude-some' }),
      defineAgent({ name: 'ollama', model: 'my-ollama/llama-some' }),
    ],
  });

type Name = 'responses' | 'chat' | 'anthropic' | 'ollama';

/** As large as a photo: far more than a message may have, since it does not travel with it. */
const imageBytes = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), randomBytes(600_000)]);
const image: MediaPart = { type: 'image', data: imageBytes.toString('base64'), mediaType: 'image/png' };

/** One second of 8 kHz, 16 bit. */
function wav(): Buffer {
  const samples = randomBytes(16_000);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
const audioBytes = wav();
const audio: MediaPart = { type: 'audio', data: audioBytes.toString('base64'), mediaType: 'audio/wav' };
const look = { type: 'text', text: 'What is this?' } as const;

describe('media', () => {
  let stack: Stack<ReturnType<typeof configAt>>;
  beforeAll(async () => {
    stack = await startStack(configAt);
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await stack.close();
  });
  const open = (agent: Name) => stack.api.session(agent, { id: `media-${randomUUID()}` });
  const lastRequest = () => JSON.stringify(stack.requests.at(-1)?.body);

  async function historyOf(sessionId: string): Promise<Buffer> {
    const { History } = temporal.api.history.v1;
    const histories = await historiesOf(sessionId);
    return Buffer.concat(histories.map((history) => History.encode(history).finish()));
  }

  it.each(['responses', 'chat', 'anthropic', 'ollama'] as const)(
    'inline reach the provider over %s, and lie in the store, not in the history',
    async (agent) => {
      const session = open(agent);
      const run = await session.send([look, image]);
      expect(run).toMatchObject({ status: 'completed' });
      expect(lastRequest()).toContain(image.data);
      const [question] = run.messages;
      const [stored] = question?.parts.flatMap((part) => (part.type === 'image' ? [part] : [])) ?? [];
      expect(stored).toEqual({ type: 'image', mediaType: 'image/png', storedAs: expect.any(String) });
      const blob = await stack.store.blob(stored?.storedAs ?? '');
      expect(Buffer.from(blob?.bytes ?? []).equals(imageBytes)).toBe(true);
      expect(blob?.mediaType).toBe('image/png');
      const history = await historyOf(session.id);
      expect(history.length).toBeLessThan(30_000);
      expect(history.includes(image.data?.slice(1_000, 1_060) ?? '')).toBe(false);
      // A later request shows the image again, as part of the past.
      await session.send('And what else?');
      expect(lastRequest()).toContain(image.data);
      const totals = await threeTotals(stack, session);
      expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
    },
  );

  it.each(['responses', 'chat', 'anthropic'] as const)('by URL are handed to %s as they are', async (agent) => {
    const url = 'https://images.example/lighthouse.png';
    const run = await open(agent).send([look, { type: 'image', url, mediaType: 'image/png' }]);
    expect(run).toMatchObject({ status: 'completed' });
    expect(lastRequest()).toContain(url);
    expect(run.messages[0]?.parts[1]).toEqual({ type: 'image', url, mediaType: 'image/png' });
  });

  it('that speak are heard, and counted as audio', async () => {
    const session = open('chat');
    const run = await session.send([{ type: 'text', text: 'What do you hear?' }, audio]);
    expect(run).toMatchObject({ status: 'completed' });
    expect(lastRequest()).toContain(audio.data);
    expect(run.metrics.audioInputTokens).toBe(stack.simulator.tally().totals.audioInput);
    expect(run.metrics.audioInputTokens).toBeGreaterThan(0);
    expect((await historyOf(session.id)).includes(audio.data?.slice(1_000, 1_060) ?? '')).toBe(false);
  });

  it.each([
    ['anthropic', audio, /takes no audio of type audio\/wav as inline data; it takes images/],
    ['ollama', audio, /takes no audio/],
    ['ollama', { type: 'image', url: 'https://a.example/b.png', mediaType: 'image/png' }, /takes no image.*as a URL/],
    ['chat', { ...audio, mediaType: 'audio/midi' }, /takes no audio of type audio\/midi/],
  ] as const)('that %s can not take are refused in words, before anything is sent', async (agent, part, words) => {
    const session = open(agent);
    const run = await session.send([look, part as MediaPart]);
    expect(run).toMatchObject({ status: 'failed', error: { code: 'ProviderError' } });
    expect(run.error?.message).toMatch(words);
    expect(run.metrics).toMatchObject({ calls: 0, totalTokens: 0 });
    expect(stack.simulator.tally().totals.requests).toBe(0);
    expect(await session.send('Then let us talk')).toMatchObject({ status: 'completed' });
  });

  it('inline through the bare workflow are moved to the store too', async () => {
    const session = open('chat');
    await session.start();
    const small = randomBytes(3_000).toString('base64');
    const handle = stack.runtime.client.workflow.getHandle(`session-${session.id}`);
    await handle.executeUpdate<unknown, [unknown]>('send', {
      args: [{ parts: [look, { type: 'image', data: small, mediaType: 'image/png' }] }],
    });
    expect(lastRequest()).toContain(small);
    const [question] = await session.messages();
    expect(question?.parts[1]).toEqual({ type: 'image', mediaType: 'image/png', storedAs: expect.any(String) });
  });
});
