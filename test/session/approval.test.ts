import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Session } from '../../src/client/api.ts';
import { defineAgent, defineConfig, defineTool } from '../../src/config/index.ts';
import type { StoredEvent } from '../../src/domain/events.ts';
import type { RunResult, WaitingFor } from '../../src/domain/run.ts';
import { threeTotals } from '../support/conservation.ts';
import { historiesOf } from '../support/history.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** What the tools did, in order. */
let acts: string[] = [];
let letLookGo: () => void = () => undefined;

const refund = defineTool({
  name: 'refund',
  description: 'Pays money back',
  inputSchema: z.object({ order: z.string(), amount: z.number() }),
  needsApproval: true,
  execute({ order, amount }, { idempotencyKey }) {
    acts.push(`refund ${order} ${amount} ${idempotencyKey === '' ? 'without a key' : ''}`.trim());
    return 'paid';
  },
});
const transfer = defineTool({
  name: 'transfer',
  description: 'Moves money; much of it only with somebody’s word',
  inputSchema: z.object({ amount: z.number() }),
  needsApproval: async ({ amount }, { user }) => {
    if (amount < 0) throw new Error('the rule does not know what to do');
    return amount > 100 && user !== 'boss';
  },
  execute({ amount }) {
    acts.push(`transfer ${amount}`);
    return 'moved';
  },
});
const order = defineTool({
  name: 'order',
  description: 'Orders things',
  inputSchema: z.object({ country: z.string() }),
  needsApproval: { properties: { country: { enum: ['NO', 'CH'] } } },
  execute({ country }) {
    acts.push(`order ${country}`);
    return 'ordered';
  },
});
const patient = defineTool({
  name: 'patient',
  description: 'Waits long enough for a roll-over',
  inputSchema: z.object({}),
  needsApproval: true,
  approval: { timeout: '8s' },
  execute: () => 'never',
});
const hasty = (onTimeout: 'deny' | 'approve') =>
  defineTool({
    name: `hasty_${onTimeout}`,
    description: 'Waits a moment for somebody',
    inputSchema: z.object({}),
    needsApproval: true,
    approval: { timeout: '400ms', onTimeout },
    execute() {
      acts.push(onTimeout);
      return 'done';
    },
  });
const look = defineTool({
  name: 'look',
  description: 'Looks, until it is let go',
  inputSchema: z.object({}),
  async execute() {
    await new Promise<void>((resolve) => (letLookGo = resolve));
    acts.push('look');
    return 'seen';
  },
});

const config = defineConfig({
  agents: [
    defineAgent({
      name: 'desk',
      tools: [refund, transfer, order, hasty('deny'), hasty('approve'), patient, look],
      limits: { runSeconds: 60 },
    }),
  ],
});

const askRefund = (amount = 40) => ({ name: 'refund', arguments: { order: 'o-7', amount } });

