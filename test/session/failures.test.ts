import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineAgent, defineConfig, resolveConfig } from '../../src/config/index.ts';
import type { LedgerRow } from '../../src/domain/ledger.ts';
import { deriveUsage } from '../../src/domain/usage.ts';
import { billedOf, billedTokens, threeTotals } from '../support/conservation.ts';
import { startStack, type Stack } from '../support/stack.ts';

const configAt = (simulatorUrl: string) =>
  defineConfig({
    providers: {
      keyed: { api: 'openai-chat', baseURL: `${simulatorUrl}/v1`, apiKeyEnv: 'KEYED_KEY' },
      keyless: { api: 'openai-chat', baseURL: `${simulatorUrl}/v1`, apiKeyEnv: 'MISSING_KEY' },
      chat: { api: 'openai-chat', baseURL: `${simulatorUrl}/v1` },
      claude: { api: 'anthropic-messages', baseURL: simulatorUrl },
    },
    agents: [
      defineAgent({ name: 'assistant' }),
      defineAgent({ name: 'chat', model: 'chat/some-model' }),
      defineAgent({ name: 'claude', model: 'claude/some-model' }),
      defineAgent({ name: 'keyed', model: 'keyed/some-model' }),
      defineAgent({ name: 'keyless', model: 'keyless/some-model' }),
      defineAgent({ name: 'city', output: z.object({ city: z.string(), celsius: z.number() }) }),
    ],
  });

type Name = 'assistant' | 'chat' | 'claude' | 'keyed' | 'keyless' | 'city';

/** What a row is charged, in and out. */
function charged(row: LedgerRow | undefined): { input: number; output: number } {
  const usage = row?.usage == null ? null : deriveUsage(row.usage);
  return { input: usage?.inputTokens ?? 0, output: usage?.outputTokens ?? 0 };
}

