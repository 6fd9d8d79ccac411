import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deriveUsage, unknownUsage } from '../../src/domain/usage.ts';
import { aiSdkUsage } from '../../src/providers/ai-sdk/usage.ts';
import { anthropicUsage, mergeUsage } from '../../src/providers/usage-anthropic.ts';
import { ollamaUsage } from '../../src/providers/usage-ollama.ts';
import { chatUsage, responsesUsage } from '../../src/providers/usage-openai.ts';

describe('usage of the Responses API', () => {
  it('takes cached and reasoning tokens out of the totals that contain them', () => {
    const usage = responsesUsage({
      input_tokens: 2006,
      input_tokens_details: { cached_tokens: 1920 },
      output_tokens: 300,
      output_tokens_details: { reasoning_tokens: 256 },
      total_tokens: 2306,
    });
    expect(usage).toEqual({ ...unknownUsage, input: 86, cacheRead: 1920, output: 44, reasoning: 256 });
  });

  it('takes cache writes out of the input, the long-lived ones apart', () => {
    const usage = responsesUsage({
      input_tokens: 2000,
      input_tokens_details: {
        cached_tokens: 0,
        cache_write_tokens: 1900,
        cache_write_tokens_details: { ttl_30m_tokens: 1500, ttl_12h_tokens: 400 },
      },
      output_tokens: 10,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 2010,
    });
    expect(usage).toMatchObject({ input: 100, cacheRead: 0, cacheWrite5m: 1500, cacheWrite1h: 400, reasoning: 0 });
  });

  it('is unknown where there is none', () => {
    expect(responsesUsage(null)).toBeNull();
    expect(responsesUsage(undefined)).toBeNull();
    expect(responsesUsage({})).toBeNull();
  });
});

describe('usage of chat completions', () => {
  it('reads OpenAI with audio', () => {
    const usage = chatUsage({
      prompt_tokens: 150,
      completion_tokens: 90,
      total_tokens: 240,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 60, accepted_prediction_tokens: 0 },
    });
    expect(usage).toEqual({
      ...unknownUsage,
      input: 110,
      cacheRead: 0,
      audioInput: 40,
      output: 30,
      reasoning: 0,
      audioOutput: 60,
    });
  });

  it('leaves unknown what a server does not tell', () => {
    const usage = chatUsage({ prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 });
    expect(usage).toEqual({ ...unknownUsage, input: 12, output: 3 });
  });

  it('keeps explicit zeros', () => {
    const usage = chatUsage({ prompt_tokens: 0, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 0 } });
    expect(usage).toEqual({ ...unknownUsage, input: 0, cacheRead: 0, output: 0 });
  });

  it('reads the cache hits of DeepSeek', () => {
    const usage = chatUsage({
      prompt_tokens: 1100,
      completion_tokens: 250,
      total_tokens: 1350,
      prompt_cache_hit_tokens: 1024,
      prompt_cache_miss_tokens: 76,
      completion_tokens_details: { reasoning_tokens: 200 },
    });
    expect(usage).toMatchObject({ input: 76, cacheRead: 1024, output: 50, reasoning: 200 });
  });

  it('reads the cache hits of Moonshot, beside the totals', () => {
    expect(chatUsage({ prompt_tokens: 19, completion_tokens: 13, cached_tokens: 10 })).toMatchObject({
      input: 9,
      cacheRead: 10,
    });
  });

  it('adds reasoning that xAI leaves out of the completion, as its total shows', () => {
    const usage = chatUsage({
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      prompt_tokens_details: { cached_tokens: 6, text_tokens: 32 },
      completion_tokens_details: { reasoning_tokens: 94 },
    });
    expect(usage).toMatchObject({ input: 26, cacheRead: 6, output: 9, reasoning: 94 });
    expect(usage && deriveUsage(usage).totalTokens).toBe(135);
  });

  it('counts what Google thinks and names nowhere but in the total', () => {
    const usage = chatUsage({ prompt_tokens: 10, completion_tokens: 8, total_tokens: 350 });
    expect(usage).toMatchObject({ input: 10, output: 8, reasoning: 332 });
  });

  it('adds cached input that a gateway to Anthropic leaves out of the prompt', () => {
    const usage = chatUsage({
      prompt_tokens: 12,
      completion_tokens: 30,
      total_tokens: 42,
      prompt_tokens_details: { cached_tokens: 1800 },
    });
    expect(usage).toMatchObject({ input: 12, cacheRead: 1800, output: 30 });
  });

  it('always sums to the totals, whatever the parts', () => {
    const count = fc.option(fc.nat({ max: 5000 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.nat({ max: 5000 }),
        fc.nat({ max: 5000 }),
        count,
        count,
        count,
        (input, output, read, audio, thought) => {
          const usage = chatUsage({
            prompt_tokens: input,
            completion_tokens: output,
            total_tokens: input + output,
            prompt_tokens_details: { cached_tokens: read, audio_tokens: audio },
            completion_tokens_details: { reasoning_tokens: thought },
          });
          if (usage === null) throw new Error('Usage was given');
          expect(Object.values(usage).every((value) => value === null || value >= 0)).toBe(true);
          const { inputTokens, outputTokens } = deriveUsage(usage);
          expect(inputTokens).toBe((read ?? 0) > input ? input + (read ?? 0) : input);
          expect(outputTokens).toBe((read ?? 0) <= input && (thought ?? 0) > output ? output + (thought ?? 0) : output);
        },
      ),
    );
  });
});

