import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startStack, type Stack } from '../support/stack.ts';
import { expectTreeSums, said, twoLevels } from '../support/teams.ts';

const config = twoLevels('route', {}, { bob: { limits: { runSeconds: 3 } } });

describe('a team that routes', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await stack.close();
  });
  const open = () => stack.api.session('desk', { id: `route-${randomUUID()}` });
  const route = (member: string) => ({ toolCalls: [{ name: 'route_to', arguments: { member } }] });

  it("answers with the member's words, from two levels below too, and asks the leaders once each", async () => {
    const { simulator } = stack;
    simulator.script({ ...said('desk'), ...route('lab') });
    simulator.script({ ...said('lab'), ...route('dee') });
    simulator.script({ ...said('dee'), answer: 'Forty-two, says Dee.' });
    const session = open();
    const run = await session.send('What is the answer?');
    expect(run).toMatchObject({ status: 'completed', text: 'Forty-two, says Dee.', finishReason: 'stop' });
    expect(simulator.tally().totals.requests).toBe(3);
    expect(run.metrics.members?.['lab']?.members?.['dee']).toMatchObject({ calls: 1 });
    await expectTreeSums(stack, session, run.metrics);
    const heard = stack.requests.findLast(({ text }) => text.includes('sim-dee'));
    expect(heard?.text).toContain('What is the answer?');
  });

  it('hears of a member that fails, one that runs out of time and one that is cancelled, and asks another', async () => {
    const { simulator } = stack;
    const long = { tokensPerSecond: 50, answerTokens: 4000 };
    for (const name of ['ann', 'bob', 'lab']) simulator.script({ ...said('desk'), ...route(name) });
    simulator.script({ ...said('ann'), status: 400, message: 'ann is on holiday' });
    simulator.script({ ...said('bob'), ...long });
    simulator.script({ ...said('lab'), ...route('cid') });
    simulator.script({ ...said('cid'), ...long });
    simulator.script({ ...said('lab'), answer: 'Then the lab answers itself.' });
    const session = open();
    const sending = session.send('Who can help?');
    let cancelled = false;
    for await (const event of session.events({ signal: AbortSignal.timeout(30_000) })) {
      if (event.type === 'text.delta' && event.agent === 'cid' && !cancelled) {
        cancelled = true;
        await session.cancel({ ...(event.runId === undefined ? {} : { runId: event.runId }), reason: 'enough' });
      }
      if (event.type === 'run.ended' && event.result.messageId === sending.messageId) break;
    }
    const run = await sending;
    expect(run).toMatchObject({ status: 'completed', text: 'Then the lab answers itself.' });
    const heard = (name: string) => stack.requests.findLast(({ text }) => text.includes(`sim-${name}`))?.text;
    expect(heard('desk')).toContain('ann did not finish (failed: ');
    expect(heard('desk')).toContain('bob did not finish (limit: ');
    expect(heard('lab')).toContain('cid did not finish (cancelled: ');
    const ofAll = Object.values(run.metrics.members ?? {}).reduce((sum, one) => sum + (one.totalTokens ?? 0), 0);
    const leader = (run.metrics.details['leader'] ?? []).reduce((sum, one) => sum + (one.totalTokens ?? 0), 0);
    expect(leader + ofAll).toBe(run.metrics.totalTokens);
    const audit = await stack.store.recomputeTotals(session.id);
    expect(audit?.recomputed).toEqual(audit?.stored);
  });

  it('may answer by itself, and goes on from what members said', async () => {
    const { simulator } = stack;
    const session = open();
    simulator.script({ ...said('desk'), ...route('ann') });
    simulator.script({ ...said('ann'), answer: 'The parcel is in Oslo.' });
    let streamed = '';
    for await (const event of session.send('Where is my parcel?')) {
      if (event.type === 'text.delta') streamed += event.delta;
    }
    expect(streamed).toBe('The parcel is in Oslo.');
    simulator.script({ ...said('desk'), answer: 'You are welcome.' });
    const run = await session.send('Thank you!');
    expect(run).toMatchObject({ status: 'completed', text: 'You are welcome.' });
    expect(run.metrics.members).toBeUndefined();
    const heard = stack.requests.findLast(({ text }) => text.includes('sim-desk'));
    expect(heard?.text).toContain('The parcel is in Oslo.');
    expect((await session.metrics()).runs).toBe(2);
  });

  it('shows in the transcript who said what, each once', async () => {
    const { simulator } = stack;
    const session = open();
    simulator.script({ ...said('desk'), ...route('bob') });
    simulator.script({ ...said('bob'), answer: 'Bob here.' });
    const run = await session.send('Hello?');
    const messages = await session.messages();
    expect(messages.map(({ role, agent }) => [role, agent])).toEqual([
      ['user', undefined],
      ['assistant', 'desk'],
      ['user', 'desk'],
      ['assistant', 'bob'],
      ['tool', undefined],
      ['assistant', 'bob'],
    ]);
    expect(run.messages.map(({ role, agent }) => [role, agent])).toEqual([
      ['user', undefined],
      ['assistant', 'desk'],
      ['tool', undefined],
      ['assistant', 'bob'],
    ]);
  });
});
