import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RunResult } from '../../src/domain/run.ts';
import { newFolder, removeFolder, shell, startCliHost, startDev, type RunningDev } from '../support/cli.ts';
import { hasTerminal, spawnOnTerminal, type TerminalProcess } from '../support/terminal.ts';
import { notRun } from '../support/not-run.ts';
import { until } from '../support/until.ts';

const folder = newFolder();
const host = startCliHost({ folder });
const cli = host.run;
let dev: RunningDev;

const config = `
const refund = {
  name: 'refund',
  description: 'Pays money back',
  inputSchema: { type: 'object', properties: { amount: { type: 'number' }, to: { type: 'string' } } },
  needsApproval: true,
  execute: ({ amount }) => \`paid \${amount}\`,
};
export default { agents: [{ name: 'desk', tools: [refund] }] };
`;

beforeAll(async () => {
  writeFileSync(join(folder, 'loadline.config.mjs'), config);
  dev = await startDev(folder);
});
beforeEach(async () => {
  await dev.simulator.reset();
});
afterAll(async () => {
  for (const { child } of terminals) child.kill();
  await host.close();
  await dev.stop();
  removeFolder(folder);
});

const ask = async (...amounts: readonly number[]) =>
  await dev.simulator.script([
    { toolCalls: amounts.map((amount) => ({ name: 'refund', arguments: { amount } })) },
    { answer: 'That is settled.' },
  ]);
const answered = async (id: string) =>
  await until(async () => {
    const { stdout } = await cli('transcript', id);
    return stdout.includes('That is settled.') && stdout;
  });

describe('a tool call that waits for somebody, without a terminal', () => {
  it('makes send exit with 4 and print the command that approves it, which works as it stands', async () => {
    await ask(40);
    const sent = await cli('send', 'plain-1', 'Refund it', '--agent', 'desk');
    expect(sent.code).toBe(4);
    expect(sent.stderr).toMatch(/^waiting for somebody's word on refund\(amount: 40\) \(call t[0-9a-z]{8}\)\n/);
    expect((await cli('state', 'plain-1')).stdout).toMatch(/waits for +somebody's word on refund\(amount: 40\)/);
    const command = /Approve it with: (.*?) {3}/.exec(sent.stderr)?.[1] ?? '';
    const approved = await shell(command, { folder });
    expect(approved).toMatchObject({ code: 0, stderr: '' });
    expect(approved.stdout).toMatch(/^Approved: refund\(amount: 40\)\.\n/);
    expect(await answered('plain-1')).toContain('paid 40');
    const again = await shell(command, { folder });
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/waits for nobody's word on a tool call/);
  });

  it('is denied with a reason, named where there are several, and told in JSON', async () => {
    await ask(1, 2);
    const sent = await cli('send', 'plain-2', 'Refund both', '--agent', 'desk', '--json');
    expect(sent.code).toBe(4);
    const [one, two] = sent.json<RunResult>().waitingFor ?? [];
    const unnamed = await cli('approve', 'plain-2');
    expect(unnamed.code).toBe(1);
    expect(unnamed.stderr).toMatch(/several tool calls; name one:\n +t\w{8} +refund\(amount: 1\)\n +t\w{8} +refund/);
    const denied = await cli('approve', 'plain-2', one?.callId ?? '', '--deny', '--reason', 'no receipt', '--json');
    expect(denied.json()).toEqual({ sessionId: 'plain-2', callId: one?.callId, approved: false });
    // The one that is left need not be named.
    expect((await cli('approve', 'plain-2')).stdout).toMatch(/^Approved: refund\(amount: 2\)/);
    expect(two?.callId).toMatch(/^t/);
    expect(await answered('plain-2')).toContain('not approved: no receipt');
  });

  it('shows what could steer a terminal by its code', async () => {
    await dev.simulator.script({ toolCalls: [{ name: 'refund', arguments: { to: 'a\u202eb\u009b2J' } }] });
    const sent = await cli('send', 'plain-3', 'Refund it', '--agent', 'desk');
    expect(sent.stderr).toContain('refund(to: "a\\u{202e}b\\u{9b}2J")');
  });
});

if (!hasTerminal()) notRun('approval on a terminal', 'needs the command `script` of util-linux');
const onTerminal = hasTerminal() ? describe : describe.skip;

const terminals: TerminalProcess[] = [];
function onOwnTerminal(words: readonly string[]): TerminalProcess {
  const started = spawnOnTerminal(words, { folder });
  terminals.push(started);
  return started;
}

onTerminal('a tool call that waits for somebody, on a terminal', () => {
  it('is asked about, each in its turn; yes executes it, anything else denies it', async () => {
    await ask(40, 50);
    const sending = onOwnTerminal(['send', 'term-1', 'Refund both', '--agent', 'desk']);
    await until(() => sending.stdout().includes('Approve refund(amount: 40)? [y/N] '));
    sending.type('y\r');
    await until(() => sending.stdout().includes('Approve refund(amount: 50)? [y/N] '));
    sending.type('\r');
    const { code, stdout } = await sending.ended;
    expect(stdout).toContain('That is settled.');
    expect(code).toBe(0);
    const { stdout: transcript } = await cli('transcript', 'term-1');
    expect(transcript).toContain('paid 40');
    expect(transcript).toContain('The call of refund was not approved. It was not executed.');
  });

  it('ends with its run at Ctrl-C, and waits on at Ctrl-D', async () => {
    await ask(40);
    const stopped = onOwnTerminal(['send', 'term-2', 'Refund it', '--agent', 'desk']);
    await until(() => stopped.stdout().includes('[y/N] '));
    stopped.type('\u0003');
    expect((await stopped.ended).code).toBe(130);
    expect((await cli('state', 'term-2', '--json')).json()).toMatchObject({ currentRun: null, waitingFor: [] });
    await dev.simulator.reset();
    await ask(40);
    const left = onOwnTerminal(['send', 'term-3', 'Refund it', '--agent', 'desk']);
    await until(() => left.stdout().includes('[y/N] '));
    left.type('\u0004');
    const { code, stdout } = await left.ended;
    expect([code, stdout]).toEqual([4, expect.stringContaining('approve term-3 t')]);
    expect((await cli('state', 'term-3', '--json')).json()).toMatchObject({ waitingFor: [{ kind: 'approval' }] });
  });
});
