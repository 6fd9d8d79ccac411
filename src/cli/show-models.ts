import { listModels, nothingLearnt, readLearnt, type Learnt, type ListedModel } from '../client/model-list.ts';
import { chooseDefaultModel, resolveConfig } from '../config/index.ts';
import type { ModelEntry } from '../models/index.ts';
import type { ModelsOptions } from './commands/models.ts';
import { configOf } from './first-agent.ts';
import { note, print, printDocument } from './output.ts';
import { openPlace } from './place.ts';
import { paint } from './terminal/colours.ts';
import { count, price } from '../domain/figures.ts';
import { screenWidth } from './terminal/screen.ts';
import { table } from './terminal/table.ts';
import { withStore } from './with-client.ts';

/** Lists the models of providers that can be called here, or all that are known. */
export async function showModels(words: readonly string[], options: ModelsOptions): Promise<void> {
  const place = openPlace(options);
  const written = await configOf(place, options);
  const { model: defaultModel } = await chooseDefaultModel(place.environment);
  const config = resolveConfig(written, { defaultModel });
  const known = listModels(config, place.environment, await learntOf(options));
  const matching = known.filter(({ ref }) => words.every((word) => ref.toLowerCase().includes(word.toLowerCase())));
  const models = options.all === true ? matching : matching.filter(({ callable }) => callable);
  if (options.json === true) return printDocument({ models });
  if (models.length > 0) print(describe(models));
  else note('No model of that name.');
  if (models.some(({ learnt }) => learnt !== null)) {
    note('* learnt: the server refused or cut a longer request. Forget it with loadline models --forget MODEL.');
  }
  const hidden = matching.length - models.length;
  if (hidden > 0) note(`${count(hidden)} more of providers that no key is set for: add --all`);
}

/** What the store has learnt of models by calling them. */
async function learntOf(options: ModelsOptions): Promise<Learnt> {
  try {
    return await withStore(options, readLearnt);
  } catch {
    // What is wrong with the store is for the command that needs it to say.
    return nothingLearnt;
  }
}

/** Lets a model's window be what config and catalogue say again, until its server shows another. */
export async function forgetWindow(model: string, options: ModelsOptions): Promise<void> {
  const forgotten = await withStore(options, (store) => store.forgetWindow(model));
  if (options.json === true) return printDocument({ model, forgotten });
  note(
    forgotten ? `Forgot what was learnt of the window of ${model}.` : `Nothing was learnt of the window of ${model}.`,
  );
}

function describe(models: readonly ListedModel[]): string {
  const judged = models.some(({ estimates }) => estimates !== null);
  return table(
    [
      { title: 'MODEL', value: ({ ref }) => ref },
      { title: 'WINDOW', align: 'right', spare: 1, value: windowOf },
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
function judgement({ estimates }: ListedModel): string {
  if (estimates === null) return '';
  const signed = (error: number): string => `${error < 0 ? '−' : '+'}${(Math.abs(error) * 100).toFixed(1)} %`;
  const passed = estimates.boundViolations === 0 ? '' : `, ${count(estimates.boundViolations)} over their bound`;
  return `${signed(estimates.medianError)}, p95 ${signed(estimates.p95Error)} of ${count(estimates.requests)}${passed}`;
}

/** A trailing * stands for a window that is not the one of config or catalogue: its server gave it away. */
function windowOf({ contextWindow, learnt }: ListedModel): string {
  return `${count(contextWindow)}${learnt === null ? '' : '*'}`;
}

function priced({ price: prices, longContextPrice }: ModelEntry, of: 'input' | 'output' | 'cacheRead'): string {
  // A trailing + stands for dearer long requests.
  return prices === null ? '?' : `${price(prices[of] ?? prices.input)}${longContextPrice ? '+' : ''}`;
}
