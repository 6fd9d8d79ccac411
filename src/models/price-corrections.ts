import { ratesOf, withLongContext, type Rates } from './rates.ts';
import type { ModelPrice } from '../domain/model.ts';

/** What the price list has wrong, or not at all, from an instant on. */
interface Correction {
  readonly provider: string;
  /** Ids; one with a date behind it is the same model. */
  readonly models: readonly string[];
  /** ISO 8601; before it, the list speaks. */
  readonly from: string;
  readonly contextWindow: number;
  readonly rates: (at: Date) => Rates;
}

const always = (rates: Rates) => (): Rates => rates;

/**
 * DeepSeek bills twice as much from 9 to 12 and from 14 to 18 o'clock in Beijing, Monday to Friday. Chinese holidays are
 * cheap too; which days those are is announced every year, so they count as working days here.
 */
function deepseek(offPeak: ModelPrice): (at: Date) => Rates {
  const { input, output, cacheRead = input } = offPeak;
  const peak = { input: 2 * input, output: 2 * output, cacheRead: 2 * cacheRead };
  return (at) => {
    const beijing = new Date(at.getTime() + 8 * 3_600_000);
    const hour = beijing.getUTCHours();
    const isWorkday = beijing.getUTCDay() >= 1 && beijing.getUTCDay() <= 5;
    const isPeak = isWorkday && ((hour >= 9 && hour < 12) || (hour >= 14 && hour < 18));
    return ratesOf(isPeak ? peak : offPeak);
  };
}

const grok43 = withLongContext({ input: 1.25, cacheRead: 0.2, output: 2.5 }, 199_999, {
  input: 2.5,
  cacheRead: 0.4,
  output: 5,
});

