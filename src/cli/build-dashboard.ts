import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { note } from './output.ts';

const script = fileURLToPath(new URL('../../scripts/build-web.ts', import.meta.url));

/**
 * In a checkout the dashboard is built from its sources, when they have changed: some seconds in a process of its own.
 * The package has it built. Without it everything else works, so a failure is told and no more.
 */
export async function buildDashboard(): Promise<void> {
  if (!existsSync(script)) return;
  const problem = await new Promise<string | null>((resolve) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', script], (error, _, stderr) =>
      resolve(error === null ? null : (stderr.split('\n').find((line) => /\S/.test(line)) ?? error.message)),
    );
  });
  if (problem !== null) note(`The dashboard could not be built, the rest works: ${problem.trim()}`);
}
