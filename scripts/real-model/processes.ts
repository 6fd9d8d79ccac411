import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { whenWeEnd } from '../../src/worker/when-we-end.ts';

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Child {
  /** The JSON document that it printed when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  stop(): Promise<void>;
}

/** Starts a process and waits for its first line, a JSON document with `ready`. */
export async function startChild(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Child> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const forget = whenWeEnd(() => child.kill('SIGTERM'));
  const complaints: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = line.startsWith('{"ready"') ? (JSON.parse(line) as Child['ready']) : null;
    if (ready === null) continue;
    child.stdout.resume();
    return {
      ready,
      async stop() {
        child.kill('SIGTERM');
        await exited;
        forget();
      },
    };
  }
  await exited;
  forget();
  throw new Error(`${command} ended before it was ready: ${complaints.join('').trim()}`);
}

/** One command line of Loadline. */
export class CommandLine {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#environment = environment;
  }

  async dev(): Promise<Child> {
    return await startChild(process.execPath, [cli, 'dev', '--json'], {
      cwd: this.#folder,
      env: this.#environment,
    });
  }

  /** Runs a command to its end and reads the JSON document it prints. An answer that a limit cut off is one too. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const command = [cli, ...args, '--json'];
    const options = { cwd: this.#folder, env: this.#environment, maxBuffer: 64 * 1024 * 1024 };
    const { stdout, stderr, code } = await new Promise<Ended>((resolve) => {
      execFile(process.execPath, command, options, (error, stdout, stderr) => {
        resolve({ stdout, stderr, code: error === null ? 0 : (error.code ?? null) });
      });
    });
    if (code !== exitCodes.completed && code !== exitCodes.limit) {
      throw new Error(`loadline ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    }
    return JSON.parse(stdout) as T;
  }
}

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | string | null;
}
