import { spawn } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { whenWeEnd } from '../when-we-end.ts';
import { cliVersion, executableName } from './cache-folder.ts';
import { onPath } from './local-binaries.ts';

export interface GoInstallOptions {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly onProgress: (line: string) => void;
}

const module = `github.com/temporalio/cli/cmd/temporal@${cliVersion}`;

/**
 * Builds the server with the Go of this machine.
 *
 * @returns the path of the executable
 * @throws when Go is missing or the build fails, with Go's last words
 */
export async function goInstall(options: GoInstallOptions): Promise<string> {
  const go = onPath(process.platform === 'win32' ? 'go.exe' : 'go', options.environment);
  if (go === null) throw new Error('Go is not installed');
  // A folder of its own until it is whole: another start may be building the same.
  const workshop = join(options.folder, `build-${process.pid}`);
  mkdirSync(workshop, { recursive: true });
  try {
    await build(go, workshop, options);
    const finished = join(options.folder, executableName);
    renameSync(join(workshop, executableName), finished);
    return finished;
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

function build(go: string, target: string, options: GoInstallOptions): Promise<void> {
  options.onProgress(`Building the Temporal server (go install ${module}): about three minutes, this once`);
  const startedAt = performance.now();
  let packages = 0;
  let lastWords = '';
  const progress = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    options.onProgress(`Building the Temporal server: ${seconds} s, ${packages} packages`);
  }, 15_000);
  const environment = { ...options.environment, GOBIN: target };
  const child = spawn(go, ['install', '-v', module], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  const letRun = whenWeEnd(() => void child.kill());
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    packages += text.split('\n').length - 1;
    lastWords = `${lastWords}${text}`.slice(-500);
  });
  return new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go install failed: ${lastWords.trim()}`));
    });
  }).finally(() => {
    clearInterval(progress);
    letRun();
  });
}
