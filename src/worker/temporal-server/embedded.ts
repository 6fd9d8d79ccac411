import { spawnSync } from 'node:child_process';
import { LoadlineError } from '../../domain/errors.ts';
import { cacheFolder, cliVersion } from './cache-folder.ts';
import { adoptServer, startServer, type EmbeddedServer, type EmbeddedServerOptions } from './embedded-server.ts';
import { goInstall } from './go-install.ts';
import { localBinaries } from './local-binaries.ts';
import { downloadServer } from './sdk-download.ts';
import { temporalUnavailable } from './unavailable.ts';

export interface EmbeddedOptions extends Omit<EmbeddedServerOptions, 'binary'> {
  readonly environment: NodeJS.ProcessEnv;
  readonly onProgress: (line: string) => void;
  /** In place of Temporal's own download address. */
  readonly downloadUrl?: string;
}

export interface FoundEmbedded {
  readonly server: EmbeddedServer;
  readonly source: 'adopted' | 'started';
}

/** Whether this is a Temporal command line with the options we need; older ones and namesakes are passed over. */
function isUsable(binary: string): boolean {
  const help = spawnSync(binary, ['server', 'start-dev', '--help'], { encoding: 'utf8', timeout: 10_000 });
  return ['--sqlite-pragma', '--search-attribute', '--dynamic-config-value'].every((flag) =>
    help.stdout?.includes(flag),
  );
}

/**
 * The home's own server: one that a killed process left running, else one started with the first `temporal` that can be
 * had on this machine, downloaded, or built.
 *
 * @throws {LoadlineError} TemporalUnavailable: what was tried, and what to do.
 */
export async function findEmbedded(options: EmbeddedOptions): Promise<FoundEmbedded> {
  const adopted = await adoptServer(options.home);
  if (adopted !== null) return { server: adopted, source: 'adopted' };
  const tried: string[] = [];
  for (const binary of localBinaries(options.environment)) {
    try {
      return { server: await startServer({ ...options, binary }), source: 'started' };
    } catch (error) {
      // A good binary that does not start has a reason that no other binary would cure.
      if (!isTooOld(error) && isUsable(binary)) throw error;
      tried.push(
        `${binary}: ${isTooOld(error) ? inWords(error) : 'no Temporal command line with the options we need'}`,
      );
    }
  }
  const folder = cacheFolder(options.environment);
  const { environment, onProgress, downloadUrl } = options;
  const makers = {
    "Temporal's own download": () =>
      downloadServer({ folder, onProgress, ...(downloadUrl === undefined ? {} : { baseUrl: downloadUrl }) }),
    'go install': () => goInstall({ folder, environment, onProgress }),
  };
  for (const [name, make] of Object.entries(makers)) {
    const binary = await make().catch((error: unknown) => {
      tried.push(`${name}: ${inWords(error)}`);
      return null;
    });
    if (binary !== null) return { server: await startServer({ ...options, binary }), source: 'started' };
  }
  throw temporalUnavailable(
    'No Temporal server was found and none could be got.\n' +
      ['temporal on PATH or in the cache: none that fits', ...tried].map((line) => `  - ${line}\n`).join('') +
      `Install the Temporal command line (https://docs.temporal.io/cli, ${cliVersion} or newer) and run this again, ` +
      'or set TEMPORAL_ADDRESS to a server that runs.',
    { tried },
  );
}

function isTooOld(error: unknown): boolean {
  return error instanceof LoadlineError && error.details?.version !== undefined;
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
