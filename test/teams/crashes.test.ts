import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { billedTokens, metricsOfLedger } from '../support/conservation.ts';
import { playSideBySide, type CrashPlay } from '../support/crash-scene.ts';
import type { KillPoint } from '../support/killing-worker.ts';
import { said } from '../support/teams.ts';

interface DeathPoint {
  readonly point: KillPoint;
  readonly says: string;
  readonly rows: readonly string[];
}

/** What a worker's death at each point leaves of the member's call. */
const points: readonly DeathPoint[] = [
  { point: 'member-writing', says: 'while a member writes', rows: ['lost', 'settled'] },
  { point: 'member-settled', says: "after the commit of a member's answer", rows: ['settled'] },
  { point: 'after-result', says: 'once the leader has the answer', rows: ['settled'] },
];

const answeredOnce = ({ point, says, rows }: DeathPoint): CrashPlay => ({
  says,
  async play({ api, store, simulator, doomed, successor }) {
    const dying = await doomed(point);
    const task = { member: 'member', task: 'Say something.' };
    simulator.script({ ...said('desk'), toolCalls: [{ name: 'delegate', arguments: task }] });
    simulator.script({ ...said('desk'), times: null, answer: 'The member has spoken.' });
    simulator.script({ ...said('member'), times: null, tokensPerSecond: 20, answerTokens: 12 });
    const session = api.session('desk', { id: `team-crash-${randomUUID()}` });
    const sending = session.send('Ask the member.', { messageId: 'm-1' });
    await dying.ended;
    await successor();
    const run = await sending;
    expect(run).toMatchObject({ status: 'completed', text: 'The member has spoken.' });

    const ledger = await store.ledger(session.id);
    const ofMember = ledger.filter(({ agent }) => agent === 'member').toSorted((a, b) => a.attempt - b.attempt);
    expect(ofMember.map(({ state }) => state)).toEqual(rows);
    const metrics = await session.metrics();
    const summed = await metricsOfLedger(store, session.id);
    const billed = billedTokens(simulator.tally());
    expect([metrics.totalTokens, run.metrics.totalTokens]).toEqual([summed.totalTokens, summed.totalTokens]);
    expect(metrics.totalTokens).toBeGreaterThanOrEqual(billed.input + billed.output);
    expect(metrics.totalTokens === billed.input + billed.output).toBe(rows.length === 1);
    expect(run.metrics).toMatchObject({ calls: 3, toolCalls: 1, members: { member: { calls: 1 } } });
    const messages = await session.messages();
    expect(messages.map(({ role, agent }) => [role, agent])).toEqual([
      ['user', undefined],
      ['assistant', 'desk'],
      ['user', 'desk'],
      ['assistant', 'member'],
      ['tool', undefined],
      ['assistant', 'desk'],
    ]);
  },
});

describe('a worker that is killed with -9 in a team', () => {
  it('leaves the answer, and every token on the ledger once, wherever it dies', async () => {
    await playSideBySide(points.map(answeredOnce));
  }, 240_000);
});
