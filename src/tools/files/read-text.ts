import type { FileHandle } from 'node:fs/promises';
import { ToolError } from '../../config/tool-error.ts';

interface Page {
  readonly path: string;
  /** 1 for the first. */
  readonly from: number;
  readonly lines: number;
  readonly maxBytes: number;
}

/** At most as many as the limit, whatever the file's size says: some files grow, some have none. */
async function bytesOf(handle: FileHandle, maxBytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(maxBytes + 1);
  for (let length = 0; ;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
    length += bytesRead;
    if (bytesRead === 0 || length > maxBytes) return buffer.subarray(0, length);
  }
}

/**
 * Lines of a text file.
 *
 * @throws ToolError for a file that is too long, or no text.
 */
export async function readText(handle: FileHandle, { path, from, lines, maxBytes }: Page) {
  const bytes = await bytesOf(handle, maxBytes);
  if (bytes.length > maxBytes) throw new ToolError(`"${path}" is longer than the limit of ${maxBytes} bytes`);
  if (bytes.includes(0)) throw new ToolError(`"${path}" is no text file`);
  const all = new TextDecoder().decode(bytes).split('\n');
  const text = all.slice(from - 1, from - 1 + lines).join('\n');
  const next = from + lines;
  return { path, text, lines: all.length, ...(next <= all.length ? { next } : {}) };
}
