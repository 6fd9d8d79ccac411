import { describe, expect, it } from '@jest/globals';
import { windowInForce, type LearntWindow } from '../../src/domain/learnt-window.ts';
import { createStore } from '../../src/store/index.ts';

const at = Date.parse('2026-11-22T10:00:00Z');
const day = 24 * 60 * 60 * 1000;
const learnt: LearntWindow = { model: 'local/llama3', window: 4096, from: 'error', learntAt: at };

describe('windows that servers gave away', () => {
  it('are kept by model, the latest one', async () => {
    const store = createStore('sqlite::memory:');
    await store.migrate();
    expect(await store.learntWindow('local/llama3')).toBeNull();
    await store.learnWindow(learnt);
    await store.learnWindow({ ...learnt, model: 'lmstudio/qwen3', window: 8192 });
    await store.learnWindow({ ...learnt, window: 2048, from: 'truncation', learntAt: at + 1 });
    const newest = { model: 'local/llama3', window: 2048, from: 'truncation', learntAt: at + 1 };
    expect(await store.learntWindow('local/llama3')).toEqual(newest);
    expect((await store.learntWindows()).map(({ model, window }) => [model, window])).toEqual([
      ['lmstudio/qwen3', 8192],
      ['local/llama3', 2048],
    ]);
    expect([await store.forgetWindow('local/llama3'), await store.forgetWindow('local/llama3')]).toEqual([true, false]);
    expect(await store.learntWindow('local/llama3')).toBeNull();
    await store.close();
  });
});

describe('the window to plan with', () => {
  it.each([
    ['is the known one where nothing was learnt', 8192, null, 0, 8192],
    ['is unknown where nothing is known or learnt', null, null, 0, null],
    ['is the learnt one where none is known, for good', null, learnt, 400 * day, 4096],
    ['is a smaller one that was learnt lately', 8192, learnt, 6 * day, 4096],
    ['is the known one again after a week', 8192, learnt, 7 * day, 8192],
    ['never grows by what was learnt', 2048, learnt, 0, 2048],
  ])('%s', (_, known, of, later, window) => {
    expect(windowInForce(known, of, at + later)).toBe(window);
  });
});
