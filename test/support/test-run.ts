import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporal } from '../../src/worker/temporal-server/index.ts';
import { cleanEnvironment } from './clean-environment.ts';

/**
 * Starts one Temporal server for the whole run, in a home of its own, so that nothing of the user's is touched.
 *
 * @returns what ends it, and says what could not run
 */
export async function beginTestRun(): Promise<() => Promise<void>> {
  cleanEnvironment(process.env);
  const home = mkdtempSync(join(tmpdir(), 'loadline-test-'));
  process.env.TEMPORAL_CONFIG_FILE = join(home, 'no-profiles.toml');
  process.env.LOADLINE_TEST_NOT_RUN_FILE ??= join(home, 'not-run.txt');
  const temporal = process.env.LOADLINE_TEST_TEMPORAL_ADDRESS
    ? null
    : await findTemporal({ home, environment: process.env, ports: 'free', ui: false, onProgress: console.error });
  if (temporal !== null) process.env.LOADLINE_TEST_TEMPORAL_ADDRESS = temporal.address;
  return async () => {
    const lines = linesNotRun();
    await temporal?.close();
    rmSync(home, { recursive: true, force: true });
    if (lines.length === 0) return;
    console.error(`\n${lines.join('\n')}\n${lines.length} not run`);
    if (process.env.CI) process.exitCode = 1;
  };
}

function linesNotRun(): string[] {
  const file = process.env.LOADLINE_TEST_NOT_RUN_FILE;
  if (file === undefined || !existsSync(file)) return [];
  return [...new Set(readFileSync(file, 'utf8').trimEnd().split('\n'))];
}
