import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { defineAgent, defineConfig } from '../../src/config/index.ts';
import { billedTokens, metricsOfLedger } from '../support/conservation.ts';
import { startStack, type Stack } from '../support/stack.ts';

const config = defineConfig({
  agents: [defineAgent({ name: 'assistant', instructions: 'You are brief.' })],
});

describe('a conversation', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  afterAll(async () => {
    await stack.close();
  });

  it('is created by its first message, answers, and counts what the provider billed', async () => {
    stack.simulator.reset();
    const session = stack.api.session('assistant', { id: `talk-${randomUUID()}` });
    const first = await session.send('My name is Ann.');
    expect(first).toMatchObject({ status: 'completed', finishReason: 'stop', runId: `${session.id}.1` });
    expect(first.text).not.toBe('');
    const second = await session.send('What is my name?');
    expect(second.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    const metrics = await session.metrics();
    const billed = billedTokens(stack.simulator.tally());
    expect(metrics).toMatchObject({ runs: 2, calls: 2, inputTokens: billed.input, outputTokens: billed.output });
    const ledger = await metricsOfLedger(stack.store, session.id);
    expect([ledger.totalTokens, ledger.cost]).toEqual([metrics.totalTokens, metrics.cost]);
    expect(metrics.simulated).toBe(true);
  });
});
