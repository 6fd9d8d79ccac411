/**
 * Builds the dashboard: `node scripts/build-web.ts` brings `web/dist` up to date, where a checkout serves it from.
 * What is there already is left alone while its sources are the same.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = '.sources';

/** All that a build depends on. */
const sources = [
  'web/index.html',
  'web/vite.config.ts',
  'web/{src,public}/**/*.*',
  'src/domain/*.ts',
  'package-lock.json',
];

function stampOfSources(): string {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((pattern) => globSync(pattern, { cwd: root })).toSorted()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function isBuilt(folder: string, stamp: string): boolean {
  const file = join(folder, stampFile);
  return existsSync(file) && readFileSync(file, 'utf8') === stamp;
}

/**
 * Builds the dashboard into a folder. It is made beside it and takes its place when it is whole, so that two at once
 * and a reader in between do no harm.
 */
export async function buildWeb(folder: string): Promise<void> {
  const stamp = stampOfSources();
  if (isBuilt(folder, stamp)) return;
  // Whatever the environment says: a test run's `test` would bring React's slow half along.
  process.env['NODE_ENV'] = 'production';
  const { build } = await import('vite');
  const making = join(dirname(folder), `.building-${randomUUID()}`);
  try {
    await build({
      configFile: join(root, 'web/vite.config.ts'),
      logLevel: 'error',
      build: { outDir: making },
    });
    writeFileSync(join(making, stampFile), stamp);
    rmSync(folder, { recursive: true, force: true });
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    // Another build was quicker.
    if (!isBuilt(folder, stamp)) throw error;
  }
}

if (import.meta.main) await buildWeb(join(root, 'web/dist'));