describe('a provider that fails', () => {
  let stack: Stack<ReturnType<typeof configAt>>;
  beforeAll(async () => {
    stack = await startStack(configAt, { environment: { KEYED_KEY: 'invalid' } });
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await stack.close();
  });
  const open = (agent: Name) => stack.api.session(agent, { id: `fail-${randomUUID()}` });

  it('with an invalid key fails the run at once, in its own words, and the session lives on', async () => {
    const session = open('keyed');
    const run = await session.send('Hello');
    expect(run).toMatchObject({ status: 'failed', finishReason: 'error', error: { code: 'ProviderError' } });
    expect(run.error?.message).toMatch(/incorrect api key/i);
    expect(run.reason).toBe(run.error?.message);
    expect(run.error?.details).toMatchObject({ kind: 'authentication', status: 401 });
    expect(run.metrics).toMatchObject({ calls: 0, failedAttempts: 1, totalTokens: 0 });
    expect(stack.simulator.tally().totals.requests).toBe(1);
    expect((await stack.store.ledger(session.id)).map(({ state }) => state)).toEqual(['released']);
    expect(await session.state()).toMatchObject({ status: 'open', currentRun: null });
    expect((await session.send('Hello again')).runId).toBe(`${session.id}.2`);
  });

  it('for want of a key names the variable to set', async () => {
    const run = await open('keyless').send('Hello');
    expect(run).toMatchObject({ status: 'failed', error: { code: 'ProviderError' } });
    expect(run.error?.message).toMatch(/MISSING_KEY/);
    expect(stack.simulator.tally().totals.requests).toBe(0);
  });

  it('with 429 is asked again after the time that it names, and nothing is counted twice', async () => {
    stack.simulator.script({ status: 429, retryAfterMs: 700, message: 'Slow down, please' });
    const session = open('assistant');
    const run = await session.send('Hello');
    expect(run).toMatchObject({ status: 'completed', metrics: { calls: 1, failedAttempts: 1 } });
    const [first, second] = await stack.store.ledger(session.id);
    expect(first).toMatchObject({ attempt: 1, state: 'released', error: 'rate-limit', usage: null, costNanoUsd: null });
    expect(second).toMatchObject({ attempt: 2, state: 'settled', answered: true });
    expect((second?.startedAt ?? 0) - (first?.endedAt ?? 0)).toBeGreaterThanOrEqual(690);
    const failed = (await stack.store.events(session.id, { afterId: 0, limit: 50 })).find(
      ({ type }) => type === 'call.failed',
    );
    expect(failed).toMatchObject({ error: 'rate-limit', message: 'Slow down, please', retryInMs: 700 });
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
  });

  it('with a Retry-After in seconds is given them', async () => {
    stack.simulator.script({ status: 503, retryAfter: 1 });
    const session = open('assistant');
    expect(await session.send('Hello')).toMatchObject({ status: 'completed' });
    const [first, second] = await stack.store.ledger(session.id);
    expect((second?.startedAt ?? 0) - (first?.endedAt ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('with one 500 after the other is given up after eight, in its own words', async () => {
    stack.simulator.script({ times: null, status: 500, retryAfterMs: 1, message: 'The engine is on fire' });
    const session = open('assistant');
    const run = await session.send('Hello');
    expect(run).toMatchObject({ status: 'failed', error: { code: 'ProviderError' } });
    expect(run.error?.message).toMatch(/The engine is on fire/);
    expect(run.metrics).toMatchObject({ calls: 0, failedAttempts: 8, totalTokens: 0, cost: 0 });
    expect(stack.simulator.tally().totals.requests).toBe(8);
    stack.simulator.reset();
    expect(await session.send('And now?')).toMatchObject({ status: 'completed', metrics: { failedAttempts: 0 } });
  });

  it.each(['assistant', 'chat', 'claude'] as const)(
    'by breaking off in mid-answer is charged an estimate and asked again (%s)',
    async (agent) => {
      stack.simulator.script([{ dropAfterChunks: 5, answerTokens: 60 }, { answer: 'Whole now.' }]);
      const session = open(agent);
      const run = await session.send('Tell me something long');
      expect(run).toMatchObject({ status: 'completed', text: 'Whole now.', metrics: { calls: 1, failedAttempts: 1 } });
      const [first, second] = await stack.store.ledger(session.id);
      expect([first?.state, second?.state]).toEqual(['estimated', 'settled']);
      const [dropped, whole] = stack.simulator.tally().requests;
      expect([dropped?.outcome, whole?.outcome]).toEqual(['dropped', 'completed']);
      const estimate = charged(first);
      const billed = billedOf(dropped);
      expect(estimate.input).toBeGreaterThanOrEqual(billed.input);
      expect(estimate.output).toBeGreaterThanOrEqual(billed.output);
      expect(estimate.input).toBeLessThanOrEqual(first?.reservation.inputTokens ?? 0);
      expect(estimate.output).toBeLessThanOrEqual(first?.reservation.outputTokens ?? 0);
      expect(run.metrics.estimatedTokens).toBe(estimate.input + estimate.output);
      expect(charged(second)).toEqual(billedOf(whole));
      const { metrics, ledger, provider } = await threeTotals(stack, session);
      expect(metrics).toEqual(ledger);
      expect(ledger.input).toBeGreaterThanOrEqual(provider.input);
      expect(ledger.output).toBeGreaterThanOrEqual(provider.output);
    },
  );

  it('to tell its usage is estimated, and the estimate is marked', async () => {
    stack.simulator.script({ noUsage: true, answerTokens: 30 });
    const session = open('chat');
    const run = await session.send('Hello');
    const [row] = await stack.store.ledger(session.id);
    expect(row).toMatchObject({ state: 'estimated', answered: true });
    const provider = billedTokens(stack.simulator.tally());
    expect(charged(row).input).toBeGreaterThanOrEqual(provider.input);
    expect(charged(row).output).toBeGreaterThanOrEqual(provider.output);
    expect(charged(row).output).toBeLessThanOrEqual(row?.reservation.outputTokens ?? 0);
    expect(run.metrics).toMatchObject({ calls: 1, estimatedTokens: run.metrics.totalTokens });
    expect(run.messages.at(-1)?.metrics).toMatchObject({ source: 'estimated' });
    expect(run.metrics.unknownParts).toMatchObject({ cacheReadTokens: 1, reasoningTokens: 1 });
  });

  it('by repeating its usage in every chunk is counted once', async () => {
    stack.simulator.script({ cumulativeUsage: true, answerTokens: 50 });
    const session = open('chat');
    await session.send('Hello');
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
  });

  it.each([
    ['refusal', { refusal: 'I would rather not.' }],
    ['content-filter', { contentFilter: true, answer: 'Something unspeakable' }],
  ])('to answer for its own reasons (%s) says so and is paid for', async (finishReason, behaviour) => {
    stack.simulator.script(behaviour);
    const session = open('assistant');
    const run = await session.send('Hello');
    expect(run).toMatchObject({ status: 'completed', finishReason, metrics: { calls: 1 } });
    expect(run.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
    expect(await session.send('Something else')).toMatchObject({ status: 'completed', finishReason: 'stop' });
  });

  it('to answer in the form that the agent asks for fails the run, which is paid for', async () => {
    stack.simulator.script({ times: 2, answer: '{"city": "Oslo", "celsius": "warm"}' });
    const session = open('city');
    const run = await session.send('How warm is it?');
    expect(run).toMatchObject({ status: 'failed', error: { code: 'ProviderError' } });
    expect(run.output).toBeUndefined();
    expect(run.reason).toMatch(/does not fit the agent's output schema: celsius/);
    expect(run.text).toContain('Oslo');
    stack.simulator.script({ times: 2, answer: 'It is warm.' });
    expect((await session.send('And now?')).reason).toMatch(/not JSON/);
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
  });

  it('to know the model fails the run at once', async () => {
    const session = open('assistant');
    stack.simulator.script({ status: 404, message: 'The model `loadline-sim-1` does not exist' });
    const run = await session.send('Hello');
    expect(run).toMatchObject({ status: 'failed', error: { code: 'ProviderError' } });
    expect(run.error?.message).toMatch(/does not exist/);
    expect(run.metrics).toMatchObject({ failedAttempts: 1, totalTokens: 0 });
  });
});

describe('a config that can not work', () => {
  it('names an agent that nobody has', async () => {
    const stack = await startStack(defineConfig({ agents: [defineAgent({ name: 'assistant' })] }));
    try {
      const stranger = stack.api.session('nobody' as 'assistant', { id: `fail-${randomUUID()}` });
      await expect(stranger.send('Hello')).rejects.toMatchObject({
        code: 'UnknownAgent',
        message: expect.stringMatching(/no agent nobody.*assistant/),
      });
      const started = stack.api.session('nobody' as 'assistant', { id: `fail-${randomUUID()}` });
      await expect(started.start()).rejects.toMatchObject({ code: 'UnknownAgent' });
      await expect(started.run('some-run')).rejects.toMatchObject({ code: 'UnknownAgent' });
      const found = stack.api.session('assistant', { id: stranger.id });
      expect(await found.send('Hello')).toMatchObject({ status: 'completed', runId: `${stranger.id}.1` });
    } finally {
      await stack.close();
    }
  });

  it.each([
    ['opneai/gpt-5.2', /agents\[0\]\.model: unknown provider "opneai"; did you mean "openai"\?/],
    ['gpt-5.2', /agents\[0\]\.model: "gpt-5\.2" must be provider\/model/],
  ])('names the model %s', (model, words) => {
    const config = { agents: [{ name: 'assistant', model }] };
    expect(() => resolveConfig(config, { defaultModel: 'simulated/loadline-sim-1' })).toThrow(words);
  });

  it('fails the runs of a default model that is unknown, and names it', async () => {
    const config = defineConfig({ agents: [defineAgent({ name: 'assistant' })] });
    const stack = await startStack(config, { defaultModel: 'opneai/gpt-5.2' });
    try {
      const run = await stack.api.session('assistant', { id: `fail-${randomUUID()}` }).send('Hello');
      expect(run).toMatchObject({ status: 'failed', error: { code: 'UnknownModel' } });
      expect(run.error?.message).toMatch(/opneai.*openai/);
    } finally {
      await stack.close();
    }
  });
});
