import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { defineAgent, defineConfig, defineTool } from '../../src/config/index.ts';
import type { CompactionResult } from '../../src/domain/compaction.ts';
import type { StoredEvent } from '../../src/domain/events.ts';
import { threeTotals } from '../support/conservation.ts';
import { SessionClient } from '../../src/client/index.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const report = defineTool({
  name: 'report',
  description: 'A long report',
  inputSchema: { type: 'object', properties: {} },
  execute: () => `Revenue was 4,711 crowns. ${'Nothing else happened in that quarter. '.repeat(120)}`,
});

const config = defineConfig({
  models: { 'simulated/wide': { contextWindow: 400_000 } },
  agents: [
    defineAgent({ name: 'short', model: 'simulated/wide', history: { runs: 3 } }),
    defineAgent({ name: 'forgetful', model: 'simulated/wide', history: { runs: 3 }, summary: false }),
    defineAgent({ name: 'small', model: 'simulated/loadline-sim-small', limits: { maxOutputTokens: 400 } }),
    defineAgent({
      name: 'two',
      model: 'simulated/small-8k',
      summary: { model: 'simulated/loadline-sim-mini', maxTokens: 300 },
    }),
    defineAgent({ name: 'tooled', model: 'simulated/small-8k', tools: [report], limits: { maxOutputTokens: 300 } }),
    defineAgent({ name: 'unbounded', model: 'simulated/loadline-sim-mini' }),
  ],
});

