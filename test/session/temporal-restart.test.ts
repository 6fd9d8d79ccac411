import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { defineAgent, defineConfig, defineTool } from '../../src/config/index.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { createStore } from '../../src/store/index.ts';
import { startLoadline, type Loadline } from '../../src/start-loadline.ts';
import { billedTokens, metricsOfLedger } from '../support/conservation.ts';

let simulator: Simulator;
let home: string;
let loadline: Loadline<ReturnType<typeof configFor>>;

let refunds = 0;
const refund = defineTool({
  name: 'refund',
  description: 'Pays money back',
  inputSchema: z.object({ amount: z.number() }),
  needsApproval: true,
  approval: { timeout: '3d' },
  execute() {
    refunds += 1;
    return 'paid';
  },
});

function configFor(url: string) {
  return defineConfig({
    providers: { local: { api: 'openai-chat', baseURL: `${url}/v1` } },
    agents: [defineAgent({ name: 'assistant', model: 'local/loadline-sim-1', tools: [refund] })],
  });
}

function serverPid(): number {
  return (JSON.parse(readFileSync(join(home, 'temporal.json'), 'utf8')) as { process: { pid: number } }).process.pid;
}

describe('a Temporal server that is killed with -9', () => {
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'loadline-restart-'));
    simulator = await startSimulator();
    loadline = await startLoadline(configFor(simulator.url), { home });
  });
  afterEach(async () => {
    await loadline.close();
    await simulator.close();
    rmSync(home, { recursive: true, force: true });
  });

  it('is started again on its file, and every message is answered once: those before, in mid-call and after', async () => {
    const session = loadline.session('assistant', { id: 'restart-1' });
    await session.send('Before the crash', { messageId: 'm-before' });
    simulator.script({ match: { text: 'During' }, tokensPerSecond: 20, answerTokens: 40 });
    const during = session.send('During the crash', { messageId: 'm-during' });
    for await (const event of during) if (event.type === 'text.delta') break;
    const killed = serverPid();
    process.kill(killed, 'SIGKILL');
    expect((await during).status).toBe('completed');
    const again = await session.send('Before the crash', { messageId: 'm-before' });
    const after = await session.send('After the crash', { messageId: 'm-after' });
    expect([again.runId, after.runId]).toEqual(['restart-1.1', 'restart-1.3']);
    expect(serverPid()).not.toBe(killed);

    const metrics = await session.metrics();
    const store = createStore(`sqlite:${join(home, 'loadline.sqlite')}`);
    const ledger = await metricsOfLedger(store, session.id);
    const rows = await store.ledger(session.id);
    await store.close();
    expect(metrics).toMatchObject({ runs: 3, calls: 3, totalTokens: ledger.totalTokens });
    // The worker lived on: what it was told was settled, and no request was made twice.
    expect(rows.map(({ state }) => state)).toEqual(['settled', 'settled', 'settled']);
    const billed = billedTokens(simulator.tally());
    expect(metrics).toMatchObject({ inputTokens: billed.input, outputTokens: billed.output });
  }, 60_000);

  it('and the worker with it, leave a tool call waiting for its person, who approves it afterwards', async () => {
    simulator.script([{ toolCalls: [{ name: 'refund', arguments: { amount: 40 } }] }, { answer: 'It is paid.' }]);
    const waiting = await loadline.session('assistant', { id: 'wait-1' }).send('Refund it', { messageId: 'm-1' });
    expect(waiting).toMatchObject({ status: 'waiting', waitingFor: [{ tool: 'refund', until: expect.any(String) }] });
    process.kill(serverPid(), 'SIGKILL');
    await loadline.close();
    loadline = await startLoadline(configFor(simulator.url), { home });
    const session = loadline.session('assistant', { id: 'wait-1' });
    const { waitingFor } = await session.state();
    expect(waitingFor).toEqual(waiting.waitingFor);
    expect(refunds).toBe(0);
    await session.approve({ callId: waitingFor[0]?.callId ?? '', approved: true });
    const run = await session.send('Refund it', { messageId: 'm-1' });
    expect(run).toMatchObject({ status: 'completed', text: 'It is paid.', runId: waiting.runId });
    expect(refunds).toBe(1);
    const billed = billedTokens(simulator.tally());
    expect(await session.metrics()).toMatchObject({ calls: 2, inputTokens: billed.input, outputTokens: billed.output });
  }, 60_000);
});
