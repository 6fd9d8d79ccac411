import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cacheFolder, executableName } from './cache-folder.ts';

/** The file of this name in the first folder of PATH that has it. */
export function onPath(name: string, environment: NodeJS.ProcessEnv): string | null {
  const folders = (environment.PATH ?? environment.Path ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Servers that are on this machine already, the best first: PATH, our cache, what `go install` keeps. */
export function localBinaries(environment: NodeJS.ProcessEnv): string[] {
  const fromPath = onPath(executableName, environment);
  const goFolders = [
    environment.GOBIN,
    ...(environment.GOPATH ?? '').split(delimiter).map((folder) => folder && join(folder, 'bin')),
    join(environment.HOME || homedir(), 'go', 'bin'),
  ];
  const kept = [cacheFolder(environment), ...goFolders.filter((folder) => folder)].map((folder) =>
    join(folder as string, executableName),
  );
  return [...new Set([...(fromPath === null ? [] : [fromPath]), ...kept.filter(isExecutable)])];
}
