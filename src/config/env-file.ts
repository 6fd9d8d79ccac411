import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'dotenv';
import { LoadlineError } from '../domain/errors.ts';
import type { Variables } from './environment.ts';

/**
 * Adds what a `.env` file says to an environment; variables that are set already win.
 *
 * @param file a file that must be there, from `--env-file`; without it `.env` in `folder`, if there is one.
 * @returns the file that was read, or `null`.
 */
export function readEnvFile(
  environment: Variables,
  { folder, file }: { readonly folder: string; readonly file?: string | undefined },
): string | null {
  const path = file === undefined ? join(folder, '.env') : resolve(folder, file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (file === undefined) return null;
    throw new LoadlineError('ConfigInvalid', `Can't read ${path}: ${(error as Error).message}`);
  }
  for (const [name, value] of Object.entries(parse(text))) environment[name] ??= value;
  return path;
}
