import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { files } from '../../src/index.ts';
import { until } from '../support/until.ts';
import { callTool } from '../support/call-tool.ts';

let around: string;
let folder: string;
beforeEach(() => {
  around = mkdtempSync(join(tmpdir(), 'loadline-files-'));
  folder = join(around, 'inside');
  mkdirSync(join(folder, 'notes'), { recursive: true });
  mkdirSync(join(around, 'inside-not'));
  writeFileSync(join(around, 'secret.txt'), 'secret');
  writeFileSync(join(around, 'inside-not', 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'notes', 'a.md'), 'one\ntwo\nthree');
});
afterEach(() => rmSync(around, { recursive: true, force: true }));

const tool = (name: string) =>
  files({ folder, write: true, maxBytes: 10_000 }).find((one) => one.name === `files_${name}`);
const list = (path?: string) => callTool(tool('list'), path === undefined ? {} : { path });
const read = (path: string, page = {}) => callTool(tool('read'), { path, ...page });
const write = (path: string, text: string) => callTool(tool('write'), { path, text });

describe('the tools of a folder', () => {
  it('list, read in pages, and write with the folders on the way', async () => {
    expect(await list()).toEqual({ entries: [{ name: 'notes/' }] });
    expect(await read('notes/a.md')).toEqual({ path: 'notes/a.md', text: 'one\ntwo\nthree', lines: 3 });
    expect(await read('./notes//a.md', { from: 2, lines: 1 })).toMatchObject({ text: 'two', next: 3 });
    expect(await write('deep/er/b.txt', 'héllo')).toEqual({ path: 'deep/er/b.txt', bytes: 6 });
    expect(await write('deep/er/b.txt', 'again')).toMatchObject({ bytes: 5 });
    expect(readFileSync(join(folder, 'deep/er/b.txt'), 'utf8')).toBe('again');
    expect(await list('deep/er')).toEqual({ entries: [{ name: 'b.txt', bytes: 5 }] });
    await expect(read('notes/none.md')).rejects.toThrow(/There is no "notes\/none\.md"/);
    await expect(read('notes')).rejects.toThrow(/is no file/);
    await expect(list('notes/a.md')).rejects.toThrow(/is no folder/);
  });

  it('write only where the config says so', () => {
    expect(files({ folder }).map(({ name }) => name)).toEqual(['files_list', 'files_read']);
    expect(files({ folder, prefix: 'notes' }).map(({ name }) => name)).toEqual(['notes_list', 'notes_read']);
  });

  const outside = () => [
    '../secret.txt',
    'notes/../../secret.txt',
    'notes/../../inside-not/secret.txt',
    '..\\secret.txt',
    join(around, 'secret.txt'),
    '/etc/passwd',
    '\\etc\\passwd',
    'C:\\Windows\\win.ini',
    '~/secret.txt',
    '//server/share',
    'notes/..',
    '..',
    'a\0b',
  ];

  it('lead nowhere by "..", by absolute paths, or by other systems\' paths', async () => {
    for (const path of outside()) {
      for (const attempt of [read(path), list(path), write(path, 'mine')]) {
        await expect(attempt).rejects.toMatchObject({ name: 'ToolError' });
      }
    }
    expect(readFileSync(join(around, 'secret.txt'), 'utf8')).toBe('secret');
    expect(readdirSync(around).toSorted()).toEqual(['inside', 'inside-not', 'secret.txt']);
  });

  it('lead nowhere through a symbolic link, be it to a file, to a folder, or in a row', async () => {
    symlinkSync(join(around, 'secret.txt'), join(folder, 'file-link'));
    symlinkSync('../secret.txt', join(folder, 'relative-link'));
    symlinkSync(around, join(folder, 'folder-link'));
    symlinkSync(join(around, 'inside-not'), join(folder, 'sibling-link'));
    symlinkSync('folder-link', join(folder, 'second-link'));
    symlinkSync(join(around, 'new.txt'), join(folder, 'dangling'));
    for (const path of [
      'file-link',
      'relative-link',
      'folder-link/secret.txt',
      'sibling-link/secret.txt',
      'second-link/secret.txt',
    ]) {
      await expect(read(path)).rejects.toThrow(/leads out of the folder/);
    }
    await expect(list('folder-link')).rejects.toThrow(/leads out of the folder/);
    for (const path of [
      'folder-link/new.txt',
      'second-link/x/new.txt',
      'sibling-link/secret.txt',
      'file-link',
      'dangling',
    ]) {
      await expect(write(path, 'mine')).rejects.toMatchObject({ name: 'ToolError' });
    }
    expect([existsSync(join(around, 'new.txt')), existsSync(join(around, 'x'))]).toEqual([false, false]);
    expect(readFileSync(join(around, 'secret.txt'), 'utf8')).toBe('secret');
    symlinkSync('notes/a.md', join(folder, 'near'));
    expect(await read('near')).toMatchObject({ text: 'one\ntwo\nthree' });
  });

  it('hold against a folder that is swapped for a link while it is read', async () => {
    writeFileSync(join(folder, 'notes', 'secret.txt'), 'mine');
    const swapping = startSwapper();
    try {
      await until(async () => (await list('notes').catch(() => null)) === null);
      for (let round = 0; round < 1000; round++) {
        const said = await read('notes/secret.txt').catch((error: Error) => error.message);
        expect(JSON.stringify(said)).not.toContain('"secret"');
      }
    } finally {
      await swapping.end();
    }
  });

  /** Another process that swaps `notes` for a link to the folder around, and back, as fast as it can. */
  function startSwapper(): { end(): Promise<void> } {
    mkdirSync(join(around, 'parked'));
    const script = `const fs = require('fs'); process.chdir(${JSON.stringify(around)});
      for (;;) { fs.renameSync('inside/notes', 'parked/notes'); fs.symlinkSync('..', 'inside/notes');
        fs.unlinkSync('inside/notes'); fs.renameSync('parked/notes', 'inside/notes'); }`;
    const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    return {
      async end() {
        child.kill('SIGKILL');
        await gone;
      },
    };
  }

  it('replace a hard link to a file outside, and do not write through it', async () => {
    linkSync(join(around, 'secret.txt'), join(folder, 'hard'));
    await write('hard', 'mine');
    expect(readFileSync(join(around, 'secret.txt'), 'utf8')).toBe('secret');
    expect(readFileSync(join(folder, 'hard'), 'utf8')).toBe('mine');
  });

  it('read neither what is too long, nor what is no text, nor pipes', async () => {
    truncateSync(join(folder, 'notes', 'a.md'), 10_001);
    await expect(read('notes/a.md')).rejects.toThrow(/longer than the limit of 10000 bytes/);
    writeFileSync(join(folder, 'binary'), Buffer.from([1, 0, 2]));
    await expect(read('binary')).rejects.toThrow(/is no text file/);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(read('pipe')).rejects.toThrow(/is no file/);
    await expect(write('pipe', 'x')).rejects.toThrow(/no plain file/);
    await expect(write('big.txt', 'é'.repeat(5001))).rejects.toThrow(/10002 bytes; at most 10000/);
    await expect(write('notes', 'x')).rejects.toThrow(/no plain file/);
    await expect(write('notes/a.md/b', 'x')).rejects.toMatchObject({ name: 'ToolError' });
    expect(readdirSync(folder).toSorted()).toEqual(['binary', 'notes', 'pipe']);
  });

  it('list the first 500 entries of a folder and say how many more there are', async () => {
    for (let index = 0; index < 510; index++) writeFileSync(join(folder, 'notes', `${index}.txt`), '');
    expect(await list('notes')).toMatchObject({ more: 11 });
  });
});
