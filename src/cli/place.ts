import { dirname, resolve } from 'node:path';
import { readEnvFile } from '../config/env-file.ts';
import { findConfigFile } from '../config/find-file.ts';

/** Options that every command takes. */
export interface CommonOptions {
  readonly json?: true;
  readonly config?: string;
  readonly envFile?: string;
}

/** Where a command runs. */
export interface Place {
  readonly configFile: string | null;
  /** Beside the config, or the working directory: `.env` and `.loadline` are there. */
  readonly folder: string;
  /** `process.env` with what `.env` adds. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Finds the config's folder and reads the `.env` beside it; the config itself is not evaluated.
 *
 * @throws LoadlineError `ConfigInvalid` when a file that was named is not there.
 */
export function openPlace(options: CommonOptions): Place {
  const environment = process.env;
  const cwd = process.cwd();
  const configFile = findConfigFile(cwd, options.config ?? (environment['LOADLINE_CONFIG'] || undefined));
  const folder = configFile === null ? cwd : dirname(configFile);
  const file = options.envFile === undefined ? undefined : resolve(cwd, options.envFile);
  readEnvFile(environment, { folder, file });
  return { configFile, folder, environment };
}
