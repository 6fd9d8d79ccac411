import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPort } from '../../src/cli/doctor/check-port.ts';
import { checkTokens } from '../../src/cli/doctor/check-tokens.ts';
import type { Scene } from '../../src/cli/doctor/scene.ts';
import { readEnvironment } from '../../src/config/index.ts';
import { newFolder, removeFolder, shell } from '../support/cli.ts';

let folder: string;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => removeFolder(folder));

/** What the two checks look at, with these variables in the shell. */
function sceneOf(environment: NodeJS.ProcessEnv): Pick<Scene, 'settings' | 'environment' | 'source'> {
  const source = { ofShell: new Set(Object.keys(environment)), envFile: join(folder, '.env') };
  return { settings: { value: readEnvironment(environment) }, environment, source };
}

describe('doctor', () => {
  it('names what is wrong with access tokens without their secrets', () => {
    const [found] = checkTokens(sceneOf({ LOADLINE_API_TOKENS: 'ann:user::a-secret-of-ann,bob:king:acme:b' }));
    expect(found).toMatchObject({ ok: false, command: 'unset LOADLINE_API_TOKENS' });
    expect(found?.message).toContain('entry 1: ann has no tenant');
    expect(found?.message).toContain('entry 2: the role of bob is none of admin, user, viewer');
    expect(found?.message).not.toContain('a-secret');
  });

  it('closes a file of tokens that others can read', async () => {
    const file = join(folder, 'tokens');
    writeFileSync(file, '# of the team\nops:admin:*:a-secret-of-ops\nann:user:acme:a-secret-of-ann\n', { mode: 0o644 });
    const scene = sceneOf({ LOADLINE_API_TOKENS: `@${file}` });
    const [found] = checkTokens(scene);
    expect(found).toMatchObject({ ok: false, message: `Others can read ${file}` });
    expect((await shell(found?.command ?? '', { folder })).code).toBe(0);
    expect(checkTokens(scene)).toEqual([
      { check: 'tokens', ok: true, message: 'LOADLINE_API_TOKENS has 2', command: null },
    ]);
  });

  it('lets HTTP be served to other machines only with tokens', async () => {
    const everywhere = { LOADLINE_HOST: '0.0.0.0', LOADLINE_PORT: '0' };
    const [refused] = await checkPort(sceneOf(everywhere), null);
    expect(refused).toMatchObject({ ok: false, command: 'unset LOADLINE_HOST' });
    const guarded = { ...everywhere, LOADLINE_API_TOKENS: 'ops:admin:*:a-secret-of-ops' };
    expect(await checkPort(sceneOf(guarded), null)).toMatchObject([{ ok: true }]);
  });
});
