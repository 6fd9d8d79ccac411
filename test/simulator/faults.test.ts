import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSimulator } from '../../src/simulator/index.ts';
import type { Simulator, Tally } from '../../src/simulator/index.ts';
import { countTokens } from '../../src/simulator/tokens.ts';
import { all, clientsAt, model } from './clients.ts';

let simulator: Simulator;
let clients: ReturnType<typeof clientsAt>;

beforeAll(async () => {
  simulator = await startSimulator();
  clients = clientsAt(simulator.url);
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const input = 'Why is the sky blue?';
const messages = [{ role: 'user' as const, content: input }];

/** Each wire's simplest streamed call: resolves with the text, or rejects as the SDK does. */
const calls = {
  responses: async (signal?: AbortSignal) => {
    const stream = await clients.openai.responses.create({ model, input, stream: true }, { ...(signal && { signal }) });
    return (await all(stream))
      .map((event) => (event.type === 'response.output_text.delta' ? event.delta : ''))
      .join('');
  },
  chat: async (signal?: AbortSignal) => {
    const stream = await clients.openai.chat.completions.create(
      { model, messages, stream: true },
      { ...(signal && { signal }) },
    );
    return (await all(stream)).map(({ choices }) => choices[0]?.delta.content ?? '').join('');
  },
  anthropic: async (signal?: AbortSignal) => {
    const request = { model, max_tokens: 500, messages };
    return await clients.anthropic.messages.stream(request, { ...(signal && { signal }) }).finalText();
  },
  ollama: async (signal?: AbortSignal) => {
    const stream = await clients.ollama.chat({ model, messages, stream: true });
    signal?.addEventListener('abort', () => stream.abort());
    return (await all(stream)).map(({ message }) => message.content).join('');
  },
};
const wires = Object.keys(calls) as (keyof typeof calls)[];

async function until(condition: (tally: Tally) => boolean): Promise<Tally> {
  for (;;) {
    const tally = simulator.tally();
    if (condition(tally)) return tally;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe.each(wires)('on the wire %s', (wire) => {
  it.each([400, 401, 403, 404, 408, 409, 429, 500, 503, 529])('a status %d can be scripted', async (status) => {
    simulator.script({ status });
    const field = wire === 'ollama' ? 'status_code' : 'status';
    await expect(calls[wire]()).rejects.toMatchObject({ [field]: status });
    expect(simulator.tally().requests).toMatchObject([{ outcome: 'refused', status, billed: { input: 0 } }]);
    await expect(calls[wire]()).resolves.toContain('sky');
  });

  it('a stream can drop after some chunks, and what came is billed', async () => {
    simulator.script({ dropAfterChunks: 3 });
    await expect(calls[wire]()).rejects.toThrow();
    const [entry] = simulator.tally().requests;
    expect(entry).toMatchObject({ outcome: 'dropped', status: 200 });
    expect(entry?.billed.output).toBe(countTokens('You asked: “Why'));
    expect(entry?.billed.input).toBeGreaterThan(5);
  });

  it('a stream can end in an error', async () => {
    simulator.script({ errorAfterChunks: 3, message: 'Something broke.' });
    await expect(calls[wire]()).rejects.toThrow('Something broke.');
    expect(simulator.tally().requests).toMatchObject([{ outcome: 'dropped' }]);
  });

  it('bills what was written until the client left', async () => {
    simulator.script({ tokensPerSecond: 100, answerTokens: 5_000 });
    const aborter = new AbortController();
    const call = calls[wire](aborter.signal).catch(() => 'aborted');
    setTimeout(() => aborter.abort(), 300);
    await call;
    const { requests, running } = await until((tally) => tally.requests.length === 1);
    expect(running).toBe(0);
    expect(requests[0]).toMatchObject({ outcome: 'aborted', wire });
    expect(requests[0]?.billed.output).toBeGreaterThan(5);
    expect(requests[0]?.billed.output).toBeLessThan(400);
  });

  it('hangs after some chunks until the client leaves', async () => {
    simulator.script({ hangAfterChunks: 2 });
    const aborter = new AbortController();
    const call = calls[wire](aborter.signal).catch(() => 'aborted');
    setTimeout(() => aborter.abort(), 150);
    await call;
    const { requests } = await until((tally) => tally.requests.length === 1);
    expect(requests[0]).toMatchObject({ outcome: 'aborted', billed: { output: countTokens('You asked:') } });
  });

  it('keeps the first token back', async () => {
    simulator.script({ firstTokenMs: 200 });
    const start = performance.now();
    await calls[wire]();
    expect(performance.now() - start).toBeGreaterThan(195);
  });
});

it('gives Retry-After as it is scripted', async () => {
  simulator.script({ status: 429, retryAfter: 7, retryAfterMs: 6_500 });
  const failure = await clients.openai.responses.create({ model, input }).catch((error: unknown) => error);
  const { headers } = failure as { headers: Headers };
  expect([headers.get('retry-after'), headers.get('retry-after-ms')]).toEqual(['7', '6500']);
});

it('hangs without a status until the client leaves, and bills the input', async () => {
  simulator.script({ hang: true });
  const signal = AbortSignal.timeout(150);
  await expect(clients.openai.chat.completions.create({ model, messages }, { signal })).rejects.toThrow();
  const { requests } = await until((tally) => tally.requests.length === 1);
  expect(requests[0]).toMatchObject({ outcome: 'aborted', billed: { input: 12, output: 0 } });
});

it('bills a drop without streaming too', async () => {
  simulator.script({ dropAfterChunks: 3 });
  await expect(clients.openai.chat.completions.create({ model, messages })).rejects.toThrow('Connection error');
  expect(simulator.tally().requests).toMatchObject([{ outcome: 'dropped', stream: false }]);
});

it('takes the first behaviour that matches text, model and wire, as often as it says', async () => {
  simulator.script([
    { match: { text: 'grass' }, answer: 'Grass.' },
    { match: { model: 'mini' }, answer: 'Mini.' },
    { match: { wire: 'anthropic' }, answer: 'Anthropic.' },
    { match: { text: 'sky' }, times: 2, answer: 'Sky.' },
    { match: { text: 'sky' }, times: null, answer: 'Always.' },
  ]);
  const ask = async (text: string, name = model) =>
    (await clients.openai.responses.create({ model: name, input: text })).output_text;
  expect(await ask('The sky')).toBe('Sky.');
  expect(await ask('The grass', 'loadline-sim-mini')).toBe('Grass.');
  expect(await ask('The grass', 'loadline-sim-mini')).toBe('Mini.');
  expect(await ask('The sky')).toBe('Sky.');
  expect([await ask('The sky'), await ask('The sky')]).toEqual(['Always.', 'Always.']);
  expect(await calls.anthropic()).toBe('Anthropic.');
});

it('names the field of a behaviour that it does not know', () => {
  expect(() => simulator.script({ stauts: 429 } as object)).toThrow('stauts');
});

it('fails as often as a directive says, then answers', async () => {
  const fail = { model, input: '[[fail 429 2 5]] Hi' };
  const statuses: unknown[] = [];
  for (let tries = 0; tries < 3; tries += 1) {
    const outcome = await clients.openai.responses.create(fail).catch((error: unknown) => error);
    statuses.push((outcome as { status: unknown }).status);
  }
  expect(statuses).toEqual([429, 429, 'completed']);
});

it('asks for a tool again and again where a directive says so', async () => {
  const call = { id: 'call_1', type: 'function' as const, function: { name: 'weather', arguments: '{}' } };
  const answer = await clients.openai.chat.completions.create({
    model,
    messages: [
      { role: 'user', content: '[[loop weather]]' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: '21 °C' },
    ],
  });
  expect(answer.choices[0]?.finish_reason).toBe('tool_calls');
});
