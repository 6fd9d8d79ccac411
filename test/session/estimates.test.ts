import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineAgent, defineConfig, defineTool } from '../../src/config/index.ts';
import { deriveUsage } from '../../src/domain/usage.ts';
import { startStack, type Stack } from '../support/stack.ts';

const lookUp = defineTool({
  name: 'look_up',
  description: 'Looks something up',
  inputSchema: z.object({ key: z.string() }),
  execute: ({ key }) => ({ key, found: '漢字 and "quotes" 🎉'.repeat(20) }),
});

const limits = { maxOutputTokens: 400 };

function configAt(url: string) {
  return defineConfig({
    agents: [
      // A model whose tokeniser nobody knows; the simulator's is o200k.
      defineAgent({ name: 'unknown', model: 'open/some-model', limits, tools: [lookUp] }),
      defineAgent({ name: 'forgetful', model: 'open/some-model', limits, history: { runs: 1 }, summary: false }),
      defineAgent({ name: 'narrow', model: 'open/narrow', limits }),
    ],
    providers: { open: { api: 'openai-chat', baseURL: `${url}/v1` } },
    models: {
      'open/some-model': { contextWindow: 128_000 },
      'open/narrow': { contextWindow: 2000 },
    },
  });
}

const prose = 'Whoever reads the log should see what was said, 春眠不觉晓, and what it cost. '.repeat(12);

describe('the bound of a request', () => {
  let stack: Stack<ReturnType<typeof configAt>>;
  beforeAll(async () => {
    stack = await startStack(configAt);
  });
  afterAll(async () => {
    await stack.close();
  });
  beforeEach(() => stack.simulator.reset());

  /** Of each call: how far the reserved input is above what was counted, as a fraction. */
  async function slacksOf(sessionId: string): Promise<number[]> {
    const rows = await stack.store.ledger(sessionId);
    return rows.map(({ usage, reservation }) => {
      const counted = (usage && deriveUsage(usage).inputTokens) ?? NaN;
      expect(reservation.inputTokens).toBeGreaterThanOrEqual(counted);
      return reservation.inputTokens / counted - 1;
    });
  }

  it('starts from what the provider counted of the call before, in a run with tools and in the next runs', async () => {
    stack.simulator.script({ toolCalls: [{ name: 'look_up', arguments: { key: 'a "key"' } }] });
    const session = stack.api.session('unknown', { id: `bound-${randomUUID()}` });
    await session.send(prose.repeat(4));
    for (let run = 0; run < 4; run++) await session.send('And what else?');
    const [first = NaN, afterTool = NaN, ...others] = await slacksOf(session.id);
    expect(first).toBeGreaterThan(0.5);
    // The tool's result is new, and its bound wide; the prose before it is not.
    expect(afterTool).toBeLessThan(first);
    expect(others).toHaveLength(4);
    for (const slack of others) expect(slack).toBeLessThan(0.15);
    const { requests, boundViolations } = (await stack.store.estimateErrors())[0] ?? {};
    expect({ requests, boundViolations }).toEqual({ requests: 6, boundViolations: 0 });
  });

  it('holds also where the beginning of the history is left out', async () => {
    const session = stack.api.session('forgetful', { id: `forgetful-${randomUUID()}` });
    for (let run = 0; run < 4; run++) await session.send(`${prose} Number ${run}.`);
    const slacks = await slacksOf(session.id);
    expect(slacks).toHaveLength(4);
    // The second request adds to the first one; the third lacks its beginning.
    expect(slacks[1]).toBeLessThan(slacks[2] ?? 0);
  });

  it('lets a window be filled with what fits by count, and leaves out old runs before it is passed', async () => {
    stack.simulator.reset({ contextWindow: 2000 });
    const session = stack.api.session('narrow', { id: `narrow-${randomUUID()}` });
    for (let run = 0; run < 12; run++) {
      expect(await session.send(`${'What was said here, and why? '.repeat(12)} ${run}`)).toMatchObject({
        status: 'completed',
      });
    }
    await slacksOf(session.id);
    const rows = await stack.store.ledger(session.id);
    for (const { reservation } of rows) {
      expect(reservation.inputTokens + reservation.outputTokens).toBeLessThanOrEqual(2000);
    }
    const counted = rows.map(({ usage }) => usage?.input ?? 0);
    expect(Math.max(...counted)).toBeGreaterThan(1000);
  });

  it('is not taken from a count that leaves most of the request out', async () => {
    stack.simulator.script({ usage: { input: 3, output: 5 } });
    const session = stack.api.session('unknown', { id: `low-${randomUUID()}` });
    await session.send(prose);
    await session.send('And what else?');
    const [low, next] = await stack.store.ledger(session.id);
    expect(low?.usage).toMatchObject({ input: 3 });
    expect(next?.reservation.inputTokens).toBeGreaterThan(next?.usage?.input ?? Infinity);
  });
});
