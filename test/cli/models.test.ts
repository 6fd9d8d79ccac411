import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { cli, newFolder, removeFolder } from '../support/cli.ts';
import { homeStore } from '../support/home-store.ts';

const folder = newFolder();
const learnt = { window: 4096, from: 'error', learntAt: Date.now() } as const;

beforeAll(async () => {
  const store = await homeStore(folder, []);
  await store.learnWindow({ ...learnt, model: 'ollama/llama3' });
  await store.learnWindow({ ...learnt, model: 'simulated/loadline-sim-1', window: 200_000 });
  await store.close();
});
afterAll(() => removeFolder(folder));

it('shows the windows that servers gave away, of models that no catalogue knows too, until they are forgotten', async () => {
  const { stdout, stderr } = await cli(['models'], { folder });
  expect(stdout).toMatch(/ollama\/llama3 +4,096\* /);
  expect(stdout).toMatch(/simulated\/loadline-sim-1 +128,000 /);
  expect(stderr).toContain('* learnt');
  const { models } = (await cli(['models', 'llama3', '--json'], { folder })).json() as { models: unknown[] };
  const learntAt = new Date(learnt.learntAt).toISOString();
  expect(models).toMatchObject([{ contextWindow: 4096, learnt: { window: 4096, from: 'error', learntAt } }]);

  expect((await cli(['models', '--forget', 'ollama/llama3', '--json'], { folder })).json()).toEqual({
    model: 'ollama/llama3',
    forgotten: true,
  });
  expect((await cli(['models'], { folder })).stdout).not.toContain('llama3');
});
