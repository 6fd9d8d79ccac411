import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import type { Message } from '../../src/domain/messages.ts';
import type { RunResult } from '../../src/domain/run.ts';
import { cli as run, newFolder, removeFolder, startCliHost, startDev, type RunningDev } from '../support/cli.ts';
import { notRun } from '../support/not-run.ts';
import { hasTerminal, spawnOnDrawnTerminal, type DrawnTerminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';

const folder = newFolder();
const host = startCliHost({ folder });
const cli = host.run;
let dev: RunningDev;
const terminals: DrawnTerminal[] = [];

const config = `
const refund = {
  name: 'refund',
  description: 'Pays money back',
  inputSchema: { type: 'object', properties: { amount: { type: 'number' } } },
  needsApproval: true,
  execute: ({ amount }) => \`paid \${amount}\`,
};
export default {
  agents: [
    { name: 'desk', tools: [refund], onBudget: 'wait' },
    { name: 'small', model: 'simulated/small-2k', summary: { keepRuns: 1 }, limits: { maxOutputTokens: 200 } },
  ],
  budgets: [{ scope: 'user', window: 'day', tokens: 100000 }],
};
`;

beforeAll(async () => {
  writeFileSync(join(folder, 'loadline.config.mjs'), config);
  dev = await startDev(folder);
});
afterEach(async () => {
  for (const { child } of terminals.splice(0)) child.kill();
  await dev.simulator.reset();
});
afterAll(async () => {
  await host.close();
  await dev.stop();
  removeFolder(folder);
});

if (!hasTerminal()) notRun('the chat on a terminal', 'needs the command `script` of util-linux');
const onTerminal = hasTerminal() ? describe : describe.skip;

function open(words: readonly string[], columns = 100): DrawnTerminal {
  const terminal = spawnOnDrawnTerminal(words, { folder, columns, rows: 30 });
  terminals.push(terminal);
  return terminal;
}

/** Waits until this stands on the terminal, and answers all of it. */
async function seen(terminal: DrawnTerminal, what: RegExp): Promise<string> {
  let text = '';
  const look = async (): Promise<string | false> => {
    text = (await terminal.rows()).join('\n');
    return what.test(text) && text;
  };
  return await until(look).catch(() => {
    throw new Error(`${String(what)} never stood on the terminal:\n${text}`);
  });
}

const isIdle = /▏ +[\d.?]+ %  ~?[\d,]+ tokens · \S+ · \S+( · simulated)?\n› ?\n*$/;

onTerminal('a chat on a terminal', () => {
  it('streams answers above a status line, obeys slash commands, and lets no answer steer the terminal', async () => {
    const chat = open(['chat', 'story-1', '--agent', 'desk', '--user', 'ann']);
    await seen(chat, /A new session of desk: story-1\..*\n\n▕.*\n›/);
    chat.type('Say it slowly [[pace 20]] [[tokens 40]]\r');
    const writing = await seen(chat, /the river[^]*answering \d s · /);
    expect(writing).not.toMatch(/40 out/);
    const answered = await seen(chat, /\d+ in · 40 out · \$0 · \d\.\d s · simulated\n/);
    expect(answered).toMatch(/› Say it slowly \[\[pace 20\]\] \[\[tokens 40\]\]\nthe river runs past/);
    await seen(chat, isIdle);

    await dev.simulator.script({ answer: 'a\u001B]0;owned\u0007\u001B[2J\u001B[31mb', match: { text: 'hostile' } });
    chat.type('Be hostile\r');
    await seen(chat, /a\\u\{1b\}\]0;owned\\u\{7\}\\u\{1b\}\[2J\\u\{1b\}\[31mb/);
    expect(chat.stdout()).not.toContain('\u001B]0;');

    chat.type('/met\t');
    await seen(chat, /› \/metrics/);
    chat.type('\r');
    await seen(chat, /MODEL +CALLS +IN[^]*loadline-sim-1 +2 [^]*\nruns +2\n/);
    chat.type('/budgte\r');
    await seen(chat, /no command \/budgte; did you mean "\/budget"\?/);
    chat.type('/budget raise 500\r');
    await seen(chat, /The limit of user ann, day is 100,500 tokens/);
  });

  it('takes Ctrl-C for the run and not for itself, and queues what is typed meanwhile', async () => {
    const chat = open(['chat', 'stop-1', '--agent', 'desk']);
    await seen(chat, /›/);
    await dev.simulator.script({ answer: 'one two', hangAfterChunks: 1, match: { text: 'forever' } });
    chat.type('Go on forever\r');
    await seen(chat, /answering/);
    chat.type('And then\r');
    await seen(chat, /1 queued/);
    chat.type('\u0003');
    const gone = await seen(chat, /cancelled: interrupted in the chat[^]*› And then\nYou said[^]*out · /);
    expect(gone.indexOf('› And then')).toBeGreaterThan(gone.indexOf('cancelled:'));
    expect((await cli('state', 'stop-1', '--json')).json()).toMatchObject({ runs: 2, currentRun: null });
    chat.type('half a line\u0003');
    await seen(chat, isIdle);
    chat.type('\u0003');
    await seen(chat, /Ctrl-C again leaves/);
    chat.type('\u0003');
    expect((await chat.ended).code).toBe(130);
    await seen(chat, /Session stop-1 goes on\. Come back with:\n {2}.* chat stop-1$/m);
  });

  it('asks for approval in its place; y, /approve and /deny decide', async () => {
    const chat = open(['chat', 'ask-1', '--agent', 'desk']);
    await seen(chat, /›/);
    const refund = (amount: number) => `Refund [[tool refund {"amount": ${amount}}]]\r`;
    chat.type(refund(40));
    await seen(chat, /Approve refund\(amount: 40\)\? y or n[^]*waits for your word/);
    chat.type('y\r');
    await seen(chat, /Approved\.\n[^]*paid 40/);
    chat.type(refund(50));
    await seen(chat, /refund\(amount: 50\)\?/);
    chat.type('/deny no receipt\r');
    await seen(chat, /Denied\.\n[^]*not approved: no receipt/);
    chat.type(refund(60));
    await seen(chat, /refund\(amount: 60\)\?/);
    chat.type('/approve\r');
    await seen(chat, /paid 60/);
  });

  it('keeps to a narrow terminal, also when it becomes one, with wide characters and pastes', async () => {
    const chat = open(['chat', 'narrow-1', '--agent', 'small'], 110);
    await seen(chat, /›/);
    chat.type('Say [[pace 30]] [[tokens 60]]\r');
    await seen(chat, /the river/);
    chat.resize(40, 20);
    await seen(chat, /60 out/);
    const idle = await seen(chat, /\n▕.{6}▏ +[\d.]+ %  [\d,]+ tokens · \$0\n› ?\n*$/);
    expect(idle.match(/▕/g)).toHaveLength(1);
    chat.type('你好世界 \\\rline two 🎉 of what is said here, and on\u001B[200~ pasted\r\nthree\u001B[201~');
    await seen(chat, /› 你好世界 ?\n {2}line two 🎉 of what is said here, and ?\n {3}on pasted\n {2}three/);
    expect(await chat.cursor()).toMatchObject({ column: 7 });
    chat.type('\u001B[D\u001B[D');
    await until(async () => (await chat.cursor()).column === 5);
    chat.type('\r');
    await seen(chat, /You said/);
    const { messages } = (await cli('transcript', 'narrow-1', '--json')).json<{ messages: Message[] }>();
    const said = messages.findLast(({ role }) => role === 'user')?.parts;
    expect(said).toEqual([{ type: 'text', text: '你好世界 \nline two 🎉 of what is said here, and on pasted\nthree' }]);
    for (const row of await chat.rows()) expect(stringWidth(row)).toBeLessThanOrEqual(110);
    chat.type('/compact 1\r');
    const compacted = await seen(chat, /Compacted 1 run into a summary: the/);
    for (const row of compacted.slice(compacted.indexOf('/compact')).split('\n')) {
      expect(stringWidth(row)).toBeLessThanOrEqual(40);
    }
  });

  it('is come back to with what was said last and what was typed, and ends when the session is closed', async () => {
    await cli('send', 'back-1', 'The first thing', '--agent', 'desk');
    const chat = open(['chat', 'back']);
    await seen(chat, /Session with 1 run of desk: back-1\.[^]*› The first thing\nYou said[^]*\n›/);
    chat.type('The second thing\r');
    await seen(chat, /“The second thing”[^]*out · /);
    // Whoever else speaks in the session is heard here, too.
    await cli('signal', 'back-1', 'From elsewhere');
    await seen(chat, /› From elsewhere\nYou said/);
    chat.type('\u0004');
    expect((await chat.ended).code).toBe(0);
    const again = open(['chat', 'back']);
    await seen(again, /›/);
    again.type('\u001B[A');
    await seen(again, /› The second thing\n*$/);
    again.type('\u0015/close enough said\r');
    expect((await again.ended).code).toBe(0);
    await seen(again, /Session back-1 is closed\. Carry on in a new one with:\n {2}.* start --from back-1/);
    const refused = await cli('chat', 'back-1');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^SessionClosed: .*enough said/) });
  });

  it('shows a wait for a budget, and goes on once that is raised', async () => {
    await cli('start', '--agent', 'desk', '--session', 'budget-1');
    await cli('budget', 'set', 'session', 'budget-1', '--window', 'day', '--tokens', '5');
    const chat = open(['chat', 'budget-1']);
    await seen(chat, /›/);
    chat.type('Hello\r');
    const refused = await seen(chat, /BudgetExceeded: /);
    expect(refused).toMatch(/The budget of session budget-1, day does not cover/);
    await cli('budget', 'set', 'session', 'budget-1', '--window', 'day', '--tokens', '6000');
    chat.type('[[tokens 900]] Hello\r');
    await seen(chat, / 900 out /);
    // What is left is less than a call may take, but more than nothing: it waits.
    chat.type('Hello again [[say raised]]\r');
    await seen(chat, /Waiting\. The budget of session budget-1/);
    await seen(chat, /waits for a budget, resets in/);
    chat.type('/budget raise 50000\r');
    await seen(chat, /\nraised\n/);
  });
});

