import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { migrations } from './migrations/index.ts';

export type StoreCondition =
  | { readonly state: 'missing' | 'current'; readonly path: string }
  | { readonly state: 'behind' | 'newer'; readonly path: string; readonly schema: number; readonly known: number }
  | { readonly state: 'damaged'; readonly path: string; readonly reason: string };

/**
 * Looks at a store's file and changes nothing: is it whole, and is its schema the one that this code knows? `null` for a
 * store that is no file.
 */
export function inspectStore(url: string): StoreCondition | null {
  const path = url.replace(/^sqlite:(\/\/(?=\/))?/, '');
  if (path === url || path === ':memory:') return null;
  if (!existsSync(path)) return { state: 'missing', path };
  const known = migrations.at(-1)?.number ?? 0;
  try {
    const schema = schemaOf(path);
    if (schema === known) return { state: 'current', path };
    return { state: schema < known ? 'behind' : 'newer', path, schema, known };
  } catch (error) {
    return { state: 'damaged', path, reason: error instanceof Error ? error.message : String(error) };
  }
}

function schemaOf(path: string): number {
  const sqlite = new DatabaseSync(path, { readOnly: true, timeout: 1000 });
  try {
    const verdict = sqlite.prepare('pragma quick_check(1)').get()?.['quick_check'];
    if (verdict !== 'ok') throw new Error(String(verdict));
    const table = sqlite.prepare("select 1 from sqlite_schema where type = 'table' and name = 'migrations'").get();
    if (table === undefined) return 0;
    return Number(sqlite.prepare('select coalesce(max(number), 0) as number from migrations').get()?.['number']);
  } finally {
    sqlite.close();
  }
}
