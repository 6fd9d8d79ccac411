import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { defineAgent, defineConfig } from '../../src/config/index.ts';
import { threeTotals } from '../support/conservation.ts';
import { startStack, type Stack } from '../support/stack.ts';

/** Facts are told in the first runs, one each; hundreds of others follow. */
const facts = 50;
const runs = 500;

const config = defineConfig({
  agents: [defineAgent({ name: 'keeper', model: 'simulated/small-8k', limits: { maxOutputTokens: 200 } })],
});

const codeOf = (n: number): string => `K${(n * 7919) % 10_000}-${n}`;

describe('facts of long ago', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  afterAll(async () => {
    await stack.close();
  });

  it('of runs 1 to 50 are in the request of run 500, through every summary in between', async () => {
    const session = stack.api.session('keeper', { id: `keeper-${randomUUID()}` });
    for (let n = 1; n <= facts; n++) await session.send(`My code for box ${n} is ${codeOf(n)}.`);
    for (let n = facts + 1; n < runs; n++) {
      await session.send(`Tell a story of day ${n}. ${'The wind blew and the gulls cried. '.repeat(n % 7)}`);
    }
    await session.send('Which codes are there?');
    const request = stack.requests.at(-1)?.text ?? '';
    const found = Array.from({ length: facts }, (_, at) => codeOf(at + 1)).filter((code) => request.includes(code));
    expect(found.length).toBeGreaterThanOrEqual(48);
    const metrics = await session.metrics();
    expect(metrics).toMatchObject({ runs, failedAttempts: 0 });
    expect(metrics.compactions).toBeGreaterThan(5);
    expect(stack.simulator.tally().totals.outcomes.refused).toBe(0);
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
  }, 180_000);
});
