import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { defineTool, type AnyTool } from '../config/tool.ts';
import { ToolError } from '../config/tool-error.ts';
import { Inside } from './files/inside.ts';
import { readText } from './files/read-text.ts';

export interface FilesOptions {
  /** The one folder; from the working directory on where it is relative. */
  readonly folder: string;
  /** May files be written too? They may not. */
  readonly write?: boolean;
  /** What the names of the tools begin with; `files`. Another one where an agent has two folders. */
  readonly prefix?: string;
  /** Of a file that is read or written; 1,000,000. */
  readonly maxBytes?: number;
}

const mostEntries = 500;

/**
 * Tools for the files of one folder: `files_list`, `files_read` and, where it is allowed, `files_write`. No path leads out
 * of it, by `..`, as an absolute one or through a symbolic link.
 *
 * @example
 * defineAgent({ name: 'writer', tools: [...files({ folder: './notes', write: true })] });
 */
export function files({
  folder,
  write = false,
  prefix = 'files',
  maxBytes = 1_000_000,
}: FilesOptions): readonly AnyTool[] {
  const inside = new Inside(folder);

  const list = defineTool({
    name: `${prefix}_list`,
    description: 'Lists a folder: names, kinds, and sizes in bytes. Folders end in "/".',
    inputSchema: z.object({ path: z.string().default('').describe('Relative; the whole folder when left out') }),
    idempotent: true,
    timeout: '20s',
    async execute({ path }) {
      const place = await inside.find(path);
      if (!(await stat(place)).isDirectory()) throw new ToolError(`"${path}" is no folder`);
      const entries = (await readdir(place, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const shown = await Promise.all(
        entries.slice(0, mostEntries).map(async (entry) => {
          if (entry.isDirectory()) return { name: `${entry.name}/` };
          if (!entry.isFile()) return { name: entry.name, kind: entry.isSymbolicLink() ? 'link' : 'other' };
          const size = await stat(join(place, entry.name)).then(
            ({ size: bytes }) => bytes,
            () => null,
          );
          return { name: entry.name, bytes: size };
        }),
      );
      return { entries: shown, ...(entries.length > shown.length ? { more: entries.length - shown.length } : {}) };
    },
  });

  const read = defineTool({
    name: `${prefix}_read`,
    description: 'Reads a text file; a long one in pages, with "from" the line to begin at.',
    inputSchema: z.object({
      path: z.string(),
      from: z.int().min(1).default(1).describe('First line'),
      lines: z.int().min(1).max(2000).default(500),
    }),
    idempotent: true,
    timeout: '20s',
    async execute({ path, from, lines }) {
      const handle = await inside.openFile(path);
      try {
        return await readText(handle, { path, from, lines, maxBytes });
      } finally {
        await handle.close();
      }
    },
  });

  const put = defineTool({
    name: `${prefix}_write`,
    description: 'Writes a text file, in place of one that is there. Folders on the way are made.',
    inputSchema: z.object({ path: z.string(), text: z.string() }),
    idempotent: true,
    timeout: '20s',
    async execute({ path, text }) {
      const bytes = Buffer.byteLength(text);
      if (bytes > maxBytes) throw new ToolError(`The text has ${bytes} bytes; at most ${maxBytes} are written`);
      const target = await inside.place(path);
      // A new file is put in the place of the old one: a link there is replaced and never written through, and a crash
      // leaves either file whole.
      const draft = join(dirname(target), `.${randomUUID()}.draft`);
      try {
        await writeFile(draft, text, { flag: 'wx' });
        await rename(draft, target);
      } finally {
        await rm(draft, { force: true });
      }
      return { path, bytes };
    },
  });

  return write ? [list, read, put] : [list, read];
}
