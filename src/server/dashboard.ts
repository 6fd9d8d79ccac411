import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ServerContext } from './server-env.ts';

interface File {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** `null`: it gets no smaller. */
  readonly gzipped: Uint8Array<ArrayBuffer> | null;
  readonly etag: string;
  /** Its name has a hash of its content. */
  readonly immutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

const index = '/index.html';

/** The dashboard's files, held in memory: what is not one of them can't be asked for, whatever the path looks like. */
export class Dashboard {
  readonly #folder: string;
  #files: ReadonlyMap<string, File> = new Map();
  #builtAt = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The file at a path, or the page itself for a path that the page knows; `null`: neither. */
  answer(context: ServerContext): Response | null {
    const { path, method } = context.req;
    if (method !== 'GET' && method !== 'HEAD') return null;
    this.#refresh();
    const asset = path === '/' ? undefined : this.#files.get(path);
    if (asset !== undefined) return serve(context, asset);
    // A page that was opened before a new build must not take HTML for a script that is gone.
    const isPage = !path.startsWith('/assets/') && (context.req.header('accept') ?? '').includes('text/html');
    const page = isPage || path === '/' ? this.#files.get(index) : undefined;
    return page === undefined ? null : serve(context, page);
  }

  /** A build of meanwhile replaces all files at once. */
  #refresh(): void {
    const builtAt = statSync(join(this.#folder, index), { throwIfNoEntry: false })?.mtimeMs;
    if (builtAt === undefined || builtAt === this.#builtAt) return;
    this.#files = readFiles(this.#folder);
    this.#builtAt = builtAt;
  }
}

function readFiles(folder: string): Map<string, File> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map(({ parentPath, name }) => {
      const path = `/${relative(folder, join(parentPath, name)).split(sep).join('/')}`;
      return [path, readOne(join(parentPath, name), path)];
    }),
  );
}

function readOne(file: string, path: string): File {
  const bytes = new Uint8Array(readFileSync(file));
  const type = types[extname(path)] ?? 'application/octet-stream';
  const gzipped = /^(text|application|image\/svg)/.test(type) ? new Uint8Array(gzipSync(bytes)) : null;
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`;
  return { type, bytes, gzipped, etag, immutable: path.startsWith('/assets/') };
}

function serve(context: ServerContext, { type, bytes, gzipped, etag, immutable }: File): Response {
  const headers: Record<string, string> = {
    'Content-Type': type,
    ETag: etag,
    Vary: 'Accept-Encoding',
    'Cache-Control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  const known = (context.req.header('if-none-match') ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  if (known.includes(etag)) return context.body(null, 304, headers);
  const accepted = context.req.header('accept-encoding') ?? '';
  if (gzipped === null || !/\bgzip\b/.test(accepted)) return context.body(bytes, 200, headers);
  return context.body(gzipped, 200, { ...headers, 'Content-Encoding': 'gzip' });
}
