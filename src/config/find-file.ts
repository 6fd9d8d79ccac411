import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LoadlineError } from '../domain/errors.ts';

export const configFileNames = ['ts', 'mts', 'js', 'mjs', 'json'].map((ending) => `loadline.config.${ending}`);

/**
 * The config of a folder: the file that was named, else the first of `configFileNames` in it, else `null`.
 *
 * @throws LoadlineError `ConfigInvalid` when the file that was named is not there.
 */
export function findConfigFile(cwd: string, file: string | undefined): string | null {
  if (file === undefined)
    return configFileNames.map((name) => join(cwd, name)).find((path) => existsSync(path)) ?? null;
  const path = resolve(cwd, file);
  if (existsSync(path) && statSync(path).isFile()) return path;
  throw new LoadlineError('ConfigInvalid', `There is no config file ${path} (LOADLINE_CONFIG or --config names it)`);
}
