import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startStack, type Stack } from '../support/stack.ts';
import { expectTreeSums, said, twoLevels } from '../support/teams.ts';

const give = (member: string, task: string) => ({ name: 'delegate', arguments: { member, task } });
const plan = (tasks: readonly { id: string; member: string; task: string; dependsOn?: readonly string[] }[]) => ({
  name: 'plan_tasks',
  arguments: { tasks },
});

/** Members begin to write after this long, so that it shows whether they are at work at the same time. */
const firstTokenMs = 2_000;

describe.each(['coordinate', 'broadcast', 'tasks'] as const)('a team of two levels in mode %s', (mode) => {
  let stack: Stack<ReturnType<typeof twoLevels>>;
  beforeAll(async () => {
    stack = await startStack(twoLevels(mode, {}, { bob: { limits: { runSeconds: 4 } } }));
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await stack.close();
  });
  const open = () => stack.api.session('desk', { id: `${mode}-${randomUUID()}` });

  /** The leaders ask all whom they have, each once. */
  function script(leader: 'desk' | 'lab', members: readonly string[]): void {
    const { simulator } = stack;
    const answer = `${leader} has heard everyone.`;
    if (mode === 'coordinate') {
      simulator.script({ ...said(leader), toolCalls: members.map((name) => give(name, `Say something, ${name}.`)) });
    }
    if (mode === 'tasks') {
      const tasks = members.map((member) => ({ id: `for-${member}`, member, task: `Say something, ${member}.` }));
      simulator.script({ ...said(leader), toolCalls: [plan(tasks)] });
    }
    simulator.script({ ...said(leader), answer });
  }

  it('has its members work at the same time, and adds up who spent what', async () => {
    script('desk', ['ann', 'bob', 'lab']);
    script('lab', ['cid', 'dee', 'eve']);
    for (const name of ['ann', 'bob', 'cid', 'dee', 'eve']) {
      stack.simulator.script({ ...said(name), firstTokenMs, answer: `${name} has spoken.` });
    }
    const session = open();
    const run = await session.send('Ask everyone.');
    expect(run).toMatchObject({ status: 'completed', text: 'desk has heard everyone.' });
    const heard = stack.requests.findLast(({ text }) => text.includes('sim-desk'))?.text;
    for (const words of ['ann has spoken.', 'bob has spoken.', 'lab has heard everyone.'])
      expect(heard).toContain(words);
    expect(heard).not.toContain('dee has spoken.');
    expect(stack.requests.findLast(({ text }) => text.includes('sim-lab'))?.text).toContain('dee has spoken.');
    expect(Object.keys(run.metrics.members?.['lab']?.members ?? {}).toSorted()).toEqual(['cid', 'dee', 'eve']);
    await expectTreeSums(stack, session, run.metrics);
    const whole = await session.metrics();
    expect(whole.members).toEqual(run.metrics.members);
    // A delegation is a tool call, and its time is its member's.
    expect([whole.toolCalls, whole.toolDuration]).toEqual([mode === 'coordinate' ? 6 : mode === 'tasks' ? 2 : 0, 0]);
    for (const side of [
      ['ann', 'bob'],
      ['cid', 'dee', 'eve'],
    ]) {
      const times = side.map((name) => {
        const one = stack.simulator.tally().requests.find(({ model }) => model.endsWith(`sim-${name}`));
        return { from: Date.parse(one?.startedAt ?? ''), to: Date.parse(one?.endedAt ?? '') };
      });
      const wall = Math.max(...times.map(({ to }) => to)) - Math.min(...times.map(({ from }) => from));
      expect(wall).toBeLessThanOrEqual(1.4 * Math.max(...times.map(({ from, to }) => to - from)));
    }
  });

  it('tells the leader of a member that fails, one that runs out of time and one that is cancelled', async () => {
    script('desk', ['ann', 'bob', 'lab']);
    script('lab', ['cid', 'dee', 'eve']);
    stack.simulator.script({ ...said('ann'), status: 400, message: 'ann is on holiday' });
    stack.simulator.script({ ...said('bob'), tokensPerSecond: 50, answerTokens: 4000 });
    stack.simulator.script({ ...said('cid'), tokensPerSecond: 50, answerTokens: 4000 });
    const session = open();
    const sending = session.send('Ask everyone.');
    let cancelled = false;
    const feed = session.events({ signal: AbortSignal.timeout(30_000) });
    for await (const event of feed) {
      if (event.type === 'text.delta' && event.agent === 'cid' && !cancelled) {
        cancelled = true;
        await session.cancel({ ...(event.runId === undefined ? {} : { runId: event.runId }), reason: 'enough' });
      }
      if (event.type === 'run.ended' && event.result.messageId === sending.messageId) break;
    }
    const run = await sending;
    expect(run).toMatchObject({ status: 'completed', text: 'desk has heard everyone.' });
    const heard = stack.requests.findLast(({ text }) => text.includes('sim-desk'))?.text;
    expect(heard).toContain('ann did not finish (failed: ');
    expect(heard).toContain('ann is on holiday');
    expect(heard).toContain('bob did not finish (limit: ');
    expect(stack.requests.findLast(({ text }) => text.includes('sim-lab'))?.text).toContain(
      'cid did not finish (cancelled: ',
    );
    const metrics = await session.metrics();
    expect(metrics.totalTokens).toBe(run.metrics.totalTokens);
    expect(run.metrics.members?.['lab']?.members?.['cid']?.estimatedTokens).toBeGreaterThan(0);
    const audit = await stack.store.recomputeTotals(session.id);
    expect(audit?.recomputed).toEqual(audit?.stored);
  });
});

