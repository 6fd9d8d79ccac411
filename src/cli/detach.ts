import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LoadlineError } from '../domain/errors.ts';
import { openHome } from '../worker/home.ts';
import { print, printDocument } from './output.ts';
import { openPlace, type CommonOptions } from './place.ts';

interface Ready {
  readonly ready: true;
  readonly pid: number;
}

/** Runs a command of ours in the background and returns once it is ready; its output goes to a file in the home. */
export async function detach(
  command: 'dev' | 'worker' | 'server',
  words: readonly string[],
  options: CommonOptions,
): Promise<void> {
  const { environment, folder } = openPlace(options);
  const file = join(openHome(environment, folder), `${command}.log`);
  const log = openSync(file, 'w', 0o600);
  const common = [
    ...(options.config === undefined ? [] : ['--config', options.config]),
    ...(options.envFile === undefined ? [] : ['--env-file', options.envFile]),
  ];
  const args = [...process.execArgv, process.argv[1] ?? '', command, '--json', ...words, ...common];
  const child = spawn(process.execPath, args, { detached: true, windowsHide: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let ended = false;
  child.once('exit', () => (ended = true));
  child.once('error', () => (ended = true));
  for (;;) {
    const over = ended;
    const { ready, failure } = readLog(file);
    if (ready !== null) {
      child.unref();
      if (options.json === true) return printDocument(ready);
      return print(`Process ${ready.pid} is ready; it writes to ${file}. It ends with: kill ${ready.pid}`);
    }
    if (failure !== null) throw failure;
    if (over) throw new LoadlineError('TemporalUnavailable', `${command} ended before it was ready; see ${file}`);
    await delay(50);
  }
}

function readLog(file: string): { readonly ready: Ready | null; readonly failure: LoadlineError | null } {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const document = parsed(line);
    if (document.ready === true && document.pid !== undefined) return { ready: document as Ready, failure: null };
    if (document.error !== undefined) {
      const { code, message } = document.error;
      return { ready: null, failure: new LoadlineError(code, message) };
    }
  }
  return { ready: null, failure: null };
}

type Document = Partial<Ready> & {
  readonly error?: { readonly code: LoadlineError['code']; readonly message: string };
};

function parsed(line: string): Document {
  try {
    return JSON.parse(line) as Document;
  } catch {
    return {};
  }
}
