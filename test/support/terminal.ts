import xterm from '@xterm/headless';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { shellWord } from '../../src/domain/shell-word.ts';
import type { CliOptions } from './cli.ts';
import { environmentOf, follow, main, type CliProcess } from './cli.ts';

export interface TerminalProcess extends CliProcess {
  /** Types these keys. */
  type(keys: string): void;
}

/** Can a command be given a terminal here? */
export function hasTerminal(): boolean {
  return process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
}

function commandLine(words: readonly string[]): string {
  return [process.execPath, main, ...words].map(shellWord).join(' ');
}

function spawnScript(command: string, options: CliOptions): TerminalProcess {
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    cwd: options.folder,
    env: environmentOf(options),
  });
  return { ...follow(child), type: (keys) => void child.stdin.write(keys) };
}

/** Starts `loadline` with these words on a terminal of its own; what it writes to either output is in `stdout`. */
export function spawnOnTerminal(words: readonly string[], options: CliOptions): TerminalProcess {
  const environment = { ...options.environment, TERM: 'dumb', NO_COLOR: '1' };
  return spawnScript(commandLine(words), { ...options, environment });
}

/** A terminal that is looked at: what stands on it, as a person would see it. */
export interface DrawnTerminal extends TerminalProcess {
  /** All rows, those that have scrolled away too; blanks at their ends are left out. */
  rows(): Promise<readonly string[]>;
  /** Where the cursor stands: row and column of the visible part, from 0. */
  cursor(): Promise<{ readonly row: number; readonly column: number }>;
  resize(columns: number, rows: number): void;
}

/** The same on a terminal that draws, of this size. */
export function spawnOnDrawnTerminal(
  words: readonly string[],
  { columns, rows, ...options }: CliOptions & { readonly columns: number; readonly rows: number },
): DrawnTerminal {
  const device = join(options.folder, `tty-${randomUUID()}`);
  const command = `tty > ${shellWord(device)}; stty cols ${columns} rows ${rows}; exec ${commandLine(words)}`;
  const environment = { ...options.environment, TERM: 'xterm-256color' };
  const started = spawnScript(command, { ...options, environment });
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 5_000 });
  started.child.stdout?.on('data', (text: string) => terminal.write(text));
  const drawn = async (): Promise<void> => await new Promise((resolve) => terminal.write('', resolve));
  return {
    ...started,
    async rows() {
      await drawn();
      const { active } = terminal.buffer;
      return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '');
    },
    async cursor() {
      await drawn();
      return { row: terminal.buffer.active.cursorY, column: terminal.buffer.active.cursorX };
    },
    resize(columns, rows) {
      terminal.resize(columns, rows);
      const { status } = spawnSync('stty', [
        '-F',
        readFileSync(device, 'utf8').trim(),
        'cols',
        String(columns),
        'rows',
        String(rows),
      ]);
      if (status !== 0) throw new Error('stty could not resize the terminal');
    },
  };
}
