import { createCatalogue, type ModelEntry } from '../models/index.ts';
import { simulatedModels } from '../simulator/models.ts';
import { resolveConfig } from '../config/index.ts';
import { createProviders } from '../providers/registry.ts';
import type { ModelsOptions } from './commands/models.ts';
import type { EstimateErrors } from '../domain/estimate-errors.ts';
import { configOf } from './first-agent.ts';
import { note, print, printDocument } from './output.ts';
import { openPlace } from './place.ts';
import { paint } from './terminal/colours.ts';
import { count, price } from './terminal/numbers.ts';
import { screenWidth } from './terminal/screen.ts';
import { table } from './terminal/table.ts';
import { withStore } from './with-client.ts';

/** Lists the models of providers that can be called here, or all that are known. */
export async function showModels(words: readonly string[], options: ModelsOptions): Promise<void> {
  const place = openPlace(options);
  const config = resolveConfig(await configOf(place, options), { defaultModel: 'simulated/any' });
  const providers = createProviders(config.providers, place.environment, { simulatorUrl: 'http://127.0.0.1' });
  const callable = new Set(providers.names.filter((name) => canBeMade(() => providers.provider(name))));
  const known = createCatalogue(config.models, { simulatedModels }).list();
  const matching = known.filter(({ ref }) => words.every((word) => ref.toLowerCase().includes(word.toLowerCase())));
  const shown = options.all === true ? matching : matching.filter(({ provider }) => callable.has(provider));
  const errors = await estimateErrors(options);
  const models = shown.map((model) => ({ ...model, estimates: errors.get(model.ref) ?? null }));
  if (options.json === true) return printDocument({ models });
  if (models.length > 0) print(describe(models));
  else note('No model of that name.');
  const hidden = matching.length - shown.length;
  if (hidden > 0) note(`${count(hidden)} more of providers that no key is set for: add --all`);
}

function canBeMade(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    return false;
  }
}

type JudgedModel = ModelEntry & {
  /** How far the estimates of its requests were off; `null`: none was sent. */
  readonly estimates: Omit<EstimateErrors, 'provider' | 'model'> | null;
};

async function estimateErrors(options: ModelsOptions): Promise<ReadonlyMap<string, JudgedModel['estimates']>> {
  try {
    const all = await withStore(options, (store) => store.estimateErrors());
    return new Map(all.map(({ provider, model, ...errors }) => [`${provider}/${model}`, errors]));
  } catch {
    // What is wrong with the store is for the command that needs it to say.
    return new Map();
  }
}

function describe(models: readonly JudgedModel[]): string {
  const judged = models.some(({ estimates }) => estimates !== null);
  return table(
    [
      { title: 'MODEL', value: ({ ref }) => ref },
      { title: 'WINDOW', align: 'right', spare: 1, value: ({ contextWindow }) => count(contextWindow) },
      { title: 'OUTPUT', align: 'right', spare: 2, value: ({ maxOutputTokens }) => count(maxOutputTokens) },
      { title: '$/M IN', align: 'right', value: (model) => priced(model, 'input') },
      { title: 'CACHED', align: 'right', spare: 3, value: (model) => priced(model, 'cacheRead') },
      { title: '$/M OUT', align: 'right', value: (model) => priced(model, 'output') },
      ...(judged ? [{ title: 'ESTIMATES', align: 'right', spare: 4, value: judgement } as const] : []),
    ],
    models,
    screenWidth(),
    (text) => paint('dim', text),
  );
}

/** Median and 95th percentile of the estimates' error, and how often a bound was passed. */
function judgement({ estimates }: JudgedModel): string {
  if (estimates === null) return '';
  const signed = (error: number): string => `${error < 0 ? '−' : '+'}${(Math.abs(error) * 100).toFixed(1)} %`;
  const passed = estimates.boundViolations === 0 ? '' : `, ${count(estimates.boundViolations)} over their bound`;
  return `${signed(estimates.medianError)}, p95 ${signed(estimates.p95Error)} of ${count(estimates.requests)}${passed}`;
}

function priced({ price: prices, longContextPrice }: ModelEntry, of: 'input' | 'output' | 'cacheRead'): string {
  // A trailing + stands for dearer long requests.
  return prices === null ? '?' : `${price(prices[of] ?? prices.input)}${longContextPrice ? '+' : ''}`;
}
