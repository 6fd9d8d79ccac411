import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countTokens as countCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as countGpt2 } from 'gpt-tokenizer/encoding/r50k_base';
import type { ModelRequest } from '../../src/providers/provider.ts';
import { estimateMessage, estimateRequest } from '../../src/models/estimate.ts';
import { boundFromAnchor } from '../../src/models/stored-tokens.ts';
import { textBound } from '../../src/models/text-bound.ts';
import { tokenizerFamily } from '../../src/models/tokenizer-families.ts';
import { countTokens } from '../../src/models/tokenizer.ts';
import { countTokens as simulatorCounts } from '../../src/simulator/tokens.ts';

const asText = { disallowedSpecial: new Set<string>() };
const other = tokenizerFamily('local', 'mistral-7b');
const prose = 'Whoever reads the log of a session should see what was said, what it cost, and why it ended. ';

const request: ModelRequest = {
  model: 'gpt-5.2',
  instructions: 'Answer briefly.',
  messages: [{ role: 'user', parts: [{ type: 'text', text: prose.repeat(20) }] }],
  tools: [],
  maxOutputTokens: 100,
  contextWindow: null,
  output: null,
  cache: { instructions: true, ttl: '5m' },
  cacheKey: 's1',
};

const samples: [string, string][] = [
  ['prose', prose.repeat(10)],
  ['German', 'Zuverlässigkeitsuntersuchungen der Donaudampfschifffahrtsgesellschaft ergaben Unregelmäßigkeiten. '],
  ['Chinese', '春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。'.repeat(10)],
  ['Hindi', 'यह एक परीक्षण वाक्य है जो टोकन की संख्या देखने के लिए लिखा गया है। '],
  ['Vietnamese', 'Đây là một câu tiếng Việt để kiểm tra số lượng mã thông báo. '],
  ['code', 'for (let index = 0; index < text.length; index++) {\n      if (code === 32) finer += 1;\n}\n'.repeat(5)],
  ['JSON', JSON.stringify({ id: 42, when: '2026-11-22', tags: ['a', 'b'], nested: { x: 1.25 } }, null, 4)],
  ['blanks', `${' '.repeat(300)}x\n\n\n\t\t`],
  ['one letter', 'a'.repeat(3000)],
  ['digits', '3141592653589793238462643383279502884197'],
  ['emoji', '😀🎉👩‍👩‍👧‍👦🇩🇪'.repeat(10)],
];

describe('counting', () => {
  it('counts a text that looks like a special token as text', () => {
    expect(countTokens('<|endoftext|>')).toBe(7);
  });

  it('stays fast on long unbroken text, and cuts no character in two', () => {
    countTokens('warm');
    const start = performance.now();
    const tokens = countTokens('漢字仮名交じり文'.repeat(4000));
    expect(performance.now() - start).toBeLessThan(1500);
    expect(tokens).toBeGreaterThan(16_000);
    expect(countTokens('😀'.repeat(1500))).toBeLessThanOrEqual(1500 * 2 + 2);
  });

  it('counts 100 KB of English in a fraction of a second', () => {
    const text = prose.repeat(1100);
    countTokens(text);
    const fastest = Math.min(
      ...[1, 2, 3].map(() => {
        const start = performance.now();
        countTokens(text);
        return performance.now() - start;
      }),
    );
    expect(fastest).toBeLessThan(50);
  });

  it('agrees with the simulator to a token in two thousand characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 6000 }), (text) => {
        expect(Math.abs(countTokens(text) - simulatorCounts(text))).toBeLessThanOrEqual(Math.ceil(text.length / 2000));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the upper bound', () => {
  it.each(samples)('holds for other tokenisers on %s', (_, text) => {
    const bound = textBound(text, countTokens(text), other);
    expect(bound).toBeGreaterThanOrEqual(countGpt2(text, asText));
    expect(bound).toBeGreaterThanOrEqual(countCl100k(text, asText));
    expect(bound).toBeLessThanOrEqual(Buffer.byteLength(text) + 2);
  });

  it('holds for other tokenisers on any text', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom(...'aeinrst ,.(){}"\n01'),
            fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
          ),
          maxLength: 400,
        }),
        (text) => {
          const bound = textBound(text, countTokens(text), other);
          expect(bound).toBeGreaterThanOrEqual(Math.max(countGpt2(text, asText), countCl100k(text, asText)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is tight where the tokeniser is known, and not absurd where it is not', () => {
    const known = estimateRequest(request, { provider: 'openai' });
    expect(known.upperBound / known.tokens).toBeLessThan(1.1);
    const unknown = estimateRequest({ ...request, model: 'smollm2-135m' }, { provider: 'local' });
    expect(unknown.upperBound / unknown.tokens).toBeLessThan(2.6);
  });
});

