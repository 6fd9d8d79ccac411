/**
 * Records sessions' histories for the replay tests: `node scripts/record-histories.ts <version>` writes
 * `test/histories/<version>/*.json`. Once for each release: sessions that began on it must go on on all later code.
 */
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { defineAgent, defineConfig, defineTeam, defineTool } from '../src/config/index.ts';
import { workflowIdOf } from '../src/domain/session.ts';
import { startLoadline } from '../src/start-loadline.ts';

const version = process.argv[2];
if (version === undefined) throw new Error('Name the version, for example 0.1.0');
const folder = join(import.meta.dirname, '..', 'test', 'histories', version);
mkdirSync(folder, { recursive: true });

const clock = defineTool({
  name: 'clock',
  description: 'The time',
  inputSchema: z.object({}),
  execute: () => 'noon',
});
const refund = defineTool({
  name: 'refund',
  description: 'Pays back',
  inputSchema: z.object({}),
  needsApproval: true,
  execute: () => 'paid back',
});
const hasty = defineTool({
  name: 'hasty',
  description: 'Waits a moment only',
  inputSchema: z.object({}),
  needsApproval: true,
  approval: { timeout: '500ms' },
  execute: () => 'never',
});
const config = defineConfig({
  agents: [
    defineAgent({ name: 'assistant', tools: [clock], limits: { toolCallsPerRun: 3 } }),
    defineAgent({ name: 'clerk', tools: [refund, hasty] }),
    defineAgent({ name: 'small', model: 'simulated/small-1k', limits: { maxOutputTokens: 100 } }),
  ],
  teams: [defineTeam({ name: 'desk', mode: 'broadcast', members: ['assistant', 'small'] })],
});
const home = mkdtempSync(join(tmpdir(), 'loadline-record-'));
const loadline = await startLoadline(config, { home });
const connection = await Connection.connect({ address: loadline.temporalAddress });
const client = new Client({ connection });

async function record(name: string, sessionId: string): Promise<void> {
  const workflowId = workflowIdOf(sessionId);
  let { runId } = await client.workflow.getHandle(workflowId).describe();
  for (let part = 0; runId !== ''; part++) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    writeFileSync(join(folder, `${name}-${part}.json`), `${historyToJSON(history)}\n`);
    runId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
  }
}

const talk = loadline.session('assistant', { id: 'talk', user: 'ann', tenant: 'acme' });
for (let n = 0; n < 10; n++) await talk.send(`Message ${n}`, { messageId: `m-${n}` });
await talk.send('Message 3 again', { messageId: 'm-3' });
await talk.setLimits({ callsPerRun: 5 });
await talk.close({ reason: 'recorded' });
await record('talk-closed', 'talk');

const tools = loadline.session('assistant', { id: 'tools' });
await tools.send('What time is it? [[tool clock {}]]');
await tools.send('[[loop clock {}]] for ever');
await record('tools-and-limit', 'tools');

const cancelled = loadline.session('assistant', { id: 'cancelled' });
const long = cancelled.send('[[pace 20]] [[tokens 2000]]');
for await (const event of long) if (event.type === 'text.delta') break;
const queued = cancelled.send('queued');
await cancelled.signal('');
await cancelled.cancel({ reason: 'recorded' });
await Promise.all([long, queued]);
await record('cancelled-and-refused', 'cancelled');

const failed = loadline.session('assistant', { id: 'failed' });
await failed.send('[[fail 400 1]]');
await failed.send('[[fail 503 1]] then well');
await record('failed-and-retried', 'failed');

const clerk = loadline.session('clerk', { id: 'clerk' });
const { waitingFor } = await clerk.send('Pay it back. [[tool refund {}]]');
for (const { callId } of waitingFor ?? []) if (callId !== undefined) await clerk.approve({ callId, approved: true });
await clerk.send('Thank you.');
await record('approved', 'clerk');

const desk = loadline.session('desk', { id: 'desk' });
await desk.send('What do you all say?');
await record('team', 'desk');

const compacted = loadline.session('small', { id: 'compacted' });
for (let n = 0; n < 24; n++) await compacted.send(`Tell me of day ${n}. ${'It rained. '.repeat(n)}`);
await client.workflow.getHandle(workflowIdOf('compacted')).executeUpdate('compact', { args: [{ keepRuns: 1 }] });
await compacted.send('And now?');
await record('compacted', 'compacted');

await client.workflow.start('session', {
  taskQueue: 'loadline',
  workflowId: workflowIdOf('carried-on'),
  args: [{ sessionId: 'carried-on', agent: 'small', from: 'compacted' }],
});
const carriedOn = loadline.session('small', { id: 'carried-on' });
await carriedOn.setLimits({ thresholds: { session: { tokens: 1 } } });
await carriedOn.send('What was that?');
await client.workflow.getHandle(workflowIdOf('carried-on')).result();
await record('carried-on-and-stopped', 'carried-on');

const asked = loadline.session('clerk', { id: 'asked' });
const waiting = await asked.send('[[tool refund {}]] [[tool hasty {}]]', { messageId: 'm-1' });
// Signals fill the history, so that it rolls over while it waits.
for (let n = 0; n < 60; n++) await asked.cancel({ runId: 'another' });
const [refundCall] = (await asked.state()).waitingFor;
await asked.approve({ callId: refundCall?.callId ?? '', approved: true });
await asked.send('again', { messageId: waiting.messageId });
await asked.send('[[tool refund {}]]', { messageId: 'm-2' });
await asked.close({ reason: 'recorded' });
await record('approved-denied-and-closed', 'asked');

const once = loadline.session('assistant', { id: 'once', once: true });
const said = { role: 'user', parts: [{ type: 'text', text: 'My cat is Miezi.' }] } as const;
const own = {
  instructions: 'Speak of cats.',
  maxOutputTokens: 50,
  earlier: [said],
  output: { type: 'object' },
} as const;
await once.send('What is it? [[tool clock {}]]', own);
await client.workflow.getHandle(workflowIdOf('once')).result();
await record('one-run', 'once');

const followed = loadline.session('assistant', { id: 'followed' });
const first = await followed.send('One', own);
await followed.send('Two', { after: first.runId });
await followed.send('Three', { after: first.runId }).then(null, () => undefined);
await record('followed', 'followed');

await connection.close();
await loadline.close();
rmSync(home, { recursive: true, force: true });