onTerminal('metrics --watch on a terminal', () => {
  it('draws its table in place whenever something happens, and ends with Ctrl-C', async () => {
    await cli('start', '--agent', 'desk', '--session', 'watched-1');
    const watching = open(['metrics', 'watched-1', '--watch']);
    await seen(watching, /^watched-1/);
    for (const text of ['one', 'two']) await cli('send', 'watched-1', text);
    const shown = await seen(watching, /\nruns +2\n/);
    expect(shown.match(/watched-1/g)).toHaveLength(1);
    watching.type('\u0003');
    expect((await watching.ended).code).toBe(130);
  });
});

describe('a chat without a terminal', () => {
  it('takes each line as a message and writes the answers, and nothing else, to standard output', async () => {
    const lines = { folder, input: 'One\n\n/metrics is no command here\n' };
    const { stdout, stderr, code } = await run(['chat', 'plain-1', '--agent', 'desk'], lines);
    expect([stdout.trimEnd().split('\n').length, stderr, code]).toEqual([2, '', 0]);
    expect(stdout).toMatch(/^You said: “One”.*\nYou said: “\/metrics is no command here”/);
  });

  it('writes a line of JSON for each result, and ends where somebody is waited for', async () => {
    const lines = { folder, input: 'One\nRefund [[tool refund {"amount": 1}]]\nNever sent\n' };
    const { stdout, code } = await run(['chat', 'plain-2', '--agent', 'desk', '--json'], lines);
    const results = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunResult);
    expect(results.map(({ status }) => status)).toEqual(['completed', 'waiting']);
    expect(code).toBe(4);
  });
});