describe('compaction', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  afterAll(async () => {
    await stack.close();
  });
  beforeEach(() => stack.simulator.reset());

  const open = (agent: (typeof config)['agents'][number]['name']) =>
    stack.api.session(agent, { id: `${agent}-${randomUUID()}` });
  const compact = async (id: string, request = {}): Promise<CompactionResult> =>
    await stack.runtime.client.workflow.getHandle(`session-${id}`).executeUpdate('compact', { args: [request] });
  const lastRequest = (): string => stack.requests.at(-1)?.text ?? '';
  const compactions = async (id: string) =>
    (await stack.store.events(id, { afterId: 0, limit: 1_000 })).filter(
      (event): event is StoredEvent & { type: 'compaction.ended' } => event.type === 'compaction.ended',
    );

  it('folds what history would push out into a summary, five runs at a time, and keeps a fact of run 1', async () => {
    const session = open('short');
    await session.send('My locker code is 4711-X.');
    for (let n = 2; n <= 20; n++) await session.send(`Question number ${n}`);
    expect(lastRequest()).toContain('4711-X');
    const done = await compactions(session.id);
    expect(done.map(({ runs, throughRun, problem }) => [runs, throughRun, problem])).toEqual([
      [5, 5, undefined],
      [5, 10, undefined],
      [5, 15, undefined],
    ]);
    const metrics = await session.metrics();
    expect(metrics).toMatchObject({ runs: 20, compactions: 3, details: { summaryModel: [{ calls: 3 }] } });
    expect(metrics.tokensSavedByCompaction).toBeGreaterThan(0);
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
  });

  it('forgets a fact of run 1 with summary switched off', async () => {
    const session = open('forgetful');
    await session.send('My locker code is 4711-X.');
    for (let n = 2; n <= 20; n++) await session.send(`Question number ${n}`);
    expect(lastRequest()).not.toContain('4711-X');
    expect(await session.metrics()).toMatchObject({ compactions: 0 });
  });

  it('goes on for 80 runs in a window of 4,096 tokens, and nothing too long is ever sent', async () => {
    const session = open('small');
    await session.send('My dog is called Rex. My sister is Ann.');
    for (let n = 1; n <= 80; n++) {
      const run = await session.send(`Tell me of day ${n}. ${'It rained all day in the harbour. '.repeat(n % 9)}`);
      expect(run.status).toBe('completed');
    }
    const tally = stack.simulator.tally();
    expect(tally.totals.outcomes.refused).toBe(0);
    const metrics = await session.metrics();
    expect(metrics.compactions).toBeGreaterThan(1);
    expect(metrics.contextUse).toBeLessThan(1);
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
    expect(lastRequest()).toContain('Ann');
  }, 120_000);

  it('is done when somebody asks, by the model that the agent names for it, and tells what it brought', async () => {
    const session = open('two');
    for (let n = 1; n <= 6; n++) await session.send(`My plan for day ${n} is to walk ${n} miles along the long coast.`);
    const before = await session.metrics();
    const result = await compact(session.id, { keepRuns: 1 });
    expect(result).toMatchObject({ cause: 'request', runs: 5, summary: { model: 'simulated/loadline-sim-mini' } });
    expect(result.summary).toMatchObject({ firstSeq: 1, lastSeq: 10, throughRun: 5 });
    const metrics = await session.metrics();
    expect(metrics).toMatchObject({ compactions: 1, tokensSavedByCompaction: result.tokensSaved });
    expect(metrics.contextTokens).toBe(before.contextTokens - result.tokensSaved);
    expect(await session.state()).toMatchObject({ summary: { throughRun: 5 }, compactionProblem: null });
    await session.send('And now?');
    expect(lastRequest()).toContain('walk 1 miles');
    expect(lastRequest()).toContain('walk 6 miles');
    expect(await compact(session.id, { keepRuns: 1 })).toMatchObject({
      runs: 1,
      summary: { firstSeq: 1, lastSeq: 12 },
    });
    expect((await stack.store.messages(session.id, { limit: 100 })).length).toBe(14);
  });

  it('refuses a request that makes no sense, and tells when there is nothing to compact', async () => {
    const session = open('two');
    await session.send('Hello');
    const refused: unknown = await compact(session.id, { keepRuns: -1 }).catch((error: unknown) => error);
    expect(String((refused as Error).cause)).toContain('keepRuns must be an integer of 0 or more');
    expect(await compact(session.id)).toMatchObject({ runs: 0, problem: 'there is nothing left to compact' });
    expect(await session.state()).toMatchObject({ compactionProblem: 'there is nothing left to compact' });
  });

  it('asks twice for an empty summary, then the agent’s own model', async () => {
    const session = open('two');
    for (let n = 1; n <= 6; n++) await session.send(`My plan for day ${n} is to walk ${n} miles along the long coast.`);
    stack.simulator.script([{ answer: '' }, { answer: '   ' }]);
    const result = await compact(session.id, { keepRuns: 0 });
    expect(result).toMatchObject({ runs: 6, summary: { model: 'simulated/small-8k' } });
    expect(result.problem).toBeUndefined();
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
  });

  it.each([
    ['refused', { refusal: 'I will not.' }, 'the summariser refused'],
    ['longer than what it stands for', { answerTokens: 290 }, 'tokens, what it stands for'],
  ])('ends in a clear state when every summary is %s, and loses nothing', async (_, behaviour, words) => {
    const session = open('two');
    for (let n = 1; n <= 4; n++) await session.send(`My plan for day ${n} is to walk ${n} miles.`);
    stack.simulator.script([behaviour, behaviour, behaviour]);
    const result = await compact(session.id, { keepRuns: 0 });
    expect(result).toMatchObject({ runs: 0, tokensSaved: 0, summary: null });
    expect(result.problem).toContain(words);
    expect(stack.simulator.tally().totals.requests).toBe(7);
    expect((await session.state()).compactionProblem).toContain(words);
    await session.send('What is my plan for day 2?');
    expect(lastRequest()).toContain('walk 2 miles');
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
  });

  it('recovers when the provider finds a request too long that we had counted as fitting', async () => {
    const session = open('two');
    for (let n = 1; n <= 6; n++) await session.send(`My plan for day ${n} is to walk ${n} miles.`);
    stack.simulator.script({
      status: 400,
      code: 'context_length_exceeded',
      message: 'Your input exceeds the context window of this model.',
    });
    const run = await session.send('What is my plan for day 3?');
    expect(run).toMatchObject({ status: 'completed', metrics: { failedAttempts: 1 } });
    expect(lastRequest()).toContain('walk 3 miles');
    expect(await session.metrics()).toMatchObject({ compactions: 1, runs: 7 });
  });

  it('gives up after one more try when the provider goes on refusing, and keeps the message', async () => {
    const session = open('two');
    for (let n = 1; n <= 6; n++) await session.send(`My plan for day ${n} is to walk ${n} miles.`);
    stack.simulator.script({
      status: 400,
      code: 'context_length_exceeded',
      message: 'Your input exceeds the context window of this model.',
      times: null,
      match: { text: 'day 3' },
    });
    const run = await session.send('What is my plan for day 3?');
    expect(run).toMatchObject({ status: 'limit', error: { code: 'LimitReached' } });
    expect(run.messages[0]?.parts).toEqual([{ type: 'text', text: 'What is my plan for day 3?' }]);
    stack.simulator.reset();
    expect(await session.send('What is my plan for day 5?')).toMatchObject({ status: 'completed' });
    expect(lastRequest()).toContain('walk 5 miles');
  });

  it('refuses a message that alone is longer than the window before anything is spent', async () => {
    const session = open('two');
    await session.send('Hello');
    const run = await session.send('word '.repeat(9_000));
    expect(run).toMatchObject({ status: 'limit', error: { code: 'LimitReached' }, metrics: { totalTokens: 0 } });
    expect(run.error?.message).toContain('the window of simulated/small-8k has 8192');
    expect(stack.simulator.tally().totals.requests).toBe(1);
    expect((await session.send('Hello again')).status).toBe('completed');
  });

  it('turns old results of tools into references before it summarises, and recall reads them back', async () => {
    const session = open('tooled');
    for (let n = 1; n <= 8; n++) {
      stack.simulator.script({ toolCalls: [{ name: 'report', arguments: {} }] });
      expect(await session.send(`Which report, number ${n}?`)).toMatchObject({ status: 'completed' });
    }
    const first = (
      await until(async () => {
        const done = await compactions(session.id);
        return done.length > 0 && done;
      })
    )[0];
    expect(first).toMatchObject({ cause: 'threshold', runs: 0 });
    expect(first?.results).toBeGreaterThan(2);
    stack.simulator.script({ toolCalls: [{ name: 'recall', arguments: { message: 3 } }] });
    const run = await session.send('What exactly did the first one say?');
    expect(run.status).toBe('completed');
    expect(stack.requests.at(-2)?.text).toContain('left out to save room; recall');
    expect(run.messages.at(-2)?.parts[0]).toMatchObject({ tool: 'recall', isError: false });
    expect(JSON.stringify(run.messages.at(-2)?.parts[0])).toContain('Revenue was 4,711 crowns.');
    stack.simulator.script({ toolCalls: [{ name: 'recall', arguments: { search: 'number 2' } }] });
    const found = await session.send('When did I ask for it?');
    expect(JSON.stringify(found.messages.at(-2)?.parts[0])).toContain('Which report, number 2?');
    expect(stack.simulator.tally().totals.outcomes.refused).toBe(0);
  });

  it('carries a session on in a new one that begins with its summary', async () => {
    const old = open('two');
    await old.send('My locker code is 4711-X.');
    for (let n = 1; n <= 4; n++) await old.send(`My plan for day ${n} is to walk ${n} miles along the coast.`);
    await old.close();
    const sessionId = `next-${randomUUID()}`;
    const handle = await stack.runtime.client.workflow.start('session', {
      taskQueue: stack.taskQueue,
      workflowId: `session-${sessionId}`,
      args: [{ sessionId, agent: 'two', from: old.id }],
    });
    const run: { text: string } = await handle.executeUpdate('send', { args: [{ text: 'What is my locker code?' }] });
    expect(run.text).toContain('4711-X');
    expect(lastRequest()).toContain('<summary of an earlier conversation');
    expect(await stack.store.session(sessionId)).toMatchObject({ continues: old.id });
    expect((await stack.store.ledger(sessionId)).map(({ modelType }) => modelType)).toEqual(['summaryModel', 'model']);
  });

  it('is not thrown out of step by a worker that is restarted in mid-summary', async () => {
    const session = open('two');
    for (let n = 1; n <= 6; n++) await session.send(`My plan for day ${n} is to walk ${n} miles along the long coast.`);
    stack.simulator.script({ firstTokenMs: 3_000 });
    // Its connection is not the worker's.
    const { temporalAddress, databaseUrl, taskQueue } = stack;
    const client = new SessionClient({ temporalAddress, databaseUrl, taskQueue });
    const asked = client.existing(session.id).compact({ keepRuns: 0 });
    await until(async () =>
      (await stack.store.ledger(session.id)).some(({ modelType }) => modelType === 'summaryModel'),
    );
    await stack.restartWorker();
    expect(await asked).toMatchObject({ runs: 6 });
    await client.close();
    expect(await session.metrics()).toMatchObject({ compactions: 1 });
  }, 60_000);
});
