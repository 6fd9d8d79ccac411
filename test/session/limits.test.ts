import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { LimitsPatch } from '../../src/client/index.ts';
import { defineAgent, defineConfig, defineTool } from '../../src/config/index.ts';
import { threeTotals } from '../support/conservation.ts';
import { startStack, type Stack } from '../support/stack.ts';

let executed = 0;

const look = defineTool({
  name: 'look',
  description: 'Looks at something',
  inputSchema: z.object({}),
  execute: () => {
    executed += 1;
    return 'nothing yet';
  },
});

const config = defineConfig({
  agents: [
    defineAgent({ name: 'eager', tools: [look] }),
    defineAgent({ name: 'small', model: 'simulated/loadline-sim-small', tools: [look] }),
    defineAgent({ name: 'priced', model: 'simulated/priced', tools: [look] }),
  ],
  models: { 'simulated/priced': { price: { input: 1000, output: 4000 } } },
});

const askForever = { times: null, toolCalls: [{ name: 'look', arguments: {} }] };

describe('limits', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  beforeEach(() => {
    stack.simulator.reset();
    executed = 0;
  });
  afterAll(async () => {
    await stack.close();
  });
  const open = (limits: LimitsPatch, agent: 'eager' | 'small' | 'priced' = 'eager') =>
    stack.api.session(agent, { id: `limit-${randomUUID()}`, limits });

  /** The three totals agree, and the session still answers. */
  async function expectSoundAndAlive(session: ReturnType<typeof open>): Promise<void> {
    stack.simulator.script({ match: { text: 'Are you there?' }, answer: 'I am here.' });
    const next = await session.send('Are you there?');
    expect(next).toMatchObject({ status: 'completed', text: 'I am here.' });
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
    expect((await session.metrics()).calls).toBe(stack.simulator.tally().totals.requests);
  }

  it('end a run of endless tool calls at callsPerRun', async () => {
    stack.simulator.script({ ...askForever, match: { text: 'Look around' } });
    const session = open({ callsPerRun: 4 });
    const run = await session.send('Look around');
    expect(run).toMatchObject({ status: 'limit', finishReason: 'limit' });
    expect(run.reason).toMatch(/4 model calls; callsPerRun allows 4/);
    expect(run.metrics).toMatchObject({ calls: 4, failedAttempts: 0 });
    // Nobody would read what the tool that the fourth call asks for has to say.
    expect([executed, run.metrics.toolCalls]).toEqual([3, 3]);
    expect(stack.simulator.tally().totals.requests).toBe(4);
    await expectSoundAndAlive(session);
  });

  it('end a run of endless tool calls at toolCallsPerRun, and store what was not executed', async () => {
    stack.simulator.script({
      times: null,
      match: { text: 'Look around' },
      toolCalls: [1, 2].map(() => ({ name: 'look', arguments: {} })),
    });
    const session = open({ toolCallsPerRun: 5 });
    const run = await session.send('Look around');
    expect(run).toMatchObject({ status: 'limit', finishReason: 'limit' });
    expect(run.reason).toMatch(/6 tool calls; toolCallsPerRun allows 5/);
    expect([executed, run.metrics.toolCalls, run.metrics.calls]).toEqual([4, 4, 3]);
    const results = run.messages.flatMap(({ parts }) => parts.filter((part) => part.type === 'tool-result'));
    expect(results).toHaveLength(6);
    for (const result of results.slice(4)) {
      expect(result.isError).toBe(true);
      expect(result.output).toMatch(/^not executed: .*toolCallsPerRun/);
    }
    await expectSoundAndAlive(session);
  });

  it('end a run at tokensPerRun', async () => {
    stack.simulator.script({ ...askForever, match: { text: 'Look around' } });
    const session = open({ tokensPerRun: 400 });
    const run = await session.send('Look around');
    expect(run).toMatchObject({ status: 'limit' });
    expect(run.reason).toMatch(/has used \d+ tokens; tokensPerRun allows 400/);
    expect(run.metrics.totalTokens).toBeGreaterThanOrEqual(400);
    expect(run.metrics.calls).toBe(stack.simulator.tally().totals.requests);
    await expectSoundAndAlive(session);
  });

  it('end a run at costPerRun, by the price that the config gives', async () => {
    stack.simulator.script({ ...askForever, match: { text: 'Look around' } });
    const session = open({ costPerRun: 0.5 }, 'priced');
    const run = await session.send('Look around');
    expect(run).toMatchObject({ status: 'limit' });
    expect(run.reason).toMatch(/has cost \$[\d.]+; costPerRun allows \$0\.5/);
    const { totals } = stack.simulator.tally();
    const dollars = ((totals.input + totals.cacheRead) * 1000 + totals.output * 4000) / 1e6;
    expect(run.metrics.cost).toBeCloseTo(dollars, 9);
    expect(run.metrics.cost).toBeGreaterThanOrEqual(0.5);
    await expectSoundAndAlive(session);
  });

  it('end a run at runSeconds with the text so far, charged no less than the provider bills', async () => {
    stack.simulator.script({ match: { text: 'Tell me' }, answerTokens: 400, tokensPerSecond: 50 });
    const session = open({ runSeconds: 1, maxOutputTokens: 500 });
    const run = await session.send('Tell me a long story');
    expect(run).toMatchObject({ status: 'limit', finishReason: 'limit' });
    expect(run.reason).toMatch(/runSeconds/);
    expect(run.text.length).toBeGreaterThan(20);
    const [row] = await stack.store.ledger(session.id);
    expect(row).toMatchObject({ state: 'estimated' });
    const { totals } = stack.simulator.tally();
    expect(row?.usage?.output).toBeGreaterThanOrEqual(totals.output);
    expect(row?.usage?.output).toBeLessThanOrEqual(row?.reservation.outputTokens ?? 0);
    expect(row?.usage?.input).toBeGreaterThanOrEqual(totals.input + totals.cacheRead);
    expect(run.metrics).toMatchObject({ calls: 0, failedAttempts: 1, estimatedTokens: run.metrics.totalTokens });
    expect(run.messages.at(-1)).toMatchObject({ role: 'assistant', parts: [{ type: 'text', text: run.text }] });
    expect(await session.send('Are you there?')).toMatchObject({ status: 'completed' });
  });

  it('refuse a message that alone exceeds the window before anything is spent', async () => {
    const session = open({}, 'small');
    const run = await session.send('too long '.repeat(4000));
    expect(run).toMatchObject({ status: 'limit', error: { code: 'LimitReached' } });
    expect(run.reason).toMatch(/the window of simulated\/loadline-sim-small has 4096/);
    expect(run.metrics).toMatchObject({ calls: 0, failedAttempts: 0, totalTokens: 0, cost: 0 });
    expect(await stack.store.ledger(session.id)).toEqual([]);
    expect(stack.simulator.tally().totals.requests).toBe(0);
    await expectSoundAndAlive(session);
  });

  it('say so when an answer was cut at maxOutputTokens', async () => {
    stack.simulator.script({ answerTokens: 300 });
    const session = open({ maxOutputTokens: 40 });
    const run = await session.send('Tell me everything');
    expect(run).toMatchObject({ status: 'limit', finishReason: 'length', metrics: { outputTokens: 40 } });
    expect(run.reason).toMatch(/maxOutputTokens 40/);
    expect(run.text).not.toBe('');
    await expectSoundAndAlive(session);
  });

  it('are changed on an open session, and the rest stays in force', async () => {
    stack.simulator.script({ ...askForever, match: { text: 'Look around' } });
    const session = open({ callsPerRun: 2 });
    expect((await session.send('Look around')).metrics.calls).toBe(2);
    const inForce = await session.setLimits({ callsPerRun: 3, thresholds: { context: { warn: 0.5 } } });
    expect(inForce.limits).toMatchObject({ callsPerRun: 3, toolCallsPerRun: 50 });
    expect(inForce.thresholds.context).toEqual({ warn: 0.5, compact: 0.85, critical: 0.95, stop: 0.99 });
    expect((await session.send('Look around again: Look around')).metrics.calls).toBe(3);
    expect(await session.state()).toMatchObject(inForce);
  });

  it.each([
    [{ callPerRun: 3 }, /limits\.callPerRun is unknown; known are callsPerRun/],
    [{ callsPerRun: 0 }, /limits\.callsPerRun must be a positive integer, not 0/],
    [{ callsPerRun: null }, /limits\.callsPerRun must be a positive integer, not null/],
    [{ runSeconds: '60' }, /limits\.runSeconds must be a positive number of seconds, not "60"/],
    [{ queue: 9 }, /limits\.queue must be an integer from 1 to 8.*update slots/],
    [{ messageBytes: 2_000_000 }, /limits\.messageBytes must be an integer from 1 to 1048576/],
    [{ thresholds: { context: { warn: 1.5 } } }, /limits\.thresholds\.context\.warn must be a fraction/],
    [{ thresholds: { context: { wran: 0.5 } } }, /limits\.thresholds\.context\.wran is unknown/],
    [{ thresholds: { window: {} } }, /limits\.thresholds\.window is unknown/],
    [{ thresholds: { session: { onReach: 'cry' } } }, /onReach must be "stop" or "warn"/],
    [[], /limits must be an object/],
    [null, /limits must be an object/],
  ])('refuse the patch %j by name, and change nothing', async (patch, words) => {
    const session = open({});
    await session.start();
    const before = await session.state();
    await expect(session.setLimits(patch as LimitsPatch)).rejects.toMatchObject({
      code: 'InvalidMessage',
      message: expect.stringMatching(words),
    });
    expect(await session.state()).toEqual(before);
  });
});
