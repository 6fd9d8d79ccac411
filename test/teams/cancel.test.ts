import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { workflowIdOf } from '../../src/domain/session.ts';
import { memberWorkflowIdOf } from '../../src/domain/team.ts';
import { startSweeper } from '../../src/worker/sweeper.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { said, twoLevels } from '../support/teams.ts';
import { until } from '../support/until.ts';

const config = twoLevels('broadcast');

describe("a team's run", () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  beforeEach(() => {
    stack.simulator.reset();
    for (const name of ['ann', 'bob', 'cid', 'dee', 'eve']) {
      stack.simulator.script({ ...said(name), tokensPerSecond: 20, answerTokens: 4000 });
    }
  });
  afterAll(async () => {
    await stack.close();
  });

  /** Sends, and waits until all five members are writing. */
  async function atWork() {
    const session = stack.api.session('desk', { id: `tree-${randomUUID()}` });
    const sending = session.send('Write a long letter.');
    const result = Promise.resolve(sending);
    result.catch(() => undefined);
    await until(() => stack.simulator.tally().running >= 5);
    return { session, result };
  }
  const memberRuns = async (sessionId: string) => {
    const runs = await stack.store.memberRuns(sessionId, `${sessionId}.1`);
    const lab = runs.find(({ agent }) => agent === 'lab');
    return [...runs, ...(await stack.store.memberRuns(sessionId, lab?.runId ?? ''))];
  };

  it('takes its whole tree along when it is cancelled, and waits for its end', async () => {
    const { session, result } = await atWork();
    await session.cancel({ reason: 'enough' });
    const run = await result;
    expect(run).toMatchObject({ status: 'cancelled', reason: 'enough' });
    expect(stack.simulator.tally().running).toBe(0);
    const members = await memberRuns(session.id);
    expect(members.map(({ agent, status }) => `${agent} ${status}`).toSorted()).toEqual(
      ['ann', 'bob', 'cid', 'dee', 'eve', 'lab'].map((agent) => `${agent} cancelled`),
    );
    for (const { runId } of members) {
      const { status } = await stack.runtime.client.workflow.getHandle(memberWorkflowIdOf(runId)).describe();
      expect(status.name).toBe('COMPLETED');
    }
    const rows = await stack.store.ledger(session.id);
    expect(rows.map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => 'estimated'));
    const audit = await stack.store.recomputeTotals(session.id);
    expect(audit?.recomputed).toEqual(audit?.stored);
    expect(run.metrics.totalTokens).toBe((await session.metrics()).totalTokens);
    stack.simulator.reset();
    expect(await session.send('Hello')).toMatchObject({ status: 'completed' });
  });

  it('ends with its session: a terminated one leaves no member at work and no open row', async () => {
    const { session } = await atWork();
    await stack.runtime.client.workflow.getHandle(workflowIdOf(session.id)).terminate('a test');
    await until(() => stack.simulator.tally().running === 0);
    const sweeper = startSweeper({
      store: stack.store,
      client: stack.runtime.client,
      onError: (error) => {
        throw error;
      },
      idleRunMs: 1,
    });
    const status = async () => (await stack.store.session(session.id))?.status;
    await until(async () => {
      await sweeper.sweep();
      return (await status()) === 'failed' && (await memberRuns(session.id)).every(({ result }) => result !== null);
    });
    await sweeper.stop();
    const rows = await stack.store.ledger(session.id);
    expect(rows.filter(({ state }) => state === 'reserved')).toEqual([]);
    const audit = await stack.store.recomputeTotals(session.id);
    expect(audit?.recomputed).toEqual(audit?.stored);
    const root = await stack.store.run(session.id, `${session.id}.1`);
    expect(root?.result?.metrics.totalTokens).toBe((await session.metrics()).totalTokens);
  });

  it('goes on without a team in it whose workflow is terminated, with all that is below that charged', async () => {
    const { session, result } = await atWork();
    const members = await memberRuns(session.id);
    for (const { runId, agent } of members) if (agent === 'ann' || agent === 'bob') await session.cancel({ runId });
    const lab = members.find(({ agent }) => agent === 'lab')?.runId ?? '';
    await stack.runtime.client.workflow.getHandle(memberWorkflowIdOf(lab)).terminate('a test');
    const run = await result;
    expect(run).toMatchObject({ status: 'completed' });
    const metrics = await session.metrics();
    // Those below may hear of it before they are charged for it.
    const open = (await memberRuns(session.id)).filter(({ status }) => status !== 'cancelled' && status !== 'failed');
    expect(open).toEqual([]);
    expect((await stack.store.run(session.id, lab))?.result?.reason).toBe('the workflow of its run was terminated');
    expect(run.metrics.totalTokens).toBe(metrics.totalTokens);
    await until(() => stack.simulator.tally().running === 0);
    const audit = await stack.store.recomputeTotals(session.id);
    expect(audit?.recomputed).toEqual(audit?.stored);
    expect(await stack.store.ledger(session.id)).toHaveLength(6);
  });
});