describe('estimates', () => {
  it('count tools by their schema, calls and results by their JSON', () => {
    const inputSchema = { type: 'object', properties: { city: { type: 'string', description: prose } } };
    const tool = { name: 'weather', description: 'Temperature', inputSchema };
    const bare = estimateRequest(request, { provider: 'openai' });
    const withTool = estimateRequest({ ...request, tools: [tool] }, { provider: 'openai' });
    expect(withTool.tokens - bare.tokens).toBeGreaterThan(countTokens(JSON.stringify(inputSchema)));
    const call = { type: 'tool-call', callId: 't1', tool: 'weather', input: { city: 'Oslo' } } as const;
    expect(estimateMessage([call])).toBeGreaterThan(estimateMessage([]));
    const result = {
      type: 'tool-result',
      callId: 't1',
      tool: 'weather',
      output: { text: prose },
      isError: false,
    } as const;
    expect(estimateMessage([result])).toBeGreaterThan(countTokens(prose));
  });

  it('give images, sounds and files what providers document, and read text files as text', () => {
    const image = { type: 'image', url: 'https://example.com/a.png', mediaType: 'image/png' } as const;
    const of = (model: string) =>
      estimateRequest({ ...request, model, messages: [{ role: 'user', parts: [image] }] }, { provider: 'openai' });
    expect(of('gpt-4o').tokens).toBeGreaterThanOrEqual(765);
    expect(of('gpt-4o').upperBound).toBeLessThan(1600);
    expect(of('gpt-4o-mini').upperBound).toBeGreaterThan(48_000);
    const second = Buffer.alloc(32_000).toString('base64');
    expect(estimateMessage([{ type: 'audio', data: second, mediaType: 'audio/wav' }])).toBeLessThan(60);
    const file = { type: 'file', data: Buffer.from(prose).toString('base64'), mediaType: 'text/plain' } as const;
    expect(estimateMessage([file])).toBe(estimateMessage([{ type: 'text', text: prose }]));
  });

  it('start from the last count that the provider reported', () => {
    const anchor = { inputTokens: 900, outputTokens: 100 };
    const from = { provider: 'local', model: 'smollm2-135m', anchor, answer: [] };
    const none = boundFromAnchor({ ...from, newMessages: [] });
    expect(none.tokens).toBe(1000);
    expect(none.upperBound).toBeLessThan(1150);
    const newMessages = request.messages.map(({ parts }) => ({ parts, sent: parts, tokens: estimateMessage(parts) }));
    const one = boundFromAnchor({ ...from, newMessages });
    expect(one.tokens - none.tokens).toBeGreaterThanOrEqual(countTokens(prose.repeat(20)));
    expect(one.upperBound).toBeGreaterThan(one.tokens);
  });

  it('learn from how far the estimate of what was counted was off, within reason, and the bound does not', () => {
    const said = request.messages.map(({ parts }) => ({ parts, sent: parts, tokens: estimateMessage(parts) }));
    const from = (estimated?: number) =>
      boundFromAnchor({
        provider: 'local',
        model: 'smollm2-135m',
        anchor: { inputTokens: 900, outputTokens: 100 },
        answer: [],
        newMessages: said,
        ...(estimated === undefined ? {} : { estimated }),
      });
    const plain = from();
    expect(from(1000)).toEqual(plain);
    const learnt = from(800);
    expect((learnt.tokens - 1000) / (plain.tokens - 1000)).toBeCloseTo(1.25, 2);
    expect(learnt.upperBound).toBe(plain.upperBound);
    expect(from(1_000_000).tokens - 1000).toBeGreaterThan((plain.tokens - 1000) * 0.49);
    expect(from(1).tokens).toBeLessThanOrEqual(plain.upperBound);
  });
});
