import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/until.ts';
import { startStack, type Stack } from '../support/stack.ts';

const config = {
  agents: [
    { name: 'assistant', model: 'simulated/loadline-sim-1', instructions: 'You are brief.' },
    { name: 'small', model: 'simulated/loadline-sim-1', limits: { maxOutputTokens: 20 } },
  ],
} as const;

let stack: Stack<typeof config>;
beforeAll(async () => {
  stack = await startStack(config);
});
afterAll(async () => await stack.close());

const said = (role: 'user' | 'assistant', text: string) => ({ role, parts: [{ type: 'text' as const, text }] });
const latestBody = (): string => JSON.stringify(stack.requests.at(-1)?.body);

describe('what a sender asks of one run', () => {
  it('holds for every call of that run, and for no other one', async () => {
    const session = stack.api.session('assistant');
    const output = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const first = await session.send('Where? [[say {"city":"Oslo"}]]', {
      instructions: 'Speak of Norway.',
      output,
      maxOutputTokens: 77,
    });
    expect(first.output).toEqual({ city: 'Oslo' });
    expect(latestBody()).toMatch(/You are brief\.\\n\\nSpeak of Norway\./);
    expect(latestBody()).toContain('77');
    const second = await session.send('And now?');
    expect(second).not.toHaveProperty('output');
    expect(latestBody()).not.toContain('Norway');
    expect(latestBody()).not.toMatch(/[^0-9]77[^0-9]/);
  });

  it('has the model correct an answer that does not fit its schema', async () => {
    const output = { type: 'array', items: { type: 'number' } };
    const run = await stack.api.session('assistant').send('[[say none]]', { output });
    expect(run).toMatchObject({ status: 'completed', output: expect.any(Array), metrics: { calls: 2 } });
  });

  it('never raises the limit in force', async () => {
    const run = await stack.api.session('small').send('[[tokens 500]]', { maxOutputTokens: 400 });
    expect(run).toMatchObject({ status: 'limit', finishReason: 'length', metrics: { outputTokens: 20 } });
    expect(run.reason).toContain('maxOutputTokens 20');
  });

  it('puts what was said before into the transcript, in order, and before the model', async () => {
    const session = stack.api.session('assistant');
    const earlier = [said('user', 'My cat is Miezi.'), said('assistant', 'A fine name.')];
    const run = await session.send('What is it?', { earlier });
    const words = (await session.messages()).map(({ role, parts }) => [role, 'text' in parts[0]! ? parts[0].text : '']);
    expect(words.slice(0, 3)).toEqual([
      ['user', 'My cat is Miezi.'],
      ['assistant', 'A fine name.'],
      ['user', 'What is it?'],
    ]);
    expect(run.messages).toHaveLength(4);
    expect(latestBody()).toMatch(/Miezi.*fine name.*What is it/);
    await session.send('Really?');
    expect(latestBody()).toMatch(/Miezi.*fine name.*What is it.*Really/);
  });

  it('is refused where it can not be used', async () => {
    const session = stack.api.session('assistant');
    await expect(session.send('x', { maxOutputTokens: 0 })).rejects.toMatchObject({ code: 'InvalidMessage' });
    const run = await session.send('x', { output: { type: 'nonsense' } });
    expect(run).toMatchObject({ status: 'failed', error: { code: 'InvalidMessage' }, metrics: { calls: 0 } });
  });
});

describe('a message that follows a run', () => {
  it('is refused once another one was accepted, and nothing of it is kept', async () => {
    const session = stack.api.session('assistant');
    const first = await session.send('One');
    const second = await session.send('Two', { after: first.runId, messageId: 'm-two' });
    const late = session.send('Three', { after: first.runId });
    await expect(late).rejects.toMatchObject({ code: 'InvalidMessage', details: { latest: second.runId } });
    expect((await session.send('Two', { after: first.runId, messageId: 'm-two' })).runId).toBe(second.runId);
    expect((await session.metrics()).runs).toBe(2);
  });
});

describe('a session made for one run', () => {
  it('answers it, closes by itself, and answers the same message from then on', async () => {
    const session = stack.api.session('assistant', { once: true });
    const run = await session.send('Hello', { messageId: 'm-once' });
    expect(run.status).toBe('completed');
    await until(async () => (await stack.store.session(session.id))?.status === 'closed');
    expect((await session.send('Hello', { messageId: 'm-once' })).text).toBe(run.text);
    await expect(session.send('Another')).rejects.toMatchObject({ code: 'SessionClosed' });
  });
});
