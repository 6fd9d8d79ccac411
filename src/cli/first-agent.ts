import { builtInConfig, loadConfig, resolveConfig, type Config } from '../config/index.ts';
import * as tools from '../tools/index.ts';
import { UsageError } from './failure.ts';
import type { CommonOptions, Place } from './place.ts';

/** The config of a place as it was written; where there is none, the built-in one. */
export async function configOf(place: Place, options: CommonOptions): Promise<Config> {
  const loaded = await loadConfig({
    cwd: process.cwd(),
    file: place.configFile ?? undefined,
    envFile: options.envFile,
    environment: place.environment,
    tools,
  });
  return loaded === null ? builtInConfig : (loaded.config as Config);
}

/** The agent that is meant when none is named. */
export async function firstAgent(place: Place, options: CommonOptions): Promise<string> {
  // Any model will do here: only the names are asked for.
  const { agents } = resolveConfig(await configOf(place, options), { defaultModel: 'simulated/any' });
  const [name] = agents.keys();
  if (name === undefined) throw new UsageError('The config has no agent; name one with --agent');
  return name;
}