describe('a tool call that needs somebody’s word', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  beforeEach(() => {
    stack.simulator.reset();
    acts = [];
  });
  afterAll(async () => {
    await stack.close();
  });
  const open = (user = 'ann') => stack.api.session('desk', { id: `approval-${randomUUID()}`, user });
  const script = (...toolCalls: { name: string; arguments: unknown }[]) =>
    stack.simulator.script([{ toolCalls }, { answer: 'All done.' }] as Parameters<typeof stack.simulator.script>[0]);
  const callsOf = ({ waitingFor = [] }: Pick<RunResult, 'waitingFor'>) =>
    waitingFor.map((one: WaitingFor) => one.callId ?? '');
  const eventsOf = async (session: Session<unknown>, type: StoredEvent['type']) =>
    (await stack.store.events(session.id, { afterId: 0, limit: 200 })).filter((event) => event.type === type);
  const toolOutputs = async (session: Session<unknown>) =>
    (await session.messages()).flatMap(({ parts }) =>
      parts.flatMap((part) => (part.type === 'tool-result' ? [String(part.output)] : [])),
    );

  it('waits for it, shows what it is about, and is executed once it is approved', async () => {
    script(askRefund());
    const session = open();
    const waiting = await session.send('Refund it', { messageId: 'm-1' });
    expect(waiting).toMatchObject({
      status: 'waiting',
      waitingFor: [{ kind: 'approval', tool: 'refund', input: { order: 'o-7', amount: 40 } }],
      metrics: { calls: 1, toolCalls: 0 },
    });
    expect(acts).toEqual([]);
    const [callId = ''] = callsOf(waiting);
    expect(await session.state()).toMatchObject({
      waitingFor: [{ kind: 'approval', callId }],
      currentRun: { status: 'waiting', waitingFor: [{ callId }] },
    });
    // Asked again, it says the same; and a stranger's words decide nothing.
    expect(await session.send('Refund it', { messageId: 'm-1' })).toMatchObject({ status: 'waiting' });
    const handle = stack.runtime.client.workflow.getHandle(`session-${session.id}`);
    for (const nonsense of [null, 'yes', { callId, approved: 'yes' }, { callId: 'other', approved: true }]) {
      await handle.signal('approve', nonsense);
    }
    await expect(session.approve({ callId: 'other', approved: true })).rejects.toMatchObject({
      code: 'InvalidMessage',
    });
    await session.approve({ callId, approved: true, reason: 'The customer is right' });
    const run = await session.send('Refund it', { messageId: 'm-1' });
    expect(run).toMatchObject({ status: 'completed', text: 'All done.', runId: waiting.runId });
    expect(run.metrics).toMatchObject({ calls: 2, toolCalls: 1, toolErrors: 0 });
    expect(acts).toEqual(['refund o-7 40']);
    await expect(session.approve({ callId, approved: false })).rejects.toMatchObject({ code: 'InvalidMessage' });
    expect(await eventsOf(session, 'approval.requested')).toMatchObject([{ waitingFor: { callId, tool: 'refund' } }]);
    expect(await eventsOf(session, 'run.waiting')).toMatchObject([{ waitingFor: [{ callId }] }]);
    expect(await eventsOf(session, 'approval.decided')).toMatchObject([
      { callId, approved: true, reason: 'The customer is right' },
    ]);
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
  });

  it('is not executed when it is denied, and the model is told why', async () => {
    script(askRefund());
    const session = open();
    const waiting = await session.send('Refund it', { messageId: 'm-1' });
    await session.approve({ callId: callsOf(waiting)[0] ?? '', approved: false, reason: 'too much for one day' });
    const run = await session.send('Refund it', { messageId: 'm-1' });
    expect(run).toMatchObject({ status: 'completed', metrics: { calls: 2, toolCalls: 0, toolErrors: 0 } });
    expect(acts).toEqual([]);
    expect(await toolOutputs(session)).toEqual([
      'The call of refund was not approved: too much for one day. It was not executed.',
    ]);
    expect(JSON.stringify(stack.requests.at(-1)?.body)).toContain('too much for one day');
  });

  it.each([
    ['denied', 'hasty_deny', [], /^The call of hasty_deny was not approved: nobody answered before .*Z/],
    ['approved', 'hasty_approve', ['approve'], /^done$/],
  ])('is %s by itself when the tool says so and nobody answers in time', async (_, name, acted, output) => {
    script({ name, arguments: {} });
    const session = open();
    const waiting = await session.send('Go', { messageId: 'm-1' });
    expect(Date.parse(waiting.waitingFor?.[0]?.until ?? '')).toBeGreaterThan(0);
    const done = await until(async () => (await stack.store.run(session.id, waiting.runId))?.result ?? null);
    expect(done).toMatchObject({ status: 'completed', text: 'All done.' });
    expect(acts).toEqual(acted);
    expect((await toolOutputs(session))[0]).toMatch(output);
    expect(await eventsOf(session, 'approval.decided')).toHaveLength(1);
  });

  it('asks by a rule on its arguments: a function, a JSON Schema; a rule that fails asks', async () => {
    script(
      { name: 'transfer', arguments: { amount: 10 } },
      { name: 'transfer', arguments: { amount: 1000 } },
      { name: 'transfer', arguments: { amount: -1 } },
      { name: 'order', arguments: { country: 'DE' } },
      { name: 'order', arguments: { country: 'NO' } },
    );
    const session = open();
    const waiting = await session.send('Do all of it', { messageId: 'm-1' });
    expect(waiting.waitingFor?.map(({ input }) => input)).toEqual([
      { amount: 1000 },
      { amount: -1 },
      { country: 'NO' },
    ]);
    // Those that nobody is asked about do not wait for the others.
    await until(() => acts.length === 2);
    expect(acts.toSorted()).toEqual(['order DE', 'transfer 10']);
    const [big = '', strange = '', norway = ''] = callsOf(waiting);
    await session.approve({ callId: strange, approved: true });
    await until(() => acts.includes('transfer -1'));
    expect(await session.state()).toMatchObject({ waitingFor: [{ callId: big }, { callId: norway }] });
    await session.approve({ callId: big, approved: false });
    await session.approve({ callId: norway, approved: true });
    expect(await session.send('Do all of it', { messageId: 'm-1' })).toMatchObject({
      status: 'completed',
      metrics: { toolCalls: 4 },
    });
    expect(acts.slice(2)).toEqual(['transfer -1', 'order NO']);
  });

  it('asks nobody about arguments that are wrong, nor about a user whom the rule trusts', async () => {
    script(
      { name: 'refund', arguments: { order: 7 } },
      { name: 'refund', arguments: 'no JSON' },
      { name: 'transfer', arguments: { amount: 1000 } },
    );
    const session = open('boss');
    expect(await session.send('Do it')).toMatchObject({
      status: 'completed',
      metrics: { toolCalls: 3, toolErrors: 2 },
    });
    expect(acts).toEqual(['transfer 1000']);
  });

  it('goes on waiting over a roll-over, which comes in the middle of it, and over a worker that restarts', async () => {
    script(askRefund(7), { name: 'patient', arguments: {} });
    const session = open();
    const waiting = await session.send('Refund it', { messageId: 'm-1' });
    const [callId = '', patientId = ''] = callsOf(waiting);
    // Queries leave nothing in the history, signals do.
    while ((await historiesOf(session.id)).length < 2) await session.cancel({ runId: 'another' });
    await stack.restartWorker();
    expect((await session.state()).waitingFor[0]).toMatchObject({ callId });
    // The arguments are read from the store again, by the first step after the roll-over.
    await until(async () => (await session.state()).waitingFor[0]?.input !== undefined);
    expect((await session.state()).waitingFor[0]).toMatchObject({ callId, input: { order: 'o-7', amount: 7 } });
    const [decided] = await until(async () => {
      const events = await eventsOf(session, 'approval.decided');
      return events.length > 0 && events;
    });
    expect(decided).toMatchObject({ callId: patientId, approved: false });
    expect(Date.parse(decided?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(waiting.waitingFor?.[1]?.until ?? ''));
    expect(await eventsOf(session, 'approval.requested')).toHaveLength(2);
    expect(await eventsOf(session, 'run.waiting')).toHaveLength(1);
    await session.approve({ callId, approved: true });
    expect(await session.send('Refund it', { messageId: 'm-1' })).toMatchObject({ status: 'completed' });
    expect(acts).toEqual(['refund o-7 7']);
    const histories = await historiesOf(session.id);
    const fired = histories.map(({ events }) => (events ?? []).some(({ timerFiredEventAttributes: timer }) => timer));
    expect(fired.slice(0, 2)).toEqual([false, true]);
    await session.close();
  }, 60_000);

  it('ends with its run when that is cancelled, and with its session when that is closed', async () => {
    for (const end of ['cancel', 'close'] as const) {
      stack.simulator.reset();
      script(askRefund(), { name: 'look', arguments: {} });
      const session = open();
      const waiting = await session.send('Refund it', { messageId: 'm-1' });
      await until(async () => (await eventsOf(session, 'tool.started')).length === 1);
      const ended =
        end === 'cancel'
          ? session.cancel({ reason: 'no longer wanted' })
          : session.close({ reason: 'the shop is shut' }).then(() => undefined);
      // A close lets what is at work finish.
      if (end === 'close') letLookGo();
      await ended;
      const run = await until(async () => (await stack.store.run(session.id, waiting.runId))?.result ?? null);
      expect(run).toMatchObject({
        status: 'cancelled',
        reason: end === 'cancel' ? 'no longer wanted' : 'the shop is shut',
      });
      const outputs = await toolOutputs(session);
      expect(outputs.toSorted()[end === 'cancel' ? 1 : 0]).toMatch(/not executed|stopped/);
      expect(outputs).toHaveLength(2);
      letLookGo();
    }
    expect(acts.filter((act) => act.startsWith('refund'))).toEqual([]);
  });

  it('costs the run none of its seconds', async () => {
    script(askRefund());
    const session = stack.api.session('desk', { id: `approval-${randomUUID()}`, limits: { runSeconds: 1 } });
    const waiting = await session.send('Refund it', { messageId: 'm-1' });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await session.approve({ callId: callsOf(waiting)[0] ?? '', approved: true });
    expect(await session.send('Refund it', { messageId: 'm-1' })).toMatchObject({ status: 'completed' });
  });

  it('is not asked for where the run ends at its limit of tool calls', async () => {
    script(askRefund(), askRefund(), askRefund());
    const session = stack.api.session('desk', { id: `approval-${randomUUID()}`, limits: { toolCallsPerRun: 2 } });
    expect(await session.send('Refund all')).toMatchObject({ status: 'limit', metrics: { toolCalls: 0 } });
    expect(await eventsOf(session, 'approval.requested')).toEqual([]);
  });
});
