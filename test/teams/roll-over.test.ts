import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineTool } from '../../src/config/index.ts';
import { memberWorkflowIdOf } from '../../src/domain/team.ts';
import { historiesOf } from '../support/history.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { expectTreeSums, said, twoLevels } from '../support/teams.ts';

const look = defineTool({
  name: 'look',
  description: 'Looks at something',
  inputSchema: z.object({}),
  idempotent: true,
  execute: () => 'nothing yet',
});
const config = twoLevels('coordinate', {}, { ann: { tools: [look], limits: { callsPerRun: 40 } } });

let stack: Stack<typeof config>;
beforeAll(async () => {
  stack = await startStack(config);
});
afterAll(async () => {
  await stack.close();
});

it('a member continues as new in the middle of its run; its session waits for it, and goes on from its answer', async () => {
  const { simulator } = stack;
  const calls = 22;
  simulator.script({ ...said('desk'), toolCalls: [{ name: 'delegate', arguments: { member: 'ann', task: 'Look.' } }] });
  simulator.script({ ...said('ann'), times: calls, toolCalls: [{ name: 'look', arguments: {} }] });
  simulator.script({ ...said('ann'), answer: 'I have looked at all of it.' });
  simulator.script({ ...said('desk'), answer: 'Ann has looked.' });
  const session = stack.api.session('desk', { id: `roll-${randomUUID()}` });
  const run = await session.send('Have a look.');
  expect(run).toMatchObject({ status: 'completed', text: 'Ann has looked.', metrics: { toolCalls: calls + 1 } });
  await expectTreeSums(stack, session, run.metrics);
  const [member] = await stack.store.memberRuns(session.id, run.runId);
  const handle = stack.runtime.client.workflow.getHandle(memberWorkflowIdOf(member?.runId ?? ''));
  const { events } = await handle.fetchHistory();
  const started = events?.[0]?.workflowExecutionStartedEventAttributes;
  expect(started?.continuedExecutionRunId).toMatch(/./);
  expect(await historiesOf(session.id)).toHaveLength(1);
});

it('a session that rolls over between runs of its team remembers what was said', async () => {
  const { simulator } = stack;
  simulator.reset();
  const session = stack.api.session('desk', { id: `roll-${randomUUID()}` });
  for (let n = 1; n <= 9; n += 1) {
    simulator.script({
      ...said('desk'),
      toolCalls: [{ name: 'delegate', arguments: { member: 'bob', task: `Part ${n}.` } }],
    });
    simulator.script({ ...said('desk'), answer: `Part ${n} is done.` });
    expect(await session.send(`Do part ${n}.`)).toMatchObject({ status: 'completed', text: `Part ${n} is done.` });
  }
  expect((await historiesOf(session.id)).length).toBeGreaterThan(1);
  const heard = stack.requests.findLast(({ text }) => text.includes('sim-desk'))?.text;
  expect(heard).toContain('Part 1 is done.');
  const metrics = await session.metrics();
  expect(metrics).toMatchObject({ runs: 9, calls: 27, members: { bob: { calls: 9 } } });
  const runs = await stack.store.runs(session.id, { limit: 20 });
  const ofBob = runs.reduce((sum, { result }) => sum + (result?.metrics.members?.['bob']?.totalTokens ?? 0), 0);
  expect(metrics.members?.['bob']?.totalTokens).toBe(ofBob);
  const [member] = metrics.details['member'] ?? [];
  expect(member?.totalTokens).toBe(ofBob);
  const audit = await stack.store.recomputeTotals(session.id);
  expect(audit?.recomputed).toEqual(audit?.stored);
});
