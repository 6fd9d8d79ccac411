import { createHash } from 'node:crypto';

/** What every provider takes as the name of a tool. */
const longest = 64;

/**
 * The name under which models see a server's tool: `server__tool`. One with signs that providers refuse, or one that is too
 * long, ends in a hash of itself, so that it is the same in every listing and no two are alike.
 */
export function toolNameOf(server: string, tool: string): string {
  const name = `${server}__${tool}`;
  if (name.length <= longest && /^[A-Za-z0-9_-]+$/.test(name)) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, longest - hash.length - 1)}_${hash}`;
}
