import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createStore, StoreUnavailable } from '../../src/store/index.ts';
import { storeOver } from '../../src/store/sql-store.ts';
import { sqliteDatabase } from '../../src/store/sqlite/sqlite-database.ts';
import { openedStore, openInput } from './fixtures.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadline-store-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function migrationError(path: string): Promise<unknown> {
  const store = createStore(`sqlite:${path}`);
  const error = await store.migrate().catch((caught: unknown) => caught);
  await store.close();
  return error;
}

describe('a store that can not be used says what, where and what to do', () => {
  it('when the file is no database', async () => {
    const path = join(folder, 'letter.txt');
    writeFileSync(path, 'Dear Ann, '.repeat(500));
    expect(await migrationError(path)).toMatchObject({
      code: 'ConfigInvalid',
      message: `${path} is no SQLite database. Move that file away, or set LOADLINE_DATABASE_URL to another path.`,
    });
  });

  it('when the path is a folder', async () => {
    mkdirSync(join(folder, 'db'));
    expect(await migrationError(join(folder, 'db'))).toMatchObject({
      code: 'ConfigInvalid',
      message: expect.stringContaining("can't be opened"),
    });
  });

  it('when its folder can not be made', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await migrationError(join(folder, 'file', 'db.sqlite'))).toMatchObject({
      code: 'ConfigInvalid',
      message: expect.stringContaining(`The folder ${join(folder, 'file')} of the database can't be made`),
    });
  });

  it('when the file may only be read', () => {
    const path = join(folder, 'db.sqlite');
    const sqlite = new DatabaseSync(path);
    sqlite.exec('create table t (a)');
    sqlite.close();
    chmodSync(path, 0o444);
    chmodSync(folder, 0o755);
    // Root may write everything: another user tries.
    const isRoot = process.getuid?.() === 0;
    const index = new URL('../../src/store/index.ts', import.meta.url).href;
    const script = `
      const { createStore } = await import(${JSON.stringify(index)});
      ${isRoot ? 'process.setgid(65534); process.setuid(65534);' : ''}
      await createStore(${JSON.stringify(`sqlite:${path}`)}).migrate().catch((error) => console.log(error.code, error.message));`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(stdout).toContain(`ConfigInvalid The database ${path} can't be written. Give this user the right`);
  });

  it('when the schema is newer than the code', async () => {
    const path = join(folder, 'db.sqlite');
    expect(await migrationError(path)).toBeUndefined();
    const sqlite = new DatabaseSync(path);
    sqlite.exec("insert into migrations (number, name) values (999, 'from the future')");
    sqlite.close();
    expect(await migrationError(path)).toMatchObject({
      code: 'ConfigInvalid',
      message: expect.stringMatching(/written by a newer Loadline: its schema is version 999, this one knows \d+/),
    });
  });

  it.each(['postgres://ann:secret@db/x', 'mysql://ann:secret@db/x', 'sqlite:', ''])(
    'when no store understands the address %s, without its password',
    (url) => {
      expect(() => createStore(url)).toThrow('LOADLINE_DATABASE_URL');
      expect(() => createStore(url)).not.toThrow('secret');
    },
  );
});

describe('a locked database', () => {
  it('is waited for without blocking the event loop', async () => {
    const { store, path, remove } = await openedStore();
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    const opening = store.openSession(openInput('s2'));
    expect((await store.session('s1'))?.sessionId).toBe('s1');
    let turns = 0;
    const free = setInterval(() => {
      turns += 1;
      if (turns === 5) other.exec('commit');
    }, 10);
    const opened = await opening.finally(() => clearInterval(free));
    expect(opened.created).toBe(true);
    expect(turns).toBeGreaterThanOrEqual(5);
    other.close();
    await remove();
  });

  it('that stays locked is unavailable, and nothing was written', async () => {
    const { path, remove } = await openedStore();
    const impatient = storeOver(sqliteDatabase({ path, lockTimeoutMs: 40 }));
    await impatient.ping();
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    await expect(impatient.openSession(openInput('s2'))).rejects.toBeInstanceOf(StoreUnavailable);
    other.exec('commit');
    expect(await impatient.session('s2')).toBeNull();
    expect((await impatient.openSession(openInput('s2'))).created).toBe(true);
    other.close();
    await impatient.close();
    await expect(impatient.ping()).rejects.toBeInstanceOf(StoreUnavailable);
    await remove();
  });
});
