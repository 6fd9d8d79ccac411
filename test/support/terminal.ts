import { spawn, spawnSync } from 'node:child_process';
import type { CliOptions } from './cli.ts';
import { environmentOf, follow, main, type CliProcess } from './cli.ts';
import { shellWord } from '../../src/domain/shell-word.ts';

export interface TerminalProcess extends CliProcess {
  /** Types these keys. */
  type(keys: string): void;
}

/** Can a command be given a terminal here? */
export function hasTerminal(): boolean {
  return process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
}

/** Starts `loadline` with these words on a terminal of its own; what it writes to either output is in `stdout`. */
export function spawnOnTerminal(words: readonly string[], options: CliOptions): TerminalProcess {
  const command = [process.execPath, main, ...words].map(shellWord).join(' ');
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    cwd: options.folder,
    env: { ...environmentOf(options), TERM: 'dumb', NO_COLOR: '1' },
  });
  return { ...follow(child), type: (keys) => void child.stdin.write(keys) };
}
