import { createCatalogue, type ModelEntry } from '../models/index.ts';
import { simulatedModels } from '../simulator/models.ts';
import { resolveConfig } from '../config/index.ts';
import { createProviders } from '../providers/registry.ts';
import type { ModelsOptions } from './commands/models.ts';
import { configOf } from './first-agent.ts';
import { note, print, printDocument } from './output.ts';
import { openPlace } from './place.ts';
import { paint } from './terminal/colours.ts';
import { count, price } from './terminal/numbers.ts';
import { screenWidth } from './terminal/screen.ts';
import { table } from './terminal/table.ts';

/** Lists the models of providers that can be called here, or all that are known. */
export async function showModels(words: readonly string[], options: ModelsOptions): Promise<void> {
  const place = openPlace(options);
  const config = resolveConfig(await configOf(place, options), { defaultModel: 'simulated/any' });
  const providers = createProviders(config.providers, place.environment, { simulatorUrl: 'http://127.0.0.1' });
  const callable = new Set(providers.names.filter((name) => canBeMade(() => providers.provider(name))));
  const known = createCatalogue(config.models, { simulatedModels }).list();
  const matching = known.filter(({ ref }) => words.every((word) => ref.toLowerCase().includes(word.toLowerCase())));
  const shown = options.all === true ? matching : matching.filter(({ provider }) => callable.has(provider));
  if (options.json === true) return printDocument({ models: shown });
  if (shown.length > 0) print(describe(shown));
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

function describe(models: readonly ModelEntry[]): string {
  return table(
    [
      { title: 'MODEL', value: ({ ref }) => ref },
      { title: 'WINDOW', align: 'right', spare: 1, value: ({ contextWindow }) => count(contextWindow) },
      { title: 'OUTPUT', align: 'right', spare: 2, value: ({ maxOutputTokens }) => count(maxOutputTokens) },
      { title: '$/M IN', align: 'right', value: (model) => priced(model, 'input') },
      { title: 'CACHED', align: 'right', spare: 3, value: (model) => priced(model, 'cacheRead') },
      { title: '$/M OUT', align: 'right', value: (model) => priced(model, 'output') },
    ],
    models,
    screenWidth(),
    (text) => paint('dim', text),
  );
}

function priced({ price: prices, longContextPrice }: ModelEntry, of: 'input' | 'output' | 'cacheRead'): string {
  // A trailing + stands for dearer long requests.
  return prices === null ? '?' : `${price(prices[of] ?? prices.input)}${longContextPrice ? '+' : ''}`;
}
