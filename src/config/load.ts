import { readFileSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { createJiti } from 'jiti';
import { LoadlineError } from '../domain/errors.ts';
import { defineAgent } from './agent.ts';
import { defineConfig, type Config } from './config.ts';
import { readEnvFile } from './env-file.ts';
import { findConfigFile } from './find-file.ts';
import type { Variables } from './environment.ts';
import { jsonErrorAt } from './json-error.ts';
import { defineTeam } from './team.ts';
import { defineTool } from './tool.ts';
import { ToolError } from './tool-error.ts';

export interface LoadOptions {
  readonly cwd: string;
  /** `LOADLINE_CONFIG`: a file that must be there. Without it the first of `configFileNames` in `cwd`. */
  readonly file?: string | undefined;
  /** `--env-file`: instead of `.env` beside the config. */
  readonly envFile?: string | undefined;
  /** Gets what the `.env` file says and no variable said before; the config is evaluated after that. */
  readonly environment: Variables;
  /** What else `import … from 'loadline'` gives in the config: the built-in tools. */
  readonly tools?: Readonly<Record<string, unknown>>;
}

export interface LoadedConfig {
  /** As it was written; `resolveConfig` checks it. */
  readonly config: unknown;
  readonly file: string;
  /** The config's folder: `.env` and `.loadline` are beside it. */
  readonly folder: string;
}

/** What `loadline dev` runs where there is no config file. */
export const builtInConfig: Config = defineConfig({
  agents: [
    defineAgent({
      name: 'assistant',
      description: 'Answers questions',
      instructions: 'You are a helpful assistant. Answer briefly and say when you do not know.',
    }),
  ],
});

/**
 * What `import … from 'loadline'` means in a config: this very package, wherever it is installed, so that a config loads
 * in a fresh checkout without a build, and there are never two copies.
 */
const ownPackage = { defineAgent, defineConfig, defineTeam, defineTool, LoadlineError, ToolError };

/** The first `file:line:column` of an error's message or stack that lies in the user's own files. */
function placeOf(error: unknown, folder: string): string | null {
  const { message, stack } = error as { readonly message?: string; readonly stack?: string };
  const text = `${message ?? ''}\n${stack ?? ''}`;
  for (const [, file = '', line, column] of text.matchAll(
    /(?:file:\/\/)?(\/[^\s():]+|[A-Za-z]:\\[^\s():]+):(\d+):(\d+)/g,
  )) {
    if (file.startsWith(folder) && !file.includes('node_modules')) return `${file}:${line}:${column}`;
  }
  return null;
}

function unreadable(file: string, error: unknown, place: string | null): LoadlineError {
  const said = (error as { readonly message?: string }).message ?? String(error);
  const message = said.split('\n')[0]?.trim() ?? '';
  return new LoadlineError('ConfigInvalid', `${place ?? file}: ${message}`, { file }, { cause: error });
}

function readJson(file: string): unknown {
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8 quotes the text around the mistake, or all of it; the place says it better.
    const message = (error as Error).message.replace(/(, \.{0,3}"|in JSON at).*$/s, '').trim();
    throw unreadable(file, new Error(message, { cause: error }), `${file}:${jsonErrorAt(text)}`);
  }
}

async function evaluate(file: string, tools: LoadOptions['tools']): Promise<unknown> {
  const virtualModules = { loadline: { ...ownPackage, ...tools } };
  const jiti = createJiti(file, { virtualModules, tsconfigPaths: true, moduleCache: false });
  let module: Record<string, unknown>;
  try {
    module = await jiti.import<Record<string, unknown>>(file);
  } catch (error) {
    if (error instanceof LoadlineError) throw error;
    throw unreadable(file, error ?? 'it threw nothing', placeOf(error ?? {}, dirname(file)));
  }
  if (Object.hasOwn(module, 'default')) return module['default'];
  throw new LoadlineError(
    'ConfigInvalid',
    `${file} has no default export; write: export default defineConfig({ agents: [ … ] })`,
  );
}

/**
 * Finds and reads the config of a folder, and the `.env` beside it first.
 *
 * @returns `null` when no file was named and none is there; `builtInConfig` is there for that.
 * @throws LoadlineError `ConfigInvalid` with file, line and reason when the file can't be read or evaluated.
 */
export async function loadConfig({
  cwd,
  file,
  envFile,
  environment,
  tools,
}: LoadOptions): Promise<LoadedConfig | null> {
  const path = findConfigFile(cwd, file);
  const folder = path === null ? resolve(cwd) : dirname(path);
  const named = envFile === undefined ? undefined : resolve(cwd, envFile);
  readEnvFile(environment, { folder, file: named });
  if (path === null) return null;
  return { config: extname(path) === '.json' ? readJson(path) : await evaluate(path, tools), file: path, folder };
}

/** For commands that can't go on without a config: which file to write, with an example. */
export function noConfig(cwd: string): LoadlineError {
  const file = join(relative(process.cwd(), cwd), 'loadline.config.ts');
  return new LoadlineError(
    'ConfigInvalid',
    [
      `There is no config in ${cwd}. Write ${file}:`,
      '',
      "  import { defineAgent, defineConfig } from 'loadline';",
      "  const assistant = defineAgent({ name: 'assistant', instructions: 'Answer briefly.' });",
      '  export default defineConfig({ agents: [assistant] });',
    ].join('\n'),
  );
}
