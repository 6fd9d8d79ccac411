import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HomeInUse, lockHome, openHome, readDev } from '../../src/worker/home.ts';
import { identifyProcess, isRunning } from '../../src/worker/process-identity.ts';

const module = JSON.stringify(new URL('../../src/worker/home.ts', import.meta.url).href);

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'loadline-home-'));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** Another process that holds the home until it is ended. */
async function holder(): Promise<{ pid: number; end(signal: NodeJS.Signals): Promise<void> }> {
  const program = `
    import { lockHome } from ${module};
    lockHome(${JSON.stringify(home)}).publish({ httpUrl: 'http://127.0.0.1:4100' });
    console.log('held');
    setInterval(() => globalThis.gc(), 20);`;
  const flags = ['--disable-warning=ExperimentalWarning', '--expose-gc', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    async end(signal) {
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

describe('openHome', () => {
  it('is .loadline beside the config unless LOADLINE_HOME names another', () => {
    expect(openHome({}, home)).toBe(join(home, '.loadline'));
    expect(openHome({ LOADLINE_HOME: join(home, 'other') }, '/')).toBe(join(home, 'other'));
  });
});

describe('lockHome', () => {
  it('refuses a second start in the same home, naming the pid and the address of the first', async () => {
    const first = await holder();
    try {
      expect(() => lockHome(home)).toThrow(HomeInUse);
      expect(() => lockHome(home)).toThrow(new RegExp(`Process ${first.pid} .* http://127\\.0\\.0\\.1:4100`));
      expect(readDev(home)?.process.pid).toBe(first.pid);
    } finally {
      await first.end('SIGTERM');
    }
  });

  it('is free again after its holder was killed with -9, and does not believe the file it left', async () => {
    await (await holder()).end('SIGKILL');
    expect(readDev(home)).toBeNull();
    lockHome(home).release();
  });

  it('lets go of the home once, and only then lets another start in', () => {
    const lock = lockHome(home);
    expect(() => lockHome(home)).toThrow(HomeInUse);
    lock.release();
    lock.release();
    const next = lockHome(home);
    expect(readDev(home)?.process.pid).toBe(process.pid);
    next.release();
    expect(readDev(home)).toBeNull();
  });

  it('gathers the addresses that parts publish as they come up', () => {
    const lock = lockHome(home);
    lock.publish({ temporalAddress: '127.0.0.1:7233' });
    lock.publish({ httpUrl: 'http://127.0.0.1:4100' });
    expect(readDev(home)).toMatchObject({ temporalAddress: '127.0.0.1:7233', httpUrl: 'http://127.0.0.1:4100' });
    lock.release();
  });
});

describe('readDev', () => {
  it.each([
    ['another boot', { bootId: 'an earlier boot' }],
    ['another process that was given the pid', { startTime: '1' }],
    ['a pid that nobody has', { pid: 2 ** 22 + 1 }],
  ])('does not believe a file from %s', (_, change) => {
    const lock = lockHome(home);
    const file = join(home, 'dev.json');
    const state = JSON.parse(readFileSync(file, 'utf8')) as { process: object };
    writeFileSync(file, JSON.stringify({ ...state, process: { ...state.process, ...change } }));
    expect(readDev(home)).toBeNull();
    lock.release();
  });

  it('does not believe a file that is no dev.json', () => {
    writeFileSync(join(home, 'dev.json'), '{"pid": 12');
    expect(readDev(home)).toBeNull();
  });
});

describe('a process identity', () => {
  it('is that of a running process until it ends', async () => {
    const other = await holder();
    const identity = identifyProcess(other.pid);
    expect(identity !== null && isRunning(identity)).toBe(true);
    await other.end('SIGKILL');
    expect(identity !== null && isRunning(identity)).toBe(false);
  });
});
