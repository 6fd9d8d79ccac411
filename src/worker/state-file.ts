import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** Replaces the file as a whole: a reader sees the old content or the new one, never a part. */
export function writeStateFile(path: string, content: unknown): void {
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, path);
}

/** What the file holds; null when there is none or it is not of this shape. */
export function readStateFile<Content>(path: string, schema: z.ZodType<Content>): Content | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

export function removeStateFile(path: string): void {
  rmSync(path, { force: true });
}

export const processIdentitySchema = z.object({ pid: z.int(), bootId: z.string(), startTime: z.string() });
