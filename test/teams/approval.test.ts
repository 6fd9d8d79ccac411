import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineAgent, defineConfig, defineTeam, defineTool } from '../../src/config/index.ts';
import { historiesOf } from '../support/history.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { modelOf, said } from '../support/teams.ts';
import { until } from '../support/until.ts';

let paid: number[] = [];

const refund = defineTool({
  name: 'refund',
  description: 'Pays money back',
  inputSchema: z.object({ amount: z.number() }),
  needsApproval: true,
  execute({ amount }) {
    paid.push(amount);
    return 'paid';
  },
});

const config = defineConfig({
  agents: [
    defineAgent({ name: 'ann', model: modelOf('ann') }),
    defineAgent({ name: 'cid', model: modelOf('cid'), tools: [refund] }),
  ],
  teams: [
    defineTeam({ name: 'desk', mode: 'coordinate', model: modelOf('desk'), members: ['ann', 'lab'] }),
    defineTeam({ name: 'lab', mode: 'broadcast', model: modelOf('lab'), members: ['cid'] }),
  ],
});

describe("a member's call that needs somebody's word", () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  beforeEach(() => {
    paid = [];
    const { simulator } = stack;
    simulator.reset();
    const tasks = ['ann', 'lab'].map((member) => ({ name: 'delegate', arguments: { member, task: 'Do your part.' } }));
    simulator.script({ ...said('desk'), toolCalls: tasks });
    simulator.script({ ...said('cid'), toolCalls: [{ name: 'refund', arguments: { amount: 40 } }] });
    for (const name of ['desk', 'ann', 'lab', 'cid']) {
      simulator.script({ ...said(name), times: null, answer: `${name} is done.` });
    }
  });
  afterAll(async () => {
    await stack.close();
  });

  /** Sends, and answers with what the run waits for. */
  async function sent() {
    const session = stack.api.session('desk', { id: `team-approval-${randomUUID()}` });
    const run = await session.send('Refund it.', { messageId: 'm-1' });
    expect(run).toMatchObject({ status: 'waiting', runId: `${session.id}.1` });
    expect(run.waitingFor).toMatchObject([{ kind: 'approval', tool: 'refund', input: { amount: 40 }, agent: 'cid' }]);
    return { session, callId: run.waitingFor?.[0]?.callId ?? '' };
  }

  it('is listed by the session, and acts once it is approved there, over a restart of the worker', async () => {
    const { session, callId } = await sent();
    expect((await session.state()).waitingFor).toMatchObject([{ callId, agent: 'cid' }]);
    await stack.restartWorker();
    expect(paid).toEqual([]);
    await session.approve({ callId, approved: true });
    const run = await session.send('Refund it.', { messageId: 'm-1' });
    expect(run).toMatchObject({ status: 'completed', text: 'desk is done.' });
    expect(paid).toEqual([40]);
    expect((await session.state()).waitingFor).toEqual([]);
  });

  it('tells the member why it was denied', async () => {
    const { session, callId } = await sent();
    await session.approve({ callId, approved: false, reason: 'too much' });
    expect(await session.send('Refund it.', { messageId: 'm-1' })).toMatchObject({ status: 'completed' });
    expect(paid).toEqual([]);
    const heard = stack.requests.findLast(({ text }) => text.includes('sim-cid'))?.text;
    expect(heard).toContain('The call of refund was not approved: too much');
  });

  it('ends with the run when that is cancelled, and with the session when that is closed', async () => {
    const cancelled = await sent();
    await cancelled.session.cancel({ reason: 'never mind' });
    const run = await cancelled.session.send('Refund it.', { messageId: 'm-1' });
    expect(run).toMatchObject({ status: 'cancelled', reason: 'never mind' });
    expect(await historiesOf(cancelled.session.id)).toHaveLength(1);

    const closed = stack.api.session('lab', { id: `team-approval-${randomUUID()}` });
    stack.simulator.reset();
    stack.simulator.script({ ...said('cid'), toolCalls: [{ name: 'refund', arguments: { amount: 1 } }] });
    expect(await closed.send('Refund it.')).toMatchObject({ status: 'waiting' });
    await closed.close();
    expect((await stack.store.session(closed.id))?.status).toBe('closed');
    await until(async () => (await stack.store.memberRuns(closed.id, `${closed.id}.1`)).every(({ result }) => result));
    expect(paid).toEqual([]);
  });
});
