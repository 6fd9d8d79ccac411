import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { whenWeEnd } from '../../worker/when-we-end.ts';
import type { StoryWorkerSettings } from './worker-main.ts';

/** This module's own extension: a checkout runs `.ts`, the package `.js`. */
const main = fileURLToPath(
  new URL(`./worker-main${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url),
);

/** A worker of stories in a process of its own, so that it can be killed without ending anything else. */
export interface StoryWorker {
  readonly pid: number;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Drains it. */
  stop(): Promise<void>;
}

/** @throws Error with what the process said last, when it ends before it is ready. */
export async function startStoryWorker(settings: StoryWorkerSettings): Promise<StoryWorker> {
  const child = fork(main, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // Connection settings hold certificates as bytes.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const forget = whenWeEnd(() => child.kill('SIGKILL'));
  child.once('exit', forget);
  child.send(settings);
  await ready(child);
  const end = async (action: () => void): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    action();
    await gone;
  };
  return {
    pid: child.pid ?? 0,
    kill: () => end(() => child.kill('SIGKILL')),
    // It drains when its parent lets go of it.
    stop: () => end(() => child.disconnect()),
  };
}

async function ready(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-2_000)));
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`The worker of stories did not start: ${said}`)));
  });
}
