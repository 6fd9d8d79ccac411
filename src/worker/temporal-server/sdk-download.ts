import { once } from 'node:events';
import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import sdk from '@temporalio/client/package.json' with { type: 'json' };
import { z } from 'zod';
import { executableName } from './cache-folder.ts';
import { filesOfTar } from './tar.ts';

const downloadSchema = z.object({ archiveUrl: z.url(), fileToExtract: z.string() });

export interface SdkDownloadOptions {
  /** The folder that receives the executable. */
  readonly folder: string;
  readonly onProgress: (line: string) => void;
  /** Temporal's own place by default. */
  readonly baseUrl?: string;
  /** For the first answer; a machine without internet should not wait. */
  readonly answerTimeoutMs?: number;
}

const platforms: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Downloads the server that Temporal names as the default for this SDK: the same request its testing package makes.
 *
 * @returns the path of the executable
 * @throws when there is no internet, or no server for this platform
 */
export async function downloadServer(options: SdkDownloadOptions): Promise<string> {
  const platform = platforms[process.platform];
  const arch = architectures[process.arch];
  if (platform === undefined || arch === undefined) throw new Error(`none for ${process.platform} ${process.arch}`);
  const query = new URLSearchParams({ arch, platform, format: 'tar.gz' });
  query.set('sdk-name', 'sdk-typescript');
  query.set('sdk-version', sdk.version);
  const url = `${options.baseUrl ?? 'https://temporal.download'}/cli/default?${query.toString()}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(options.answerTimeoutMs ?? 5_000) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  const { archiveUrl, fileToExtract } = downloadSchema.parse(await answer.json());
  options.onProgress(`Downloading the Temporal server from ${archiveUrl}`);
  const archive = await fetch(archiveUrl, { signal: AbortSignal.timeout(300_000) });
  if (!archive.ok || archive.body === null) throw new Error(`${archiveUrl} answers ${archive.status}`);
  return extract(archive.body as ReadableStream<Uint8Array>, fileToExtract, options.folder);
}

async function extract(archive: ReadableStream<Uint8Array>, wanted: string, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const finished = join(folder, executableName);
  const unfinished = `${finished}.${process.pid}`;
  const source = Readable.fromWeb(archive);
  const unpacked = source.pipe(createGunzip());
  source.once('error', (error) => unpacked.destroy(error));
  try {
    for await (const file of filesOfTar(unpacked)) {
      if (file.name !== wanted) continue;
      const target = createWriteStream(unfinished, { mode: 0o755 });
      for await (const chunk of file.content) if (!target.write(chunk)) await once(target, 'drain');
      target.end();
      await once(target, 'close');
      // Renamed as a whole: another start may be downloading the same.
      renameSync(unfinished, finished);
      return finished;
    }
  } finally {
    source.destroy();
    rmSync(unfinished, { force: true });
  }
  throw new Error(`the archive holds no ${wanted}`);
}
