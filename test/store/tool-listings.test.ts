import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStore, type Store } from '../../src/store/index.ts';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loadline-listings-'));
  store = createStore(`sqlite:${join(folder, 'loadline.sqlite')}`);
  await store.migrate();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const key = { sessionId: 's1', agent: 'a' };
const toolsNamed = (...names: readonly string[]) =>
  names.map((name) => ({ spec: { name: `s__${name}`, description: '', inputSchema: {} }, server: 's', tool: name }));

describe('the tools that a session was shown', () => {
  it('stay the first ones that were listed for a state, whoever lists them again', async () => {
    expect(await store.toolListing(key)).toBeNull();
    const first = { state: '1', tools: toolsNamed('b', 'a') };
    expect(await store.keepToolListing(key, first)).toEqual(first);
    expect(await store.keepToolListing(key, { state: '1', tools: toolsNamed('c') })).toEqual(first);
    expect(await store.toolListing(key)).toEqual(first);
    const second = { state: '2', tools: toolsNamed('c') };
    expect(await store.keepToolListing(key, second)).toEqual(second);
    expect(await store.toolListing(key)).toEqual(second);
  });

  it('are those of one session and one agent', async () => {
    const mine = { state: '1', tools: toolsNamed('a') };
    await store.keepToolListing(key, mine);
    await store.keepToolListing({ ...key, agent: 'b' }, { state: '1', tools: toolsNamed('b') });
    await store.keepToolListing({ ...key, sessionId: 's2' }, { state: '1', tools: [] });
    expect(await store.toolListing(key)).toEqual(mine);
  });
});
