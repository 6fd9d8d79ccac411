import { bundleWorkflowCode, type Logger } from '@temporalio/worker';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const source = join(here, '..');

/** The package ships its bundle; a checkout makes one. */
const shipped = join(source, 'workflow-bundle.js');

/**
 * The workflows as one piece of code. A checkout's bundle is kept in `cacheFolder` under the hash of its sources and of
 * the SDK's version: bundling takes a second or two, and a worker's start should not wait for it twice.
 */
export async function workflowBundle(cacheFolder: string, logger: Logger): Promise<{ readonly codePath: string }> {
  if (extension === '.js') return { codePath: shipped };
  const codePath = join(cacheFolder, `workflow-bundle-${sourceHash()}.js`);
  if (exists(codePath)) return { codePath };
  mkdirSync(cacheFolder, { recursive: true });
  // Written aside and renamed: two workers that start at once must not read half a file.
  const aside = `${codePath}.${process.pid}`;
  writeFileSync(aside, (await bundleWorkflows(logger)).code);
  renameSync(aside, codePath);
  return { codePath };
}

/** Bundles the workflows of this checkout; the build does it for the package. */
export async function bundleWorkflows(logger?: Logger): Promise<{ readonly code: string }> {
  const workflowsPath = join(source, 'workflows', `index${extension}`);
  const payloadConverterPath = join(source, 'workflows', `payload-converter${extension}`);
  return await bundleWorkflowCode({ workflowsPath, payloadConverterPath, ...(logger === undefined ? {} : { logger }) });
}

function sourceHash(): string {
  const hash = createHash('sha256');
  const { version } = createRequire(import.meta.url)('@temporalio/workflow/package.json') as { version: string };
  hash.update(version);
  for (const folder of ['domain', 'workflows']) {
    for (const file of readdirSync(join(source, folder)).toSorted())
      hash.update(file).update(readFileSync(join(source, folder, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
