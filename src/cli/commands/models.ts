import type { Command } from 'commander';
import type { CommonOptions } from '../place.ts';

export interface ModelsOptions extends CommonOptions {
  readonly all?: true;
  /** A model whose learnt window is forgotten. */
  readonly forget?: string;
}

export function modelsCommand(program: Command): Command {
  return program
    .command('models')
    .summary('models that can be used: window, limits, prices')
    .description('Lists models with their window, output limit and prices in US dollars a million tokens.')
    .argument('[text...]', 'of their names')
    .option('--all', 'also of providers that no key is set for')
    .option('--forget <model>', 'forget the window that its server gave away')
    .action(async (text: readonly string[], options: ModelsOptions) => {
      const { forgetWindow, showModels } = await import('../show-models.ts');
      if (options.forget !== undefined) return await forgetWindow(options.forget, options);
      await showModels(text, options);
    });
}
