import { dirname, join, resolve } from 'node:path';
import {
  chooseDefaultModel,
  configFileNames,
  readEnvironment,
  resolveConfig,
  type DefaultModel,
  type Environment,
  type ResolvedConfig,
} from '../../config/index.ts';
import { LoadlineError } from '../../domain/errors.ts';
import { configOf } from '../first-agent.ts';
import { openPlace, type CommonOptions, type Place } from '../place.ts';
import type { VariableSource } from './mend.ts';

/** A thing that is there, or why it is not. */
export type Got<T> = { readonly value: T } | { readonly error: LoadlineError };

/** What the checks look at; one part that can't be had does not hide the others. */
export interface Scene {
  readonly place: Got<Place>;
  readonly environment: NodeJS.ProcessEnv;
  readonly source: VariableSource;
  readonly folder: string;
  readonly settings: Got<Environment>;
  readonly defaultModel: Got<DefaultModel>;
  readonly config: Got<ResolvedConfig>;
  /** The config's file, also of one that can't be used. */
  readonly configFile: string | null;
}

async function attempt<T>(work: () => T | Promise<T>): Promise<Got<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof LoadlineError) return { error };
    throw error;
  }
}

export async function setScene(options: CommonOptions): Promise<Scene> {
  const environment = process.env;
  const ofShell = new Set(Object.keys(environment).filter((name) => environment[name]));
  const named = options.config ?? (environment['LOADLINE_CONFIG'] || undefined);
  const place = await attempt(() => openPlace(options));
  const folder = 'value' in place ? place.value.folder : named === undefined ? process.cwd() : dirname(resolve(named));
  const settings = await attempt(() => readEnvironment(environment));
  const defaultModel = await attempt(() => chooseDefaultModel(environment));
  const config = await attempt(async () => {
    if ('error' in place) throw place.error;
    const model = 'value' in defaultModel ? defaultModel.value.model : 'simulated/any';
    return resolveConfig(await configOf(place.value, options), { defaultModel: model });
  });
  return {
    place,
    environment,
    source: { ofShell, envFile: options.envFile === undefined ? join(folder, '.env') : resolve(options.envFile) },
    folder,
    settings,
    defaultModel,
    config,
    configFile: 'value' in place ? place.value.configFile : resolve(named ?? configFileNames[0] ?? ''),
  };
}
