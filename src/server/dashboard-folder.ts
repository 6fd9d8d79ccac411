import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of a checkout, and of the package. */
const places = ['../../web/dist', '../web'];

/** Where the built dashboard is; `null`: it was not built. */
export function dashboardFolder(): string | null {
  const folders = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return folders.find((folder) => existsSync(join(folder, 'index.html'))) ?? null;
}
