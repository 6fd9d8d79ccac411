import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionDetails } from '../../src/client/api.ts';
import { defineAgent, defineConfig } from '../../src/config/index.ts';
import type { CompactionResult } from '../../src/domain/compaction.ts';
import { startCliHost, type CliHost } from '../support/cli.ts';
import { startStack, type Stack } from '../support/stack.ts';

const config = defineConfig({
  agents: [
    defineAgent({
      name: 'assistant',
      model: 'simulated/small-8k',
      instructions: 'You are a helpful assistant.',
      history: { runs: 2 },
      summary: { keepRuns: 1, everyRuns: 2 },
    }),
  ],
});

describe('the context of a session at the command line', () => {
  let stack: Stack<typeof config>;
  let host: CliHost;
  beforeAll(async () => {
    stack = await startStack(config);
    host = startCliHost({
      folder: stack.folder,
      environment: {
        TEMPORAL_ADDRESS: stack.temporalAddress,
        LOADLINE_DATABASE_URL: stack.databaseUrl,
        LOADLINE_TASK_QUEUE: stack.taskQueue,
      },
    });
  });
  afterAll(async () => {
    await host.close();
    await stack.close();
  });
  beforeEach(() => stack.simulator.reset());

  const cli = async (...words: readonly string[]) => await host.run(...words);
  const talked = async (id: string, runs = 3) => {
    const session = stack.api.session('assistant', { id, user: 'ann' });
    await session.send('My locker code is 4711-X.');
    for (let n = 2; n <= runs; n++)
      await session.send(`My plan for day ${n} is to walk ${n} miles. ${'The path is wet. '.repeat(20)}`);
    return session;
  };

  it('is compacted, with what that brought, and with 1 when there was nothing to compact', async () => {
    await talked('compact-1');
    const done = await cli('compact', 'compact-1', '--keep-runs', '0');
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toMatch(
      /^Compacted 3 runs into a summary: the context went from [\d,]+ to [\d,]+ tokens\.\n▕.*▏ [\d.]+ % {2}[\d,]+ of 8,192 tokens\n$/,
    );
    const nothing = await cli('compact', 'compact-1');
    expect(nothing).toMatchObject({ code: 1, stderr: 'Nothing was compacted: there is nothing left to compact.\n' });
    const again = await cli('compact', 'compact-1', '--json');
    expect(again.code).toBe(1);
    expect(again.json<CompactionResult>()).toMatchObject({
      cause: 'request',
      tokensSaved: 0,
      problem: expect.any(String),
    });
    expect(await cli('compact', 'compact-1', '--keep-runs', '-1')).toMatchObject({ code: 2 });
    expect(await cli('compact', 'compact-nobody')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^SessionNotFound: /),
    });
  });

  it('is shown by state: the latest request part by part, what was left out and why, and the summary', async () => {
    const session = await talked('state-1');
    await session.compact();
    await session.send('And now?');
    const { stdout } = await cli('state', 'state-1');
    expect(stdout).toMatch(/\n\nLATEST REQUEST +TOKENS +SHARE\ninstructions +\d+ +[\d.]+ %\n/);
    expect(stdout).toMatch(/\nsummary +\d+ +[\d.]+ %\nhistory +\d+ +[\d.]+ % +1 run\n/);
    expect(stdout).toMatch(
      /\nanswer +[\d,]+ +\d+ % +room kept for it\nLeft out: 2 runs \(the summary stands for them\)\n/,
    );
    expect(stdout).toMatch(/\n\nSummary of messages 1 to 4 \(\d+ tokens, by simulated\/small-8k\):\n.*4711-X/);
    const state = (await cli('state', 'state-1', '--json')).json<SessionDetails>();
    expect(state.plan).toMatchObject({ window: 8_192, runs: 1 });
    expect(state.summary?.text).toContain('4711-X');
    stack.simulator.script({ answer: '', times: 4 });
    expect(await cli('compact', 'state-1', '--keep-runs', '0')).toMatchObject({ code: 1 });
    expect((await cli('state', 'state-1')).stdout).toMatch(/\nnot compacted +.*the summary was empty/);
  });

  it('is shown by send when a run has to compact it', async () => {
    await talked('send-1', 4);
    const { stdout, code } = await cli('send', 'send-1', 'What is my locker code?');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Compacted 3 runs into a summary: .* tokens\.\n.*4711-X.*\n▕/);
    expect(stdout.match(/4711-X/g)).toHaveLength(1);
  });

  it('says in metrics what compactions saved and what summaries cost', async () => {
    const session = await talked('metrics-1');
    expect((await cli('metrics', 'metrics-1')).stdout).not.toContain('ompaction');
    const { tokensSaved } = await session.compact({ keepRuns: 0 });
    const { stdout } = await cli('metrics', 'metrics-1');
    expect(stdout).toMatch(/summaryModel +simulated\/small-8k +1 /);
    expect(stdout).toContain(`1 compaction made the context shorter by ${tokensSaved} tokens,`);
    expect(stdout).toMatch(/The summaries for it took \d+ tokens in 1 call, \$0;/);
  });

  it('is carried on in a new session of the same agent and user, with a warning where there is nothing to carry', async () => {
    const old = await talked('old-1');
    await old.close();
    const { stdout, stderr, code } = await cli('start', '--from', 'old-1', '--session', 'new-1');
    expect({ stdout, stderr, code }).toEqual({ stdout: 'new-1\n', stderr: '', code: 0 });
    expect((await cli('send', 'new-1', 'What is my locker code?')).stdout).toContain('4711-X');
    const state = await cli('state', 'new-1');
    expect(state.stdout).toMatch(/\nuser +ann\ncarries on +old-1\n/);
    expect(state.stdout).toMatch(/\nSummary of messages 1 to 6 of old-1 \(/);
    expect((await cli('metrics', 'new-1')).stdout).toMatch(/\nThe summary in its context took \d+ tokens/);
    await stack.api.session('assistant', { id: 'silent-1' }).start();
    const silent = await cli('start', '--from', 'silent-1', '--json');
    expect(silent.json()).toMatchObject({ agent: 'assistant', created: true });
    expect(silent.stderr).toBe('warning: It begins with nothing of silent-1: there is nothing left to compact\n');
    expect(await cli('start', '--from', 'nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^SessionNotFound: /),
    });
    expect(await cli('start', '--from', 'old-1', '--user', 'bob')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Forbidden: /),
    });
  });

  it('can be searched in its transcript, whatever was compacted', async () => {
    const session = await talked('search-1');
    await session.compact({ keepRuns: 0 });
    const { stdout } = await cli('transcript', 'search-1', '--search', 'locker code', '--limit', '1');
    expect(stdout).toMatch(/^user message 1, \S+\nMy locker code is 4711-X\.\n$/);
    const found = await cli('transcript', 'search-1', '--search', 'locker code', '--limit', '1', '--json');
    expect(found.json()).toMatchObject({ sessionId: 'search-1', messages: [{ number: 1, role: 'user' }] });
    expect((await cli('transcript', 'search-1', '--search', 'submarine')).stdout).toMatch(/^Nothing in this session/);
    expect(await cli('transcript', 'search-1', '--search', ' ')).toMatchObject({ code: 2 });
  });

  it('is shown as the model saw it, with what is new since the call before, and as rows with their sum', async () => {
    const session = await talked('saw-1', 2);
    const request = await cli('request', 'saw-1', '2.1');
    expect(request).toMatchObject({ code: 0, stderr: '' });
    expect(request.stdout).toMatch(/^Call saw-1\.2\.1, attempt 1: assistant asked simulated\/small-8k \(model\)\n\n/);
    expect(request.stdout).toMatch(/\n {3}\s*\d+ {2}instructions\s+You are a helpful assistant\.\n/);
    expect(request.stdout).toMatch(/\n\+ +\d+ {2}user message 3 +My plan for day 2 is to walk 2 miles\./);
    expect(request.stdout).toMatch(
      /\n4 items, about \d+ tokens; the provider counted \d+\. Since saw-1\.1\.1: 2 new, 0 gone\n$/,
    );
    const whole = await cli('request', 'saw-1', '--whole');
    expect(whole.stdout).toMatch(/\n\+ user message 3 \(\d+ tokens\)\nMy plan .*(The path is wet\. ?){20}\n/);
    expect((await cli('request', 'saw-1', '2.1', '--json')).json()).toMatchObject({ sessionId: 'saw-1', exact: true });
    expect(await cli('request', 'saw-1', '9.9')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^RunNotFound/),
    });
    const ledger = await cli('ledger', 'saw-1', '--run', '2');
    const { runs } = await session.inspect.runs();
    const total = runs[0]?.metrics.totalTokens ?? 0;
    expect(ledger.stdout).toMatch(new RegExp(`\\n1 row, ${total.toLocaleString('en-US')} tokens\\n$`));
    expect((await cli('ledger', 'saw-1', '--json')).json()).toMatchObject({ rowCount: 2, rows: [{}, {}] });
  });
});