/** All read on 2026-11-22; `test/models/second-source.test.ts` compares the outcome with another list. */
const corrections: readonly Correction[] = [
  {
    // https://platform.claude.com/docs/en/models/haiku-5-5/overview: dearer as a whole above 100,000 tokens of input.
    provider: 'anthropic',
    models: ['claude-haiku-5-5'],
    from: '2026-10-07T00:00:00Z',
    contextWindow: 1_000_000,
    rates: always(
      withLongContext({ input: 0.1, cacheRead: 0.01, cacheWrite: 0.125, cacheWrite1h: 0.2, output: 0.5 }, 100_000, {
        input: 0.5,
        cacheRead: 0.05,
        cacheWrite: 0.625,
        cacheWrite1h: 1,
        output: 2.5,
      }),
    ),
  },
  {
    // https://platform.claude.com/docs/en/about-claude/pricing: cache reads cost half since that day.
    provider: 'anthropic',
    models: ['claude-sonnet-5-5'],
    from: '2026-10-07T00:00:00Z',
    contextWindow: 1_000_000,
    rates: always(ratesOf({ input: 2, cacheRead: 0.1, cacheWrite: 2.5, cacheWrite1h: 4, output: 10 })),
  },
  {
    // https://developers.openai.com/api/docs/pricing: as GPT-6 Sol, with cheaper cache reads.
    provider: 'openai',
    models: ['gpt-6.1-sol'],
    from: '2026-09-29T00:00:00Z',
    contextWindow: 1_050_000,
    rates: always(
      withLongContext({ input: 2, cacheRead: 0.1, cacheWrite: 2.5, output: 10 }, 271_999, {
        input: 4,
        cacheRead: 0.2,
        cacheWrite: 5,
        output: 15,
      }),
    ),
  },
  {
    // https://api-docs.deepseek.com/quick_start/pricing: weekends are cheap all day.
    provider: 'deepseek',
    models: ['deepseek-v4-pro'],
    from: '2026-08-23T00:00:00Z',
    contextWindow: 1_000_000,
    rates: deepseek({ input: 0.66, cacheRead: 0.022, output: 1.98 }),
  },
  {
    // The same page: the old names are served by V4.1 Flash, at its price.
    provider: 'deepseek',
    models: ['deepseek-flash', 'deepseek-v4-flash', 'deepseek-v4-flash-vision-exp'],
    from: '2026-09-10T00:00:00Z',
    contextWindow: 1_000_000,
    rates: deepseek({ input: 0.15, cacheRead: 0.003, output: 0.6 }),
  },
  {
    // https://api-docs.deepseek.com/news/news250929: V3.2 under both names.
    provider: 'deepseek',
    models: ['deepseek-chat', 'deepseek-reasoner'],
    from: '2025-09-29T10:00:00Z',
    contextWindow: 131_072,
    rates: always(ratesOf({ input: 0.28, cacheRead: 0.028, output: 0.42 })),
  },
  {
    // https://docs.x.ai/developers/grok-4-7
    provider: 'xai',
    models: ['grok-4.7'],
    from: '2026-09-21T00:00:00Z',
    contextWindow: 500_000,
    rates: always(
      withLongContext({ input: 2, cacheRead: 0.5, output: 6 }, 199_999, { input: 4, cacheRead: 1, output: 12 }),
    ),
  },
  {
    // https://docs.x.ai/developers/migration/may-15-retirement: the names still work and are billed as Grok 4.3.
    provider: 'xai',
    models: [
      'grok-code-fast-1',
      'grok-4',
      'grok-4-0709',
      'grok-4-fast-reasoning',
      'grok-4-fast-non-reasoning',
      'grok-4-1-fast-reasoning',
      'grok-4-1-fast-non-reasoning',
      'grok-3',
    ],
    from: '2026-05-15T19:00:00Z',
    contextWindow: 1_000_000,
    rates: always(grok43),
  },
  ...together([
    ['openai/gpt-oss-120b', 131_072, { input: 0.15, output: 0.6 }],
    ['deepseek-ai/DeepSeek-V4-Pro-0813', 1_048_576, { input: 1.32, cacheRead: 0.13, output: 3.96 }],
    ['moonshotai/Kimi-K3', 1_048_576, { input: 3, cacheRead: 0.3, output: 15 }],
    ['zai-org/GLM-5.3', 1_048_575, { input: 1.4, cacheRead: 0.26, output: 4.4 }],
    ['Qwen/Qwen3.7-Max', 1_000_000, { input: 1.5, cacheRead: 0.3, output: 4.5 }],
  ]),
  {
    // https://console.groq.com/docs/model/qwen/qwen3.8-27b
    provider: 'groq',
    models: ['qwen/qwen3.8-27b'],
    from: '2026-01-01T00:00:00Z',
    contextWindow: 131_072,
    rates: always(ratesOf({ input: 0.8, output: 4 })),
  },
];

/** The list has Together's models of 2024. These are from https://api.together.ai/v1/models, as LiteLLM 1.109.1 kept it. */
function together(models: readonly (readonly [id: string, contextWindow: number, price: ModelPrice])[]): Correction[] {
  return models.map(([id, contextWindow, price]) => ({
    provider: 'together',
    models: [id],
    from: '2026-01-01T00:00:00Z',
    contextWindow,
    rates: always(ratesOf(price)),
  }));
}

export interface Corrected {
  readonly contextWindow: number;
  readonly rates: Rates;
}

/** What is known better than the list, at an instant; `null`: nothing. */
export function correctedPrice(vendor: string, model: string, at: Date): Corrected | null {
  const found = corrections.find(
    ({ provider, models, from }) =>
      provider === vendor && at.getTime() >= Date.parse(from) && models.some((id) => isModel(id, model)),
  );
  return found === undefined ? null : { contextWindow: found.contextWindow, rates: found.rates(at) };
}

function isModel(id: string, model: string): boolean {
  return model.startsWith(id) && /^(-\d{4}-?\d{2}-?\d{2}|-latest)?$/.test(model.slice(id.length));
}

/** Ids of a provider's models with a correction. */
export function correctedModels(vendor: string): readonly string[] {
  return corrections.filter(({ provider }) => provider === vendor).flatMap(({ models }) => models);
}
