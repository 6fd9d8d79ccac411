import { dirname, posix, sep } from 'node:path';
import { layers } from './layers.ts';

const root = `${dirname(dirname(import.meta.dirname))
  .split(sep)
  .join('/')}/`;

/** The dashboard runs in a browser: of `src` it has the types, and what is pure. */
function webViolation(file: string, specifier: string, typeOnly: boolean): string | null {
  const target = posix.join(posix.dirname(file), specifier);
  if (typeOnly || !specifier.startsWith('.') || !target.startsWith('src/') || layerOf(target) === 'domain') return null;
  return `web may import types from ${target}, and nothing else: it has no part of a server`;
}

/** The folder of `src` a file is in, or null when it is not in one (`src/index.ts` joins everything). */
function layerOf(path: string): string | null {
  const [, folder, rest] = /(?:^|\/)src\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  return folder === undefined || rest === undefined ? null : folder;
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Why the file of this path may not import `specifier`; null when it may. */
export function layerViolation(path: string, specifier: string, typeOnly = false): string | null {
  const file = path.startsWith(root) ? path.slice(root.length) : path;
  if (file.startsWith('web/')) return webViolation(file, specifier, typeOnly);
  const layer = layerOf(file);
  if (layer === null) return null;
  const allowed = layers[layer];
  if (allowed === undefined) return `src/${layer} has no place in scripts/lint/layers.ts`;
  if (!specifier.startsWith('.')) {
    if (allowed.packages === undefined || allowed.packages.includes(packageOf(specifier))) return null;
    return `src/${layer} may not import the package ${specifier}`;
  }
  const target = posix.join(posix.dirname(file), specifier);
  const targetLayer = layerOf(target);
  if (targetLayer === layer || (targetLayer !== null && allowed.folders.includes(targetLayer))) return null;
  return `src/${layer} may not import ${target.slice(target.lastIndexOf('src/'))}: imports only go down`;
}

interface Literal {
  type: string;
  value?: unknown;
}

interface Importing {
  importKind?: 'type' | 'value';
  source?: Literal | null;
  argument?: Literal;
}

interface RuleContext {
  filename: string;
  report(problem: { node: Literal; message: string }): void;
}

const downOnly = {
  create(context: RuleContext) {
    const file = context.filename.split(sep).join('/');
    const check = (source: Literal | null | undefined, typeOnly = false): void => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const message = layerViolation(file, source.value, typeOnly);
      if (message !== null) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: (node: Importing) => check(node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node: Importing) => check(node.source),
      ExportAllDeclaration: (node: Importing) => check(node.source),
      ImportExpression: (node: Importing) => check(node.source),
      TSImportType: (node: Importing) => check(node.source ?? node.argument, true),
    };
  },
};

export default { meta: { name: 'layers' }, rules: { 'down-only': downOnly } };
