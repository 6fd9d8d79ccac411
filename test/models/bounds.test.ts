import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Part } from '../../src/domain/messages.ts';
import { deriveUsage, unknownUsage } from '../../src/domain/usage.ts';
import { estimateFrame, estimateMessage, estimateRequest } from '../../src/models/estimate.ts';
import { readerOf } from '../../src/models/message-tokens.ts';
import { boundFromAnchor, storedRange } from '../../src/models/stored-tokens.ts';
import type { ModelRequest, Provider, RequestMessage } from '../../src/providers/provider.ts';
import { createProviders } from '../../src/providers/registry.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';

const model = 'gpt-5.2';
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());
beforeEach(() => simulator.reset());

const wires = ['openai-responses', 'openai-chat', 'anthropic-messages', 'ollama'] as const;

/** The simulator counts in o200k on every wire, so the tight bounds of OpenAI's family are what is tried. */
function providerOf(api: (typeof wires)[number]): Provider {
  const baseURL = api.startsWith('openai') ? `${simulator.url}/v1` : simulator.url;
  return createProviders({ openai: { api, baseURL } }, { OPENAI_API_KEY: 'k' }).provider('openai');
}

const word = fc.constantFrom(
  'Zuverlässigkeit',
  'the river',
  '春眠不觉晓，处处闻啼鸟。',
  'ありがとうございます',
  '👩‍👩‍👧‍👦🇩🇪',
  '<|endoftext|>',
  'if (a[i] !== "\\n") { return `${x}`; }\n\t',
  '{"when": "2026-11-22", "tags": ["a", "b"]}',
  '3.14159265358979',
  '        ',
  '"a" "b" '.repeat(200),
);
const text = fc
  .array(fc.oneof({ weight: 3, arbitrary: word }, fc.string({ unit: 'grapheme', minLength: 1 })), {
    minLength: 1,
    maxLength: 30,
  })
  .map((words) => `.${words.join(' ')}`);
const json = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.oneof(text, fc.integer(), fc.constant(null)),
  {
    maxKeys: 6,
  },
);
const image = fc.constant<Part>({ type: 'image', data: 'iVBORw0KGgo=', mediaType: 'image/png' });

const user = fc.tuple(text, fc.option(image, { freq: 5 })).map(([said, shown]): RequestMessage => ({
  role: 'user',
  parts: [{ type: 'text', text: said }, ...(shown === null ? [] : [shown])],
}));

/** A question, perhaps a round of tools, an answer; ids of calls are for one conversation. */
const exchange = fc
  .tuple(user, fc.array(fc.tuple(json, fc.oneof(text, json)), { maxLength: 3 }), text)
  .map(([question, calls, said]) => (at: number): RequestMessage[] => {
    const idOf = (index: number): string => `t000000${at}${index}`;
    const round: RequestMessage[] =
      calls.length === 0
        ? []
        : [
            {
              role: 'assistant',
              parts: calls.map(([input], index) => ({
                type: 'tool-call',
                callId: idOf(index),
                tool: 'look_up',
                input,
              })),
            },
            ...calls.map(([, output], index): RequestMessage => ({
              role: 'tool',
              parts: [{ type: 'tool-result', callId: idOf(index), tool: 'look_up', output, isError: false }],
            })),
          ];
    return [question, ...round, { role: 'assistant', parts: [{ type: 'text', text: said }] }];
  });

const conversation = fc.record({
  instructions: fc.oneof(fc.constant(''), text),
  exchanges: fc.array(exchange, { maxLength: 4 }).map((exchanges) => exchanges.map((make, at) => make(at))),
  question: user,
  answer: fc.oneof(
    fc.record({ answer: text }),
    fc.record({
      toolCalls: fc.array(
        json.map((input) => ({ name: 'look_up', arguments: input })),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  ),
  next: user,
});

const tools = [
  {
    name: 'look_up',
    description: 'Looks something up; knows "everything"',
    inputSchema: {
      type: 'object',
      properties: { key: { type: 'string', description: '鍵' } },
      additionalProperties: true,
    },
  },
];

const stored = ({ parts }: RequestMessage) => ({ parts, sent: parts, tokens: estimateMessage(parts) });
const never = new AbortController().signal;

async function counted(provider: Provider, request: ModelRequest) {
  const answer = await provider.stream(request, { signal: never, onDelta: () => undefined });
  const { inputTokens, outputTokens } = deriveUsage(answer.usage ?? unknownUsage);
  return { parts: answer.parts, inputTokens: inputTokens ?? NaN, outputTokens: outputTokens ?? NaN };
}

describe.each(wires)('on %s', (api) => {
  it('no bound is below what is counted: of the whole, from stored counts, from an anchor', async () => {
    const provider = providerOf(api);
    await fc.assert(
      fc.asyncProperty(conversation, async ({ instructions, exchanges, question, answer, next }) => {
        const said = [...exchanges.flat(), question];
        const request: ModelRequest = {
          model,
          instructions,
          messages: said,
          tools,
          maxOutputTokens: 4000,
          contextWindow: 128_000,
          output: null,
          cache: { instructions: true, ttl: '5m' },
          cacheKey: 's1',
        };
        simulator.script(answer);
        const first = await counted(provider, request);
        const whole = estimateRequest(request, { provider: 'openai' });
        expect(whole.upperBound).toBeGreaterThanOrEqual(first.inputTokens);

        const reader = readerOf('openai', model);
        const frame = estimateFrame(request, { provider: 'openai' });
        const ranges = said.map((message) => storedRange(stored(message), reader));
        const bound = ranges.reduce((sum, range) => sum + range.upperBound, frame.upperBound);
        expect(bound).toBeGreaterThanOrEqual(first.inputTokens);
        const tokens = ranges.reduce((sum, range) => sum + range.tokens, frame.tokens);
        expect(tokens).toBe(whole.tokens);

        const results = first.parts.flatMap((part): RequestMessage[] =>
          part.type === 'tool-call'
            ? [
                {
                  role: 'tool',
                  parts: [
                    { type: 'tool-result', callId: part.callId, tool: part.tool, output: 'done', isError: false },
                  ],
                },
              ]
            : [],
        );
        const newMessages = [...results, next];
        const second = await counted(provider, {
          ...request,
          messages: [...said, { role: 'assistant', parts: first.parts }, ...newMessages],
        });
        const anchored = boundFromAnchor({
          provider: 'openai',
          model,
          anchor: first,
          answer: first.parts,
          newMessages: newMessages.map(stored),
        });
        expect(anchored.upperBound).toBeGreaterThanOrEqual(second.inputTokens);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
