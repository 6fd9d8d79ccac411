import { constants } from 'node:fs';
import { lstat, mkdir, open, readlink, realpath, type FileHandle } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { ToolError } from '../../config/tool-error.ts';

/** Names that a path must not go through, on any system. */
function partsOf(path: string): readonly string[] {
  if (path.includes('\0')) throw new ToolError('A path has no zero bytes');
  if (isAbsolute(path) || /^[A-Za-z]:|^[\\/~]/.test(path)) {
    throw new ToolError(`"${path}" is not below the folder; give a path such as notes/today.md`);
  }
  const parts = path.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new ToolError(`"${path}" leads out of the folder`);
  return parts;
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (!isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`));
}

/** Where an open file lies, as far as the system tells: Linux does. */
async function placeOf(handle: FileHandle): Promise<string | null> {
  return await readlink(`/proc/self/fd/${handle.fd}`).catch(() => null);
}

/** One folder, and no way out of it: neither by `..`, nor by an absolute path, nor by a symbolic link. */
export class Inside {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws Error when the folder itself is not there. */
  async root(): Promise<string> {
    return await realpath(this.#folder);
  }

  /**
   * Where something that is there really lies.
   *
   * @throws ToolError when nothing is there, or it lies outside.
   */
  async find(path: string): Promise<string> {
    const root = await this.root();
    try {
      return this.#checked(root, await realpath(join(root, ...partsOf(path))), path);
    } catch (error) {
      if (isMissing(error)) throw new ToolError(`There is no "${path}"`);
      throw error;
    }
  }

  /**
   * Opens a file for reading.
   *
   * @throws ToolError when it is none, or lies outside.
   */
  async openFile(path: string): Promise<FileHandle> {
    const real = await this.find(path);
    // A pipe must not hold us, and what was swapped for a link meanwhile is not followed.
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const handle = await open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
      throw isMissing(error) ? new ToolError(`There is no "${path}"`) : error;
    });
    try {
      const opened = await handle.stat();
      if (!opened.isFile()) throw new ToolError(`"${path}" is no file`);
      // A folder on the way may have been swapped for a link: what is open must be what lies inside.
      const place = await placeOf(handle);
      if (place !== null) this.#checked(await this.root(), place, path);
      const now = await lstat(await this.find(path));
      if (now.ino !== opened.ino || now.dev !== opened.dev) throw new ToolError(`"${path}" was changed meanwhile`);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Where a file is to be written, its folders made.
   *
   * @throws ToolError when a folder on the way leads outside, or a folder has that name.
   */
  async place(path: string): Promise<string> {
    const root = await this.root();
    const parts = partsOf(path);
    const name = parts.at(-1);
    if (name === undefined) throw new ToolError('Give the name of a file');
    let folder = root;
    for (const part of parts.slice(0, -1)) {
      await mkdir(join(folder, part)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
      const real = await realpath(join(folder, part)).catch(() => null);
      if (real === null) throw new ToolError(`"${path}" goes through a link that leads nowhere`);
      folder = this.#checked(root, real, path);
      if (!(await lstat(folder)).isDirectory()) throw new ToolError(`"${dirname(path)}" is no folder`);
    }
    const target = join(folder, name);
    const there = await lstat(target).catch(() => null);
    if (there !== null && !there.isFile()) throw new ToolError(`"${path}" is there, and no plain file`);
    return target;
  }

  #checked(root: string, real: string, path: string): string {
    if (isBelow(root, real)) return real;
    throw new ToolError(`"${path}" leads out of the folder`);
  }
}
