import { statSync } from 'node:fs';
import { LoadlineError } from '../../domain/errors.ts';
import { shellWord } from '../../domain/shell-word.ts';
import { readTokens } from '../../server/security/tokens.ts';
import { fault, fine, wordsOf, type Finding } from './finding.ts';
import { unset } from './mend.ts';
import type { Scene } from './scene.ts';

const readableByOthers = 0o077;

/** Whether the access tokens can be used, and whether their file is kept from others. */
export function checkTokens({ settings, source }: Pick<Scene, 'settings' | 'source'>): Finding[] {
  if ('error' in settings) return [];
  const { apiTokens } = settings.value;
  if (apiTokens === null) return [fine('tokens', 'there are none: HTTP is for this machine alone')];
  try {
    const { size } = readTokens(apiTokens);
    const open = openFile(apiTokens);
    if (open !== null) return [fault('tokens', `Others can read ${open}`, `chmod go= ${shellWord(open)}`)];
    return [fine('tokens', `LOADLINE_API_TOKENS has ${size}`)];
  } catch (error) {
    if (!(error instanceof LoadlineError)) throw error;
    return [fault('tokens', wordsOf(error), unset('LOADLINE_API_TOKENS', source))];
  }
}

/** The tokens' file where others than its owner can read it; Windows has no such bits. */
function openFile(setting: string): string | null {
  if (!setting.startsWith('@') || process.platform === 'win32') return null;
  const file = setting.slice(1);
  return (statSync(file).mode & readableByOthers) === 0 ? null : file;
}
