import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent, defineConfig, defineTool } from '../../src/config/index.ts';
import { deriveUsage } from '../../src/domain/usage.ts';
import type { ScriptedBehaviour } from '../../src/simulator/index.ts';
import { billedOf, metricsOfLedger } from '../support/conservation.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** Dollars a million tokens are nano-dollars a token times a thousand. */
const price = { input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1.25, cacheWrite1h: 2, reasoning: 3 };

let toolRuns = 0;

/** Holds its run between two calls, until its worker goes away; the next worker's attempt answers at once. */
const patient = defineTool({
  name: 'patient',
  description: 'Waits for a new worker',
  inputSchema: z.object({}),
  idempotent: true,
  execute() {
    toolRuns += 1;
    return toolRuns === 1 ? new Promise<never>(() => undefined) : 'done';
  },
});

const limits = { maxOutputTokens: 200 };

function configAt(url: string) {
  return defineConfig({
    agents: [
      defineAgent({ name: 'chat', model: 'chat/m', limits }),
      defineAgent({ name: 'claude', model: 'claude/m', limits }),
      defineAgent({ name: 'toolful', model: 'chat/m', limits, tools: [patient] }),
    ],
    // At the simulator's address, and not marked as simulated: its models have prices.
    providers: {
      chat: { api: 'openai-chat', baseURL: `${url}/v1` },
      claude: { api: 'anthropic-messages', baseURL: url },
    },
    models: {
      'chat/m': { contextWindow: 128_000, price },
      'claude/m': { contextWindow: 128_000, price },
    },
    budgets: [{ scope: 'user', window: 'lifetime', tokens: 1_000_000_000 }],
  });
}

type Given = ReturnType<typeof configAt>;

