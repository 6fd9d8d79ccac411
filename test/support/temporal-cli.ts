import { execFile } from 'node:child_process';
import { localBinaries } from '../../src/worker/temporal-server/local-binaries.ts';
import { testTemporalAddress } from './stack.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The bare `temporal` command that the run's server came from; `null` where there is none. */
export function temporalBinary(): string | null {
  return localBinaries(process.env)[0] ?? null;
}

/** Runs the bare `temporal` command against the run's server, with JSON as its output. */
export async function temporal(...args: readonly string[]): Promise<CliResult> {
  const binary = temporalBinary();
  if (binary === null) throw new Error('There is no temporal command on this machine');
  const all = [...args, '--address', testTemporalAddress(), '--output', 'json'];
  return await new Promise((resolve) => {
    execFile(binary, all, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, stdout, stderr });
    });
  });
}
