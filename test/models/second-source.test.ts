import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { unknownUsage, type UsageClasses } from '../../src/domain/usage.ts';
import { createCatalogue } from '../../src/models/catalogue.ts';
import { knownDifferences } from './known-differences.ts';

/** As `scripts/price-fixture.ts` made it. */
interface SecondSource {
  readonly version: string;
  readonly models: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const { models } = JSON.parse(
  readFileSync(new URL('../fixtures/prices-litellm.json', import.meta.url), 'utf8'),
) as SecondSource;

/** A Monday, in the hours that DeepSeek calls its peak: LiteLLM's first figures are of the peak. */
const at = new Date('2026-11-23T07:00:00Z');
const catalogue = createCatalogue();
const dearerWhenLong = new Set(catalogue.list(at).flatMap((model) => (model.longContextPrice ? [model.ref] : [])));

const theirNames: readonly (readonly [keyof UsageClasses, readonly string[]])[] = [
  ['input', ['input_cost_per_token']],
  ['output', ['output_cost_per_token']],
  ['cacheRead', ['cache_read_input_token_cost']],
  ['cacheWrite5m', ['cache_creation_input_token_cost']],
  ['cacheWrite1h', ['cache_creation_input_token_cost_above_1hr', 'cache_creation_input_token_cost_above_12hr']],
  ['reasoning', ['output_cost_per_reasoning_token']],
  ['audioInput', ['input_cost_per_audio_token']],
  ['audioOutput', ['output_cost_per_audio_token']],
];

interface Difference {
  readonly model: string;
  readonly field: string;
  readonly ours: number | null;
  readonly theirs: number | null;
}

/** Nano-dollars of 1,000 tokens of a class in a request whose input is beyond a mark. */
function ourPrice(ref: string, name: keyof UsageClasses, mark: number): number | null {
  const input = mark === 0 ? null : mark + 1;
  const without = mark === 0 ? 0 : catalogue.price(ref, { ...unknownUsage, input }, at);
  const classes = { ...unknownUsage, input, [name]: 1000 + (name === 'input' ? (input ?? 0) : 0) };
  const price = catalogue.price(ref, classes, at);
  return price === null || without === null ? null : price - without;
}

/** A class whose price one of the two does not name costs what its base class costs: nothing to compare. */
function differencesOf(model: string, theirs: Readonly<Record<string, number>>): Difference[] {
  const facts = catalogue.facts(model, at);
  const marks = [...new Set(Object.keys(theirs).flatMap((name) => /above_(\d+)k_tokens$/.exec(name)?.[1] ?? []))];
  const found: Difference[] = [];
  const compare = (field: string, ours: number | null, their: number | undefined): void => {
    if (their !== undefined && ours !== their) found.push({ model, field, ours, theirs: their });
  };
  compare('maxInputTokens', facts.maxInputTokens, theirs['max_input_tokens']);
  // Where they repeat the window, the provider names no limit of the answer.
  const output = theirs['max_output_tokens'];
  if (facts.maxOutputTokens !== null || output !== theirs['max_input_tokens']) {
    compare('maxOutputTokens', facts.maxOutputTokens, output);
  }
  if (!facts.priced) return [...found, { model, field: 'price', ours: null, theirs: null }];
  for (const [name, keys] of theirNames) {
    for (const mark of ['0', ...marks]) {
      const suffix = mark === '0' ? '' : `_above_${mark}k_tokens`;
      const key = keys.map((one) => `${one}${suffix}`).find((one) => theirs[one] !== undefined);
      if (key === undefined) continue;
      const ours = ourPrice(model, name, Number(mark) * 1000);
      compare(mark === '0' ? name : `${name} above ${mark}k`, ours, Math.round((theirs[key] ?? 0) * 1e12));
    }
  }
  if (marks.length === 0 && dearerWhenLong.has(model)) {
    found.push({ model, field: 'long context', ours: null, theirs: null });
  }
  return found;
}

const differences = Object.entries(models).flatMap(([model, theirs]) => differencesOf(model, theirs));

describe('our prices, windows and limits', () => {
  it('are compared for at least 40 models of ten providers', () => {
    const providers = new Set(Object.keys(models).map((model) => model.split('/')[0]));
    expect(Object.keys(models).length).toBeGreaterThanOrEqual(40);
    expect(providers).toEqual(
      new Set('anthropic cerebras cohere deepseek google groq mistral openai together xai'.split(' ')),
    );
  });

  it('are those of a second source, but for what is known and explained', () => {
    const isKnown = ({ model, field }: Difference): boolean =>
      knownDifferences.some((known) => known.models.includes(model) && known.fields.includes(field));
    expect(differences.filter((difference) => !isKnown(difference))).toEqual([]);
  });

  it('explain no difference that has gone', () => {
    const explained = knownDifferences.flatMap(({ models: of, fields }) =>
      of.flatMap((model) => fields.map((field) => ({ model, field }))),
    );
    const gone = explained.filter(
      ({ model, field }) => !differences.some((found) => found.model === model && found.field === field),
    );
    expect(gone).toEqual([]);
  });
});
