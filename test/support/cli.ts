import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { simulatorAt, type RemoteSimulator } from '../../src/simulator/index.ts';

export const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Of the one document on standard output. */
  readonly json: <T>() => T;
}

export interface CliProcess {
  readonly child: ChildProcess;
  /** What has come on standard output so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<CliResult>;
}

export interface CliOptions {
  readonly folder: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly input?: string;
}

export function environmentOf({ folder, environment }: CliOptions): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _, NO_COLOR: __, PORT: ___, ...inherited } = process.env;
  return { ...inherited, LOADLINE_HOME: join(folder, 'home'), LOADLINE_PORT: '0', ...environment };
}

export function follow(child: ChildProcess): CliProcess {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr, json: <T>() => JSON.parse(stdout) as T }));
  });
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}

/** What to read; a command that ends without reading it is no failure. */
function give(child: ChildProcess, input = ''): void {
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
}

/** Starts `loadline` with these words, in a folder of its own. */
export function spawnCli(words: readonly string[], options: CliOptions): CliProcess {
  const child = spawn(process.execPath, [main, ...words], { cwd: options.folder, env: environmentOf(options) });
  give(child, options.input);
  return follow(child);
}

/** Runs `loadline` to its end. */
export async function cli(words: readonly string[], options: CliOptions): Promise<CliResult> {
  return await spawnCli(words, options).ended;
}

/** Runs a command as a person would paste it. */
export async function shell(command: string, options: CliOptions): Promise<CliResult> {
  const child = spawn('sh', ['-c', command], { cwd: options.folder, env: environmentOf(options) });
  give(child, options.input);
  return await follow(child).ended;
}

export interface RunningDev {
  readonly folder: string;
  readonly process: CliProcess;
  readonly ready: {
    readonly pid: number;
    readonly http: { readonly url: string };
    readonly temporal: { readonly address: string };
  };
  readonly simulator: RemoteSimulator;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<CliResult>;
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'loadline-cli-'));
}

/** `loadline dev` with a Temporal server of its own. */
export async function startDev(folder: string, environment: NodeJS.ProcessEnv = {}): Promise<RunningDev> {
  const process = spawnCli(['dev', '--json'], { folder, environment });
  const ready = await new Promise<RunningDev['ready']>((resolve, reject) => {
    process.child.stdout?.on('data', () => {
      if (process.stdout().startsWith('{"ready":true')) resolve(JSON.parse(process.stdout()) as RunningDev['ready']);
    });
    void process.ended.then(({ code, stdout, stderr }) =>
      reject(new Error(`dev ended with ${code}: ${stdout}${stderr}`)),
    );
  });
  const { simulatorUrl } = JSON.parse(readFileSync(join(folder, 'home', 'dev.json'), 'utf8')) as {
    simulatorUrl: string;
  };
  return {
    folder,
    process,
    ready,
    simulator: simulatorAt(simulatorUrl),
    async stop() {
      process.child.kill('SIGINT');
      return await process.ended;
    },
  };
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

export interface CliHost {
  /** Runs `loadline` to its end: one command after the other, in one process whose modules are loaded. */
  readonly run: (...words: readonly string[]) => Promise<CliResult>;
  close(): Promise<void>;
}

/** A process that runs command lines in a folder; what Node itself does around a command is for `cli` to prove. */
export function startCliHost(options: Pick<CliOptions, 'folder' | 'environment'>): CliHost {
  const script = fileURLToPath(new URL('./cli-host.ts', import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
    cwd: options.folder,
    env: environmentOf(options),
    stdio: ['pipe', 'inherit', 'inherit', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const answers = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: async (...words) => {
      const result = last.then(async (): Promise<CliResult> => {
        child.stdin?.write(`${JSON.stringify({ words })}\n`);
        const { value, done } = await answers.next();
        if (done === true) throw new Error(`The host of commands ended at: ${words.join(' ')}`);
        const answer = JSON.parse(value) as Omit<CliResult, 'json'>;
        return { ...answer, json: <T>() => JSON.parse(answer.stdout) as T };
      });
      last = result.catch(() => undefined);
      return await result;
    },
    async close() {
      child.stdin?.end();
      await ended;
    },
  };
}
