import { homedir } from 'node:os';
import { join } from 'node:path';

/** The Temporal command line that Loadline builds where nothing better is found. */
export const cliVersion = 'v1.5.1';

export const executableName = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/** Where servers that were downloaded or built are kept, for every home of this user. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'loadline', 'temporal');
}
