import type { Command } from 'commander';
import { openPlace, type CommonOptions } from '../place.ts';

/** `loadline` alone: what runs, where, and what to do next. */
export function overviewCommand(program: Command): Command {
  return program.command('overview', { hidden: true }).description('what runs here').action(overview);
}

async function overview(options: CommonOptions): Promise<void> {
  const place = openPlace(options);
  const [{ printOverview }, { openHome, readDev }] = await Promise.all([
    import('../overview.ts'),
    import('../../worker/home.ts'),
  ]);
  const home = openHome(place.environment, place.folder);
  await printOverview({ place, home, dev: readDev(home), json: options.json === true });
}
