import { createRequire } from 'node:module';

/** Of this package. */
export function packageVersion(): string {
  return (createRequire(import.meta.url)('../../package.json') as { version: string }).version;
}
