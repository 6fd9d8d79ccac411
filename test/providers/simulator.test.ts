import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fromAiSdk } from '../../src/providers/ai-sdk/provider.ts';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import type { UsageClasses } from '../../src/domain/usage.ts';
import type { ModelRequest, Provider } from '../../src/providers/provider.ts';
import { createProviders } from '../../src/providers/registry.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { ask, failureOf, plainRequest, weatherTool } from './support/requests.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(() => simulator.reset({ contextWindow: 128_000 }));
afterAll(() => simulator.close());

const ofWire = (api: 'openai-responses' | 'openai-chat' | 'anthropic-messages' | 'ollama') => (): Provider => {
  const baseURL = api === 'ollama' ? simulator.url : `${simulator.url}/v1`;
  return createProviders({ local: { api, baseURL } }, {}).provider('local');
};
const openai = () => createOpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'k' });

const wires: readonly [string, () => Provider][] = [
  ['openai-responses', ofWire('openai-responses')],
  ['openai-chat', ofWire('openai-chat')],
  ['anthropic-messages', ofWire('anthropic-messages')],
  ['ollama', ofWire('ollama')],
  ['AI SDK openai', () => fromAiSdk(openai()('m1'))],
  ['AI SDK openai.chat', () => fromAiSdk(openai().chat('m1'))],
  ['AI SDK anthropic', () => fromAiSdk(createAnthropic({ baseURL: `${simulator.url}/v1`, apiKey: 'k' })('m1'))],
];

/** Unknown classes of an answer hold what the provider billed for nothing, or could not tell apart. */
function sumOf(usage: UsageClasses): number {
  return Object.values(usage).reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

const long: ModelRequest = {
  ...plainRequest,
  instructions: 'You know the weather. '.repeat(300),
  contextWindow: 128_000,
};
const asking = (text: string, base: ModelRequest = plainRequest): ModelRequest => ({
  ...base,
  messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
});

describe.each(wires)('%s against the simulator', (name, provider) => {
  it('reports what was billed, class by class, with a cold and a warm cache', async () => {
    for (const text of ['Oslo?', 'Oslo?', 'And Rome?']) {
      const { usage } = await ask(provider(), asking(text, long));
      const billed = simulator.tally().requests.at(-1)?.billed;
      if (usage === null || billed === undefined) throw new Error('Usage was reported and billed');
      expect(sumOf(usage)).toBe(sumOf(billed));
      if (name !== 'ollama') expect({ ...billed, ...known(usage) }).toEqual(billed);
    }
    expect(simulator.tally().requests).toHaveLength(3);
  });

  it('reports reasoning apart', async () => {
    const { usage, parts } = await ask(provider(), asking('[[reason 30]] Oslo?'));
    const billed = simulator.tally().requests.at(-1)?.billed;
    expect(usage && sumOf(usage)).toBe(billed && sumOf(billed));
    if (usage?.reasoning !== null) expect(usage?.reasoning).toBe(billed?.reasoning);
    expect(parts.at(-1)?.type).toBe('text');
  });

  it('calls tools and goes on with their results', async () => {
    const request = {
      ...asking('[[tool weather {"city":"Oslo"}]] [[tool weather {"city":"Rome"}]] How warm?'),
      tools: [weatherTool],
    };
    const first = await ask(provider(), request);
    expect(first.finishReason).toBe('tool-calls');
    const calls = first.parts.flatMap((part) => (part.type === 'tool-call' ? [part] : []));
    expect(calls.map((call) => call.input)).toEqual([{ city: 'Oslo' }, { city: 'Rome' }]);
    const results = calls.map(
      ({ callId, tool }) => ({ type: 'tool-result', callId, tool, output: { celsius: 7 }, isError: false }) as const,
    );
    const second = await ask(provider(), {
      ...request,
      messages: [...request.messages, { role: 'assistant', parts: first.parts }, { role: 'tool', parts: results }],
    });
    expect(second.finishReason).toBe('stop');
    expect(simulator.tally().totals.outcomes).toMatchObject({ completed: 2 });
  });

  it('says so when the output limit cut the answer', async () => {
    const answer = await ask(provider(), { ...asking('[[tokens 500]] Talk.'), maxOutputTokens: 20 });
    expect(answer.finishReason).toBe('length');
    expect(answer.usage?.output).toBe(20);
  });

  it('answers with JSON that fits a schema', async () => {
    const output = {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    };
    const { parts } = await ask(provider(), { ...plainRequest, output });
    const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
    expect(JSON.parse(text)).toEqual({ city: expect.any(String) });
  });

  it('takes the last of cumulative usages', async () => {
    const { usage } = await ask(provider(), asking('[[cumulative]] [[tokens 20]] Oslo?'));
    const billed = simulator.tally().requests.at(-1)?.billed;
    expect(usage && sumOf(usage)).toBe(billed && sumOf(billed));
  });

  it('fails with what the provider asks to wait, unbilled', async () => {
    simulator.script({ status: 429, retryAfter: 2 });
    expect(await failureOf(provider())).toMatchObject({
      kind: 'rate-limit',
      status: 429,
      retryable: true,
      retryAfterMs: 2000,
      billed: 'no',
    });
    expect(simulator.tally().totals.output).toBe(0);
  });

  it.each(['drop', 'error'])('fails with the text so far after a %s in mid-stream', async (fault) => {
    const failure = await failureOf(provider(), asking(`[[tokens 40]] [[${fault} 5]] Talk.`));
    expect(failure).toMatchObject({ retryable: true, billed: 'maybe' });
    expect(failure.partial?.text).not.toBe('');
    expect(simulator.tally().totals.output).toBeGreaterThan(0);
  });

  it('stops the provider’s work when it is aborted', async () => {
    const controller = new AbortController();
    const stream = provider().stream(
      asking('[[tokens 5000]] [[pace 50]] Talk.', { ...plainRequest, maxOutputTokens: 8000 }),
      {
        signal: controller.signal,
        onDelta: () => controller.abort(),
      },
    );
    await expect(stream).rejects.toMatchObject({ kind: 'aborted', billed: 'maybe' });
    const deadline = performance.now() + 3000;
    while (simulator.tally().running > 0 && performance.now() < deadline) await new Promise(setImmediate);
    expect(simulator.tally()).toMatchObject({ running: 0, totals: { outcomes: { aborted: 1 } } });
  });
});

// The AI SDK itself fails where Anthropic tells no usage.
describe.each(wires.filter(([name]) => name !== 'AI SDK anthropic'))('%s without usage', (_, provider) => {
  it('does not invent one', async () => {
    const { usage } = await ask(provider(), asking('[[nousage]] Oslo?'));
    expect(usage).toBeNull();
  });
});

// The simulator shows an Ollama that cuts long requests; those that know `truncate` refuse, see the classifier's tests.
describe.each(wires.filter(([name]) => name !== 'ollama'))(
  '%s with a request longer than the window',
  (_, provider) => {
    it('fails, unbilled', async () => {
      simulator.reset({ contextWindow: 1000 });
      const failure = await failureOf(provider(), { ...asking('word '.repeat(2000)), contextWindow: 1000 });
      expect(failure).toMatchObject({ kind: 'context-length', retryable: false, billed: 'no' });
    });
  },
);

function known(usage: UsageClasses): Partial<UsageClasses> {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null));
}