describe('the true figures', () => {
  let stack: Stack<Given>;
  beforeAll(async () => {
    stack = await startStack(configAt);
  });
  afterAll(async () => {
    await stack.close();
  });
  beforeEach(() => stack.simulator.reset());

  const open = (agent: 'chat' | 'claude' | 'toolful', user?: string) =>
    stack.api.session(agent, { id: `figures-${randomUUID()}`, ...(user === undefined ? {} : { user }) });
  const rowsOf = (id: string) => stack.store.ledger(id);

  /** Ledger and metrics agree with each other, to the token and the nano-dollar. */
  async function metricsOf(session: ReturnType<typeof open>) {
    const metrics = await session.metrics();
    const { inputTokens, outputTokens, cost, estimatedTokens } = await metricsOfLedger(stack.store, session.id);
    expect(metrics).toMatchObject({ inputTokens, outputTokens, cost, estimatedTokens });
    return metrics;
  }

  /** One answer of a script: what the provider billed, what the ledger holds, what the metrics say. */
  async function oneAnswer(agent: 'chat' | 'claude', script: ScriptedBehaviour) {
    stack.simulator.script(script);
    const session = open(agent);
    expect(await session.send('Hello')).toMatchObject({ status: 'completed' });
    const [row, ...others] = await rowsOf(session.id);
    expect(others).toEqual([]);
    const [request] = stack.simulator.tally().requests;
    return { row, metrics: await metricsOf(session), billed: billedOf(request) };
  }

  it('of usage that is repeated in every chunk are the last ones, not their sum', async () => {
    const usage = { input: 1000, output: 40 };
    const { row, metrics, billed } = await oneAnswer('chat', { cumulativeUsage: true, answerTokens: 40, usage });
    expect(billed).toEqual({ input: 1000, output: 40 });
    expect(row).toMatchObject({ state: 'settled', usage, costNanoUsd: 1000 * 1000 + 40 * 2000 });
    expect(metrics).toMatchObject({ inputTokens: 1000, outputTokens: 40, estimatedTokens: 0, cost: 0.00108 });
  });

  it('of an answer without usage are its own bound, not the usage of the answer before', async () => {
    stack.simulator.script([{ usage: { input: 100, output: 20 } }, { noUsage: true, answerTokens: 30 }]);
    const session = open('chat');
    await session.send('Hello');
    await session.send('And again');
    const [first, second] = await rowsOf(session.id);
    expect(first).toMatchObject({ state: 'settled', usage: { input: 100, output: 20 } });
    expect(second?.state).toBe('estimated');
    const bound = second?.reservation.inputTokens ?? NaN;
    const input = second?.usage?.input ?? NaN;
    const output = second?.usage?.output ?? NaN;
    const billed = billedOf(stack.simulator.tally().requests[1]);
    expect(billed.output).toBe(30);
    expect(input).toBe(bound);
    expect(input).toBeGreaterThanOrEqual(billed.input);
    expect(output).toBeGreaterThanOrEqual(30);
    expect(output).toBeLessThanOrEqual(200);
    expect(await metricsOf(session)).toMatchObject({
      inputTokens: 100 + bound,
      outputTokens: 20 + output,
      estimatedTokens: bound + output,
      cost: (100 * 1000 + 20 * 2000 + bound * 1000 + output * 2000) / 1e9,
    });
  });

  it('of cached tokens are a part of the input at OpenAI', async () => {
    const usage = { input: 200, cacheRead: 800, output: 50 };
    const { row, metrics, billed } = await oneAnswer('chat', { usage });
    expect(billed).toEqual({ input: 1000, output: 50 });
    expect(row).toMatchObject({ usage, costNanoUsd: 200 * 1000 + 800 * 100 + 50 * 2000 });
    expect(metrics).toMatchObject({ inputTokens: 1000, cacheReadTokens: 800, totalTokens: 1050, cost: 0.00038 });
    expect(metrics.cacheSavings).toBe((800 * 900) / 1e9);
  });

  it('of cached tokens come beside the input at Anthropic, writes by their lifetime', async () => {
    const usage = { input: 200, cacheRead: 800, cacheWrite5m: 300, cacheWrite1h: 400, output: 50 };
    const { row, metrics, billed } = await oneAnswer('claude', { usage });
    expect(billed).toEqual({ input: 1700, output: 50 });
    expect(row).toMatchObject({
      usage,
      costNanoUsd: 200 * 1000 + 800 * 100 + 300 * 1250 + 400 * 2000 + 50 * 2000,
    });
    expect(metrics).toMatchObject({ inputTokens: 1700, cacheReadTokens: 800, cacheWriteTokens: 700, cost: 0.001555 });
    expect(metrics.cacheSavings).toBe((800 * 900 - 300 * 250 - 400 * 1000) / 1e9);
  });

  it.each([
    ['a part of the output', false],
    ['beside the output', true],
  ])('of reasoning are counted once where it is %s', async (_, reasoningOutside) => {
    const usage = { input: 100, output: 30, reasoning: 70 };
    const { row, metrics, billed } = await oneAnswer('chat', { reasoning: 'Hm.', reasoningOutside, usage });
    expect(billed).toEqual({ input: 100, output: 100 });
    expect(row).toMatchObject({ usage, costNanoUsd: 100 * 1000 + 30 * 2000 + 70 * 3000 });
    expect(metrics).toMatchObject({ outputTokens: 100, reasoningTokens: 70, totalTokens: 200, cost: 0.00037 });
  });

  it('of an answer that cost nothing are zero, and reported', async () => {
    const usage = { input: 0, output: 0 };
    const { row, metrics, billed } = await oneAnswer('chat', { usage });
    expect(billed).toEqual({ input: 0, output: 0 });
    expect(row).toMatchObject({ state: 'settled', usage, costNanoUsd: 0 });
    expect(metrics).toMatchObject({ inputTokens: 0, outputTokens: 0, totalTokens: 0, estimatedTokens: 0, cost: 0 });
  });

  it.each(['chat', 'claude'] as const)('of an answer that %s was stopped in are its reservation', async (agent) => {
    stack.simulator.script({ tokensPerSecond: 20, answerTokens: 150 });
    const session = open(agent);
    const sending = session.send('Write for long');
    for await (const event of sending) if (event.type === 'text.delta') break;
    await session.cancel();
    expect(await sending).toMatchObject({ status: 'cancelled' });
    const request = await until(() => stack.simulator.tally().requests[0] ?? null);
    const billed = billedOf(request);
    expect(request.outcome).toBe('aborted');
    const [row] = await rowsOf(session.id);
    const bound = row?.reservation.inputTokens ?? NaN;
    // Anthropic tells the input before the first word; nobody tells the output of a broken answer.
    const input = agent === 'claude' ? billed.input : bound;
    expect(row).toMatchObject({ state: 'estimated', usage: { input, output: 200 } });
    expect(bound).toBeGreaterThanOrEqual(billed.input);
    expect(billed.output).toBeLessThan(200);
    expect(await metricsOf(session)).toMatchObject({
      inputTokens: input,
      outputTokens: 200,
      estimatedTokens: input + 200,
    });
  });

  it('of a call whose worker was shut down in mid-answer are those of both attempts', async () => {
    const usage = { input: 100, output: 20 };
    stack.simulator.script([{ tokensPerSecond: 10, answerTokens: 190 }, { usage }]);
    const session = open('chat');
    const sending = session.send('Write for long');
    for await (const event of sending) if (event.type === 'text.delta') break;
    await stack.restartWorker();
    expect(await sending).toMatchObject({ status: 'completed' });
    const [first, second] = await rowsOf(session.id);
    const bound = first?.reservation.inputTokens ?? NaN;
    expect(first).toMatchObject({ state: 'estimated', error: 'aborted', usage: { input: bound, output: 200 } });
    expect(second).toMatchObject({ state: 'settled', attempt: 2, usage });
    expect(await metricsOf(session)).toMatchObject({
      calls: 1,
      failedAttempts: 1,
      inputTokens: bound + 100,
      outputTokens: 220,
      estimatedTokens: bound + 200,
    });
  }, 60_000);

  it('of a try that was refused before the answer are none, also where the provider asks for no wait', async () => {
    const usage = { input: 100, output: 20 };
    stack.simulator.script([{ status: 429, retryAfter: 0 }, { usage }]);
    const session = open('chat');
    expect(await session.send('Hello')).toMatchObject({ status: 'completed' });
    expect(await rowsOf(session.id)).toMatchObject([
      { state: 'released', usage: null },
      { state: 'settled', usage },
    ]);
    expect(await metricsOf(session)).toMatchObject({ failedAttempts: 1, totalTokens: 120, estimatedTokens: 0 });
  });

  it('of a run whose worker was restarted between two calls are counted once', async () => {
    stack.simulator.script([
      { toolCalls: [{ name: 'patient', arguments: {} }], usage: { input: 500, output: 20 } },
      { answerTokens: 30, usage: { input: 600, output: 30 } },
    ]);
    const session = open('toolful');
    const sending = session.send('Be patient');
    void sending.then(undefined, () => undefined);
    await until(() => toolRuns === 1);
    await stack.restartWorker();
    expect(await sending).toMatchObject({ status: 'completed' });
    expect(toolRuns).toBe(2);
    const rows = await rowsOf(session.id);
    expect(rows.map(({ state, attempt, usage }) => [state, attempt, usage?.input, usage?.output])).toEqual([
      ['settled', 1, 500, 20],
      ['settled', 1, 600, 30],
    ]);
    expect(stack.simulator.tally().totals).toMatchObject({ requests: 2, input: 1100, output: 50 });
    expect(await metricsOf(session)).toMatchObject({
      calls: 2,
      toolCalls: 1,
      inputTokens: 1100,
      outputTokens: 50,
      cost: (1100 * 1000 + 50 * 2000) / 1e9,
    });
  }, 60_000);

  it.each([
    ['all of their reservation', 1],
    ['half of it', 2],
  ])(
    'of 20 first requests at once that use %s are as many as the budget has room for',
    async (_, part) => {
      const probe = open('chat');
      await probe.send('Hello');
      const [first] = await rowsOf(probe.id);
      const { inputTokens, outputTokens } = first?.reservation ?? { inputTokens: NaN, outputTokens: NaN };
      const worstCase = inputTokens + outputTokens;
      const each = Math.floor(worstCase / part);
      const limit = 5 * worstCase;
      const user = `ann-${randomUUID()}`;
      const budget = { scope: 'user', key: user, window: 'lifetime', unit: 'tokens', timeZone: 'UTC' } as const;
      await stack.store.setBudget({ ...budget, windowStart: null, limit });
      stack.simulator.reset();
      stack.simulator.script({ times: null, firstTokenMs: 100, usage: { input: each - 50, output: 50 } });

      const standing = async () => {
        const all = await stack.store.budgets(new Date().toISOString());
        return all.find(({ key }) => key === user) ?? null;
      };
      let most = 0;
      let isOver = false;
      const watch = (async () => {
        while (!isOver) {
          const seen = await standing();
          most = Math.max(most, (seen?.spent ?? 0) + (seen?.reserved ?? 0));
          await setImmediate();
        }
      })();
      const sessions = Array.from({ length: 20 }, () => open('chat', user));
      const results = await Promise.all(sessions.map((session) => session.send('Hello'))).finally(() => {
        isOver = true;
      });
      await watch;

      // The last one that is served still had room for its worst case.
      const served = Math.min(20, Math.floor((limit - worstCase) / each) + 1);
      expect(results.filter(({ status }) => status === 'completed')).toHaveLength(served);
      const refused = results.filter(({ status }) => status === 'limit');
      expect(refused).toHaveLength(20 - served);
      expect(new Set(refused.map(({ error }) => error?.code))).toEqual(new Set(['BudgetExceeded']));
      expect(most).toBeLessThanOrEqual(limit);
      expect(await standing()).toMatchObject({ spent: served * each, reserved: 0 });
      expect(stack.simulator.tally().totals).toMatchObject({ requests: served, output: served * 50 });
      const rows = (await Promise.all(sessions.map(({ id }) => rowsOf(id)))).flat();
      const tokens = rows.map(({ usage }) => (usage === null ? 0 : deriveUsage(usage).totalTokens));
      expect(tokens).toEqual(Array.from({ length: served }, () => each));
    },
    60_000,
  );
});