describe('a plan of tasks', () => {
  let stack: Stack<ReturnType<typeof twoLevels>>;
  beforeAll(async () => {
    stack = await startStack(twoLevels('tasks'));
  });
  afterAll(async () => {
    await stack.close();
  });

  it('is worked off by its dependencies: who depends on others sees their results', async () => {
    const { simulator } = stack;
    const tasks = [
      { id: 'write', member: 'bob', task: 'Write it up.', dependsOn: ['facts', 'law'] },
      { id: 'facts', member: 'ann', task: 'Find the facts.' },
      { id: 'law', member: 'ann', task: 'Find the law.' },
      { id: 'never', member: 'bob', task: 'Do not begin.', dependsOn: ['broken'] },
      { id: 'broken', member: 'lab', task: 'Break.' },
    ];
    simulator.script({ ...said('desk'), toolCalls: [plan(tasks)] });
    simulator.script({ match: { text: 'Find the facts' }, answer: 'It rained.' });
    simulator.script({ match: { text: 'Find the law' }, answer: 'Rain is legal.' });
    simulator.script({ match: { text: 'Break.' }, status: 400 });
    simulator.script({ match: { text: 'Write it up' }, answer: 'It rained, legally.' });
    simulator.script({ ...said('desk'), answer: 'Done.' });
    const session = stack.api.session('desk', { id: `plan-${randomUUID()}` });
    const run = await session.send('Report on the rain.');
    expect(run).toMatchObject({ status: 'completed', text: 'Done.' });
    const asked = stack.requests.find(({ text }) => text.includes('Write it up'))?.text;
    expect(asked).toContain('It rained.');
    expect(asked).toContain('Rain is legal.');
    expect(stack.requests.some(({ text }) => text.includes('sim-bob') && text.includes('Do not begin'))).toBe(false);
    const [result] = run.messages.flatMap(({ parts }) => parts.filter((part) => part.type === 'tool-result'));
    expect(result?.output).toMatchObject([
      { id: 'write', status: 'completed', result: 'It rained, legally.' },
      { id: 'facts', status: 'completed' },
      { id: 'law', status: 'completed' },
      { id: 'never', status: 'not done', result: 'not done: it depends on broken, which was not done' },
      { id: 'broken', status: 'failed' },
    ]);
    await expectTreeSums(stack, session, run.metrics);
  });
});