describe('usage of Anthropic', () => {
  it('adds cache reads and both kinds of writes to an input that contains none of them', () => {
    const usage = anthropicUsage(
      {
        input_tokens: 21,
        cache_creation_input_tokens: 556,
        cache_read_input_tokens: 1800,
        cache_creation: { ephemeral_5m_input_tokens: 456, ephemeral_1h_input_tokens: 100 },
        output_tokens: 503,
        output_tokens_details: { thinking_tokens: 400 },
      },
      '5m',
    );
    expect(usage).toEqual({
      ...unknownUsage,
      input: 21,
      cacheRead: 1800,
      cacheWrite5m: 456,
      cacheWrite1h: 100,
      output: 103,
      reasoning: 400,
    });
    expect(usage && deriveUsage(usage)).toMatchObject({ inputTokens: 2377, outputTokens: 503, cacheWriteTokens: 556 });
  });

  it('puts writes that are not told apart where they were asked for', () => {
    const raw = { input_tokens: 5, cache_creation_input_tokens: 300, cache_read_input_tokens: 0, output_tokens: 9 };
    expect(anthropicUsage(raw, '5m')).toMatchObject({ cacheWrite5m: 300, cacheWrite1h: null });
    expect(anthropicUsage(raw, '1h')).toMatchObject({ cacheWrite5m: null, cacheWrite1h: 300 });
  });

  it('keeps explicit zeros', () => {
    const raw = {
      input_tokens: 5,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      output_tokens: 0,
    };
    expect(anthropicUsage(raw, '5m')).toMatchObject({ cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 });
  });

  it('adds compaction, which stands in the iterations alone', () => {
    const raw = {
      input_tokens: 23_000,
      output_tokens: 1000,
      iterations: [
        { type: 'compaction', input_tokens: 180_000, output_tokens: 3500 },
        { type: 'message', input_tokens: 23_000, output_tokens: 1000 },
      ],
    };
    expect(anthropicUsage(raw, '5m')).toMatchObject({ input: 203_000, output: 4500 });
  });

  it('lets a later event replace what it tells and nothing else', () => {
    const start = mergeUsage(null, { input_tokens: 5, cache_read_input_tokens: 70, service_tier: 'standard' });
    const end = mergeUsage(start, { input_tokens: null, output_tokens: 33 });
    expect(end).toEqual({ input_tokens: 5, cache_read_input_tokens: 70, service_tier: 'standard', output_tokens: 33 });
  });
});

describe('usage of Ollama', () => {
  it('reads the counts of the last line', () => {
    expect(ollamaUsage({ prompt_eval_count: 26, eval_count: 298 })).toEqual({
      ...unknownUsage,
      input: 26,
      output: 298,
    });
  });

  it('takes what came from the cache out of the prompt', () => {
    expect(ollamaUsage({ prompt_eval_count: 900, prompt_eval_cached_count: 850, eval_count: 3 })).toMatchObject({
      input: 50,
      cacheRead: 850,
      output: 3,
    });
  });

  it('does not call a prompt that came from the cache empty', () => {
    expect(ollamaUsage({ eval_count: 7 })).toMatchObject({ input: null, output: 7 });
    expect(ollamaUsage({})).toBeNull();
  });
});

describe('usage of AI SDK models', () => {
  const nested = {
    inputTokens: { total: 2377, noCache: 21, cacheRead: 1800, cacheWrite: 556 },
    outputTokens: { total: 503, text: 103, reasoning: 400 },
  };

  it('reads v3 and v4, with writes where they were asked for', () => {
    expect(aiSdkUsage(nested, 'anthropic.messages', undefined, '1h')).toEqual({
      ...unknownUsage,
      input: 21,
      cacheRead: 1800,
      cacheWrite1h: 556,
      output: 103,
      reasoning: 400,
    });
  });

  it('reads v2 with OpenAI’s convention', () => {
    const usage = { inputTokens: 100, outputTokens: 30, totalTokens: 130, cachedInputTokens: 80, reasoningTokens: 20 };
    expect(aiSdkUsage(usage, 'openai.responses', undefined, '5m')).toMatchObject({
      input: 20,
      cacheRead: 80,
      output: 10,
    });
  });

  it('reads v2 with Anthropic’s convention', () => {
    const usage = { inputTokens: 100, outputTokens: 30, totalTokens: 130, cachedInputTokens: 80 };
    const metadata = { anthropic: { cacheCreationInputTokens: 50 } };
    expect(aiSdkUsage(usage, 'anthropic.messages', metadata, '5m')).toMatchObject({
      input: 100,
      cacheRead: 80,
      cacheWrite5m: 50,
      output: 30,
    });
  });

  it('is unknown where no number is given', () => {
    const nothing = { inputTokens: {}, outputTokens: {} };
    expect(aiSdkUsage(nothing, 'x', undefined, '5m')).toBeNull();
  });
});
