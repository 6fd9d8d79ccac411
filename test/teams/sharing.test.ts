import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { defineAgent, defineConfig, defineTeam, type TeamDefinition } from '../../src/config/index.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { modelOf, said, twoLevels } from '../support/teams.ts';

const desk = twoLevels('coordinate').teams?.[0] as TeamDefinition;
const team = (name: string, settings: Partial<TeamDefinition>) => defineTeam({ ...desk, name, ...settings });
const config = defineConfig({
  agents: [
    ...['ann', 'bob'].map((name) => defineAgent({ name, model: modelOf(name) })),
    defineAgent({ name: 'tiny', model: 'simulated/small-1k', limits: { maxOutputTokens: 100 } }),
  ],
  teams: [
    team('plain', { members: ['ann', 'bob'] }),
    team('open', { members: ['ann', 'bob'], shareHistory: { runs: 2 }, shareInteractions: true }),
    team('own', { members: ['ann', 'bob'], shareHistory: { runs: 1, of: 'member' } }),
    team('narrow', { members: ['tiny', 'ann'], shareHistory: { runs: 5 }, shareInteractions: true }),
    team('choir', {
      mode: 'broadcast',
      members: ['ann', 'bob'],
      model: 'simulated/small-2k',
      limits: { maxOutputTokens: 200 },
    }),
  ],
});

const give = (member: string, task: string) => ({ name: 'delegate', arguments: { member, task } });

describe('what a team shares with its members', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await stack.close();
  });

  /** A run in which the leader asks one member after the other. */
  async function ask(
    session: ReturnType<typeof stack.api.session>,
    question: string,
    turns: readonly { readonly member: string; readonly task: string; readonly answer: string }[],
  ) {
    for (const { member, task, answer } of turns) {
      stack.simulator.script({ ...said('desk'), toolCalls: [give(member, task)] });
      stack.simulator.script({ match: { text: task }, answer });
    }
    stack.simulator.script({ ...said('desk'), answer: `Answered: ${question}` });
    return await session.send(question);
  }

  /** What a member was sent with its task, and what the transcript says it saw. */
  async function seenWith(sessionId: string, task: string) {
    const sent = stack.requests.findLast(({ text }) => text.includes(task) && !text.includes('sim-desk'))?.text ?? '';
    const messages = await stack.store.messages(sessionId, { limit: 100 });
    const stored = messages.find(({ role, parts }) => role === 'user' && JSON.stringify(parts).includes(task));
    return { sent, stored: JSON.stringify(stored?.parts) };
  }

  it('is nothing unless it is asked for', async () => {
    const session = stack.api.session('plain', { id: `plain-${randomUUID()}` });
    await ask(session, 'First question', [{ member: 'ann', task: 'Task one', answer: 'It is raining.' }]);
    await ask(session, 'Second question', [
      { member: 'ann', task: 'Task two', answer: 'It is dry.' },
      { member: 'bob', task: 'Task three', answer: 'So be it.' },
    ]);
    const { sent, stored } = await seenWith(session.id, 'Task three');
    for (const words of ['First question', 'Second question', 'raining', 'It is dry', 'shared'])
      expect(sent).not.toContain(words);
    expect(stored).toBe('[{"type":"text","text":"Task three"}]');
    const leader = stack.requests.findLast(({ text }) => text.includes('sim-desk'))?.text;
    expect(leader).toContain('Members see the task, and nothing else');
  });

  it('is the conversation and what was answered in the run, each once, as the transcript has it', async () => {
    const session = stack.api.session('open', { id: `open-${randomUUID()}` });
    for (const n of ['zero', 'one', 'two']) await ask(session, `Question ${n}`, []);
    const run = await ask(session, 'Question three', [
      { member: 'ann', task: 'Look outside', answer: 'It is raining.' },
      { member: 'bob', task: 'Say it in French', answer: 'Il pleut.' },
      { member: 'ann', task: 'Go on from there', answer: 'Still raining.' },
    ]);
    expect(run).toMatchObject({ status: 'completed', text: 'Answered: Question three' });
    const first = await seenWith(session.id, 'Look outside');
    expect(first.sent).toContain('Answered: Question two');
    expect(first.sent).not.toContain('Question zero');
    expect(first.sent).not.toContain('Question three');
    const last = await seenWith(session.id, 'Go on from there');
    for (const words of ['It is raining.', 'Il pleut.', 'Say it in French', 'Question one', 'Question two']) {
      expect(last.sent.split(words)).toHaveLength(words.startsWith('Question') ? 3 : 2);
      expect(last.stored).toContain(words);
    }
    const leader = stack.requests.findLast(({ text }) => text.includes('sim-desk'))?.text;
    expect(leader).toContain('Members see the task, the latest conversation, what the team has answered in this run');
    const audit = await stack.store.recomputeTotals(session.id);
    expect(audit?.recomputed).toEqual(audit?.stored);
    expect((await session.metrics()).totalTokens).toBe(
      stack.simulator.tally().requests.reduce((sum, { billed }) => sum + billed.input + billed.output, 0),
    );
  });

  it('is what a member itself was asked before', async () => {
    const session = stack.api.session('own', { id: `own-${randomUUID()}` });
    await ask(session, 'First question', [
      { member: 'ann', task: 'Count to one', answer: 'One.' },
      { member: 'ann', task: 'Count to two', answer: 'One, two.' },
      { member: 'bob', task: 'Be silent', answer: 'Yes.' },
    ]);
    await ask(session, 'Second question', [{ member: 'ann', task: 'Count on', answer: 'Three.' }]);
    const { sent } = await seenWith(session.id, 'Count on');
    expect(sent).toContain('Count to two');
    expect(sent).toContain('One, two.');
    for (const words of ['Count to one', 'Be silent', 'First question']) expect(sent).not.toContain(words);
  });

  it('leaves a member with a small window room for its task and its answer', async () => {
    const session = stack.api.session('narrow', { id: `narrow-${randomUUID()}` });
    const long = 'It has rained and rained all day. '.repeat(400);
    for (const n of ['one', 'two']) await ask(session, `${n} ${long}`, []);
    const run = await ask(session, 'And now?', [
      { member: 'ann', task: 'Tell all', answer: long },
      { member: 'tiny', task: 'Make it short', answer: 'It rained.' },
    ]);
    expect(run.metrics.members?.['tiny']).toMatchObject({ calls: 1, failedAttempts: 0 });
    const { sent } = await seenWith(session.id, 'Make it short');
    expect(sent).toContain('characters are left out');
    expect(run).toMatchObject({ status: 'completed', text: 'Answered: And now?' });
  });

  it("cuts the answers of a broadcast's members to what its leader can read", async () => {
    const session = stack.api.session('choir', { id: `choir-${randomUUID()}` });
    stack.simulator.script({ ...said('ann'), answer: 'La la la. '.repeat(2_000) });
    stack.simulator.script({ ...said('bob'), answer: 'Bob hums.' });
    const run = await session.send('Sing!');
    expect(run).toMatchObject({ status: 'completed', metrics: { calls: 3, failedAttempts: 0 } });
    const heard = stack.requests.findLast(({ text }) => text.includes('small-2k'))?.text;
    expect(heard).toContain('Bob hums.');
    expect(heard).toContain('characters are left out');
    expect(run.metrics.members?.['ann']?.outputTokens).toBeGreaterThan(2_000);
  });
});
