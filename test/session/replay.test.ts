import { describe, expect, it } from '@jest/globals';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bundleWorkflows } from '../../src/worker/workflow-bundle.ts';
import { installLogger } from '../../src/worker/log.ts';

/** The workflow checks that its id is its session's. */
function workflowIdOf(history: ReturnType<typeof historyFromJSON>): string {
  return history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '';
}

const files = globSync(join(import.meta.dirname, '../histories/*/*.json')).toSorted();

describe('a session of an earlier release', () => {
  installLogger('silent');
  const bundle = bundleWorkflows();

  it('is recorded for every release', () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
      version: string;
    };
    expect(new Set(files.map((file) => basename(dirname(file))))).toContain(version);
  });

  it.each(files.map((file) => [`${basename(dirname(file))}/${basename(file)}`, file]))(
    'replays on this code: %s',
    async (_, file) => {
      const history = historyFromJSON(JSON.parse(readFileSync(file, 'utf8')) as object);
      await Worker.runReplayHistory({ workflowBundle: await bundle }, history, workflowIdOf(history));
    },
  );

  it('that was changed does not replay: the test can fail', async () => {
    const history = historyFromJSON(JSON.parse(readFileSync(files[0] ?? '', 'utf8')) as object);
    const scheduled = history.events?.find((event) => event.activityTaskScheduledEventAttributes != null);
    const attributes = scheduled?.activityTaskScheduledEventAttributes;
    if (attributes?.activityType != null) attributes.activityType.name = 'anotherActivity';
    await expect(
      Worker.runReplayHistory({ workflowBundle: await bundle }, history, workflowIdOf(history)),
    ).rejects.toThrow(/[Nn]ondeterminism/);
  });
});
