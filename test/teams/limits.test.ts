import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { LimitsPatch } from '../../src/client/index.ts';
import { defineAgent, defineConfig, defineTeam, defineTool } from '../../src/config/index.ts';
import { teamModes, type TeamMode } from '../../src/domain/team.ts';
import { threeTotals } from '../support/conservation.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { modelOf, said } from '../support/teams.ts';

const look = defineTool({
  name: 'look',
  description: 'Looks at something',
  inputSchema: z.object({}),
  idempotent: true,
  execute: () => 'nothing yet',
});

const agent = (name: string) =>
  defineAgent({ name, model: modelOf(name), tools: [look], limits: { maxOutputTokens: 400 } });
const team = <const M extends TeamMode>(mode: M) =>
  defineTeam({ name: mode, mode, model: modelOf('leader'), tools: [look], members: ['ann', 'inner'] });
const config = defineConfig({
  agents: [agent('ann'), agent('bob'), agent('cid')],
  teams: [
    team('route'),
    team('coordinate'),
    team('broadcast'),
    team('tasks'),
    defineTeam({ name: 'inner', mode: 'broadcast', model: modelOf('inner'), tools: [look], members: ['bob', 'cid'] }),
  ],
});

/** Whoever is asked asks on, for ever; members of leaders that can ask several of them at once. */
const asked = {
  route: [{ name: 'route_to', arguments: { member: 'inner' } }],
  coordinate: ['ann', 'inner'].map((member) => ({ name: 'delegate', arguments: { member, task: 'Look around.' } })),
  broadcast: [{ name: 'look', arguments: {} }],
  tasks: [
    {
      name: 'plan_tasks',
      arguments: { tasks: ['ann', 'inner'].map((member) => ({ id: member, member, task: 'Look around.' })) },
    },
  ],
} as const satisfies Record<TeamMode, unknown>;

let stack: Stack<typeof config>;
beforeAll(async () => {
  stack = await startStack(config);
});
afterAll(async () => {
  await stack.close();
});

describe.each(teamModes)('a team in mode %s whose models ask for tools for ever', (mode) => {
  beforeEach(() => {
    const { simulator } = stack;
    simulator.reset();
    simulator.script({ ...said('leader'), times: null, answer: 'Let me ask.', toolCalls: [...asked[mode]] });
    // Side by side, so that each would pass the limit by a call of its own.
    const looking = {
      times: null,
      firstTokenMs: 150,
      answer: 'Let me look. '.repeat(60),
      toolCalls: [{ name: 'look', arguments: {} }],
    };
    for (const name of ['ann', 'inner', 'bob', 'cid']) simulator.script({ ...said(name), ...looking });
  });
  const send = async (limits: LimitsPatch) => {
    const session = stack.api.session(mode, { id: `${mode}-${randomUUID()}`, limits });
    const run = await session.send('Look around.');
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
    expect(run.metrics.totalTokens).toBe(totals.provider.input + totals.provider.output);
    return { run, session, requests: stack.simulator.tally().totals.requests };
  };

  it('ends at callsPerRun, with the true count of calls and what was written until then', async () => {
    const { run, session, requests } = await send({ callsPerRun: 7 });
    expect(run).toMatchObject({ status: 'limit', finishReason: 'limit', metrics: { calls: 7 } });
    expect(run.reason).toMatch(/7 model calls; callsPerRun allows 7/);
    expect(run.text).toMatch(/^Let me (ask|look)\./);
    expect(requests).toBe(7);
    stack.simulator.reset();
    stack.simulator.script({ answer: 'I am here.', times: null });
    expect(await session.send('Are you there?')).toMatchObject({ status: 'completed', text: 'I am here.' });
  });

  it('ends at toolCallsPerRun', async () => {
    const { run, session } = await send({ toolCallsPerRun: 6 });
    expect(run.status).toBe('limit');
    expect(run.reason).toMatch(/toolCallsPerRun allows 6/);
    expect(run.metrics.toolCalls).toBeLessThanOrEqual(6);
    const results = (await session.messages()).flatMap(({ parts }) =>
      parts.filter(({ type }) => type === 'tool-result'),
    );
    const calls = (await session.messages()).flatMap(({ parts }) => parts.filter(({ type }) => type === 'tool-call'));
    expect(results).toHaveLength(calls.length);
  });

  it('passes tokensPerRun by one call at most, however many members are at work', async () => {
    const { run, session } = await send({ tokensPerRun: 5_000, callsPerRun: 200, toolCallsPerRun: 200 });
    expect(run.status).toBe('limit');
    expect(run.reason).toMatch(/tokensPerRun allows 5000/);
    const rows = await stack.store.ledger(session.id);
    const largest = Math.max(
      ...rows.map(({ usage }) => (usage?.input ?? 0) + (usage?.cacheRead ?? 0) + (usage?.output ?? 0)),
    );
    expect(run.metrics.totalTokens).toBeGreaterThanOrEqual(5_000);
    expect(run.metrics.totalTokens).toBeLessThan(5_000 + largest);
  });
});
