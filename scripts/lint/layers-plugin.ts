import { posix, sep } from 'node:path';
import { layers } from './layers.ts';

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

/** Why `file` may not import `specifier`; null when it may. */
export function layerViolation(file: string, specifier: string): string | null {
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
    const check = (source: Literal | null | undefined): void => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const message = layerViolation(file, source.value);
      if (message !== null) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: (node: Importing) => check(node.source),
      ExportNamedDeclaration: (node: Importing) => check(node.source),
      ExportAllDeclaration: (node: Importing) => check(node.source),
      ImportExpression: (node: Importing) => check(node.source),
      TSImportType: (node: Importing) => check(node.source ?? node.argument),
    };
  },
};

export default { meta: { name: 'layers' }, rules: { 'down-only': downOnly } };
