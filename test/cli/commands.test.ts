import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunEvent } from '../../src/domain/events.ts';
import type { SessionMetrics } from '../../src/domain/metrics.ts';
import type { RunResult } from '../../src/domain/run.ts';
import {
  cli as run,
  newFolder,
  removeFolder,
  spawnCli,
  startCliHost,
  startDev,
  type RunningDev,
} from '../support/cli.ts';
import { until } from '../support/until.ts';

const folder = newFolder();
let dev: RunningDev;

beforeAll(async () => {
  writeFileSync(
    join(folder, 'loadline.config.json'),
    JSON.stringify({ agents: [{ name: 'assistant' }, { name: 'thinker', model: 'simulated/loadline-sim-reason' }] }),
  );
  dev = await startDev(folder);
});

afterAll(async () => {
  await host.close();
  await dev.stop();
  removeFolder(folder);
});

const host = startCliHost({ folder });
const cli = host.run;

interface ErrorDocument {
  readonly error: { readonly code: string; readonly message: string; readonly details: Record<string, unknown> };
}

describe('loadline start', () => {
  it('prints the id alone, so that a script can take it', async () => {
    const { stdout, stderr, code } = await cli('start', '--session', 'alone-1');
    expect({ stdout, stderr, code }).toEqual({ stdout: 'alone-1\n', stderr: '', code: 0 });
  });

  it("takes the config's first agent when none is named, and tells whether the session is new", async () => {
    const words = ['start', '--session', 'twice-1', '--user', 'ann', '--json'];
    const made = { sessionId: 'twice-1', workflowId: 'session-twice-1', agent: 'assistant', status: 'open' };
    expect((await cli(...words)).json()).toEqual({ ...made, created: true });
    expect((await cli(...words)).json()).toEqual({ ...made, created: false });
  });

  it('refuses an agent that nobody has, naming those there are', async () => {
    const refused = await cli('start', '--agent', 'asistant');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^UnknownAgent: .*did you mean "assistant"\?.*assistant, thinker/);
  });

  it('refuses another agent for a session that exists', async () => {
    await cli('start', '--session', 'theirs-1');
    const refused = await cli('start', '--session', 'theirs-1', '--agent', 'thinker', '--json');
    expect(refused.json<ErrorDocument>().error.code).toBe('SessionExists');
    expect(refused.code).toBe(1);
  });
});

describe('loadline send', () => {
  it('prints the answer and ends with what it took', async () => {
    await dev.simulator.script({ answer: 'Freeboard is the height of the deck.', match: { text: 'freeboard' } });
    const { stdout, code } = await cli('send', 'talk-1', 'What is freeboard?', '--agent', 'assistant');
    const [answer, closing] = stdout.trimEnd().split('\n');
    expect(answer).toBe('Freeboard is the height of the deck.');
    expect(closing).toMatch(/^▕.{11}▏ [\d.]+ % {2}\d+ in.* · \d+ out · \$0 · [\d.]+ m?s · simulated$/);
    expect(code).toBe(0);
  });

  it('writes the answer as it comes', async () => {
    await dev.simulator.script({
      answer: 'one two three four five six',
      tokensPerSecond: 4,
      match: { text: 'slowly' },
    });
    const sending = spawnCli(['send', 'talk-2', 'slowly', '--agent', 'assistant'], { folder });
    const partly = await until(() => (/one two/.test(sending.stdout()) ? sending.stdout() : null));
    expect(partly).not.toContain('six');
    expect((await sending.ended).stdout).toMatch(/^one two three four five six\n▕/);
  });

  it('answers with one RunResult, and with each event on a line when it is asked to', async () => {
    const whole = await cli('send', 'talk-3', 'Hello', '--agent', 'assistant', '--json');
    const result = whole.json<RunResult>();
    expect(result).toMatchObject({ sessionId: 'talk-3', status: 'completed', metrics: { calls: 1, simulated: true } });
    expect(result.messages?.map(({ role }) => role)).toEqual(['user', 'assistant']);

    const streamed = await cli('send', 'talk-3', 'Again', '--json', '--stream');
    const lines = streamed.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent | RunResult);
    const events = lines.slice(0, -1) as RunEvent[];
    expect(events.at(0)?.type).toBe('run.started');
    expect(events.at(-1)?.type).toBe('run.ended');
    expect(lines.at(-1)).toMatchObject({ sessionId: 'talk-3', status: 'completed' });
  });

  it('says that an attempt is repeated, and ends with the stored answer', async () => {
    await dev.simulator.script([
      { answer: 'a b c d e f g h', tokensPerSecond: 20, dropAfterChunks: 6, match: { text: 'broken' } },
      { answer: 'whole again', match: { text: 'broken' } },
    ]);
    const { stdout, code } = await cli('send', 'talk-4', 'broken', '--agent', 'assistant');
    expect(stdout).toMatch(/whole again\n▕/);
    expect(code).toBe(0);
  });

  it('reads the message from standard input', async () => {
    const { json } = await run(['send', 'talk-5', '-', '--agent', 'assistant', '--json'], {
      folder,
      input: 'From a pipe\n',
    });
    const { messages } = json<RunResult>();
    expect(messages?.[0]?.parts).toEqual([{ type: 'text', text: 'From a pipe' }]);
  });

  it('sends an image with the text', async () => {
    const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    writeFileSync(join(folder, 'pixel.png'), Buffer.from(pixel, 'base64'));
    const { json } = await cli('send', 'talk-6', 'Look', '--agent', 'assistant', '--image', 'pixel.png', '--json');
    const { status, messages } = json<RunResult>();
    expect(status).toBe('completed');
    expect(messages?.[0]?.parts[1]).toMatchObject({ type: 'image', mediaType: 'image/png' });
    expect(await cli('send', 'talk-6', 'Look', '--image', 'nothing.png')).toMatchObject({ code: 2 });
  });

  it('answers the same message id once', async () => {
    const words = ['send', 'talk-7', 'Once', '--agent', 'assistant', '--message-id', 'm-1', '--json'];
    const first = (await cli(...words)).json<RunResult>();
    const again = (await cli(...words)).json<RunResult>();
    expect(again.runId).toBe(first.runId);
    expect((await cli('metrics', 'talk-7', '--json')).json<SessionMetrics>().calls).toBe(1);
  });

  it('exits with 3 when a limit ends the run', async () => {
    await dev.simulator.script({ answerTokens: 50, cutAfterTokens: 5, match: { text: 'cut' } });
    const { code, stderr } = await cli('send', 'talk-8', 'cut', '--agent', 'assistant');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^limit: .*maxOutputTokens/);
  });

  it("exits with 1 when the run fails, with the provider's own words, and the session lives on", async () => {
    await dev.simulator.script({ status: 401, message: 'No such key', match: { text: 'refused' } });
    const failed = await cli('send', 'talk-9', 'refused', '--agent', 'assistant');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/^ProviderError: .*No such key/);
    expect(await cli('send', 'talk-9', 'Better?')).toMatchObject({ code: 0 });
  });

  it('refuses an unknown session with what to do', async () => {
    const { code, stdout, stderr } = await cli('send', 'nobody', 'Hello');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^SessionNotFound: There is no session nobody/);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('hands a message over and waits for nothing with --background, as signal does', async () => {
    const handed = await cli('send', 'talk-10', 'Later', '--agent', 'assistant', '--background', '--json');
    expect(handed.json()).toEqual({ sessionId: 'talk-10', messageId: expect.stringMatching(/^m-/) });
    await cli('signal', 'talk-10', 'And this', '--message-id', 'm-2');
    const metrics = await until(async () => {
      const seen = (await cli('metrics', 'talk-10', '--json')).json<SessionMetrics>();
      return seen.runs === 2 && seen;
    });
    expect(metrics.calls).toBe(2);
  });
});

describe('Ctrl-C during send', () => {
  it('cancels the run of that message, and exits with 130', async () => {
    await dev.simulator.script({ answer: 'one two three', hangAfterChunks: 2, match: { text: 'endless' } });
    const sending = spawnCli(['send', 'stop-1', 'endless', '--agent', 'assistant'], { folder });
    await until(() => sending.stdout().includes('one'));
    sending.child.kill('SIGINT');
    const { code, stderr } = await sending.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('Cancelling the run');
    const { json } = await cli('metrics', 'stop-1', '--json');
    expect(json<SessionMetrics>()).toMatchObject({ runs: 1, calls: 0, failedAttempts: 1 });
    expect(await cli('send', 'stop-1', 'Hello')).toMatchObject({ code: 0 });
  });
});

describe('looking at sessions', () => {
  it('takes a unique beginning of an id, and lists what an ambiguous one could be', async () => {
    await cli('start', '--session', 'prefix-aa');
    await cli('start', '--session', 'prefix-ab');
    expect((await cli('state', 'prefix-aa', '--json')).json()).toMatchObject({ sessionId: 'prefix-aa' });
    const ambiguous = await cli('state', 'prefix-a', '--json');
    const { error } = ambiguous.json<ErrorDocument>();
    expect(error).toMatchObject({ code: 'SessionNotFound', details: { candidates: ['prefix-ab', 'prefix-aa'] } });
    await cli('start', '--session', 'prefix-abc');
    expect((await cli('state', 'prefix-ab', '--json')).json()).toMatchObject({ sessionId: 'prefix-ab' });
  });

  it('lists sessions by agent, user and status', async () => {
    await cli('start', '--session', 'list-1', '--agent', 'thinker', '--user', 'bob');
    const { sessions } = (await cli('sessions', '--user', 'bob', '--json')).json<{
      sessions: { sessionId: string }[];
    }>();
    expect(sessions.map(({ sessionId }) => sessionId)).toEqual(['list-1']);
    const { stdout } = await cli('sessions', '--agent', 'thinker', '--status', 'open');
    expect(stdout).toMatch(
      /^SESSION +AGENT +USER +STATUS +CONTEXT +RUNS +TOKENS +COST +LAST\nlist-1 +thinker +bob +open/,
    );
  });

  it('shows metrics by model, whose sum is the total', async () => {
    await cli('send', 'sum-1', 'Hello', '--agent', 'thinker');
    await cli('send', 'sum-1', 'Hello again');
    const metrics = (await cli('metrics', 'sum-1', '--json')).json<SessionMetrics>();
    expect(metrics.totalTokens).toBe((metrics.inputTokens ?? 0) + (metrics.outputTokens ?? 0));
    const { stdout } = await cli('metrics', 'sum-1');
    expect(stdout).toContain('simulated/loadline-sim-reason');
    const written = new Intl.NumberFormat('en-US').format(metrics.totalTokens ?? -1);
    expect(stdout).toMatch(new RegExp(`total .* ${written} +\\$0\n`));
  });

  it('prints a transcript with who said what', async () => {
    await dev.simulator.script({ answer: 'Seventeen.', match: { text: 'how many' } });
    await cli('send', 'say-1', 'how many?', '--agent', 'assistant');
    const { stdout } = await cli('transcript', 'say-1');
    expect(stdout).toMatch(/^user .*\nhow many\?\n\nassistant .*\nSeventeen\.\n/);
    expect((await cli('transcript', 'say-1', '--json')).json()).toMatchObject({
      sessionId: 'say-1',
      messages: [{ role: 'user' }, { role: 'assistant', metrics: { source: 'reported' } }],
    });
    expect(await cli('transcript', 'say-nothing')).toMatchObject({ code: 1 });
  });

  it('shows metrics anew whenever something happens, until it is stopped', async () => {
    await cli('start', '--session', 'watch-1');
    const watching = spawnCli(['metrics', 'watch-1', '--watch', '--json'], { folder });
    await until(() => watching.stdout().includes('\n'));
    await cli('send', 'watch-1', 'Hello');
    await until(() => /"runs":1/.test(watching.stdout()));
    watching.child.kill('SIGINT');
    expect((await watching.ended).code).toBe(130);
  });
});

describe('controlling a session', () => {
  it('shows limits and sets some', async () => {
    await cli('start', '--session', 'limits-1');
    const set = await cli('limits', 'limits-1', 'callsPerRun=5', 'thresholds.context.warn=0.6', '--json');
    expect(set.json()).toMatchObject({ limits: { callsPerRun: 5 }, thresholds: { context: { warn: 0.6 } } });
    expect((await cli('limits', 'limits-1')).stdout).toMatch(/^callsPerRun +5$/m);
    const wrong = await cli('limits', 'limits-1', 'callPerRun=5');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('did you mean "callsPerRun"?');
  });

  it('warns of a level under the answer that reaches it, once, and shows in state that it has fired', async () => {
    await cli('start', '--session', 'level-1');
    await cli('limits', 'level-1', 'thresholds.session.tokens=10', 'thresholds.session.onReach=warn');
    const warned = await cli('send', 'level-1', 'Hello');
    expect(warned.code).toBe(0);
    expect(warned.stderr).toMatch(
      /^reached: The session has used \d+ of its 10 tokens\. You can .*`\S.* limits level-1 thresholds\.session\.tokens=\d+`/,
    );
    expect(warned.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(await cli('send', 'level-1', 'Hello')).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await cli('state', 'level-1');
    expect(stdout).toMatch(/thresholds +session\.tokens\.warn, session\.tokens\.critical, session\.tokens\.reached/);
    // The command that the warning names is one that works.
    const [, command = '', tokens] = /`\S.* (limits level-1 \S+=(\d+))`/.exec(warned.stderr) ?? [];
    const raised = await cli(...command.split(' '), '--json');
    expect(raised.json()).toMatchObject({ thresholds: { session: { tokens: Number(tokens), onReach: 'warn' } } });
    const wrong = await cli('limits', 'level-1', 'thresholds.context.warn=0.9');
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('0.9 must be below compact (0.85)') });
  });

  it('exits with 3 when a threshold ends the run, and says why the session is closed', async () => {
    await cli('start', '--session', 'level-2');
    await cli('limits', 'level-2', 'thresholds.session.tokens=10');
    const ended = await cli('send', 'level-2', 'Look [[loop weather]]');
    expect(ended.code).toBe(3);
    expect(ended.stderr).toMatch(/^limit: the session has used \d+ of its 10 tokens/);
    expect(ended.stderr).toMatch(/\nreached: .*The session closes\. You can carry on .* start --from level-2`/);
    const refused = await until(async () => {
      const answer = await cli('send', 'level-2', 'Hello?');
      return answer.stderr.includes(' since ') && answer;
    });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^SessionClosed: .*has used \d+ of its 10 tokens.* start --from level-2`/);
    expect((await cli('state', 'level-2')).stdout).toMatch(/because +the session has used/);
  });

  it('cancels the run in progress, whoever waits for it', async () => {
    await dev.simulator.script({ answer: 'one two', hangAfterChunks: 1, match: { text: 'forever' } });
    const sending = spawnCli(['send', 'cancel-1', 'forever', '--agent', 'assistant', '--json'], { folder });
    const cancelled = await until(async () => {
      const answer = await cli('cancel', 'cancel-1', '--reason', 'changed my mind', '--json');
      return answer.code === 0 && answer.json<{ cancelling: boolean }>().cancelling && answer;
    });
    const { runId } = cancelled.json<{ runId: string }>();
    const { code, json } = await sending.ended;
    expect(json<RunResult>()).toMatchObject({ runId, status: 'cancelled' });
    expect(code).toBe(1);
    expect((await cli('cancel', 'cancel-1')).stdout).toBe('No run is in progress.\n');
  });

  it('closes a session, whose transcript and metrics stay', async () => {
    await cli('send', 'close-1', 'Hello', '--agent', 'assistant');
    const closed = await cli('close', 'close-1', '--json');
    expect(closed.json()).toMatchObject({ sessionId: 'close-1', status: 'closed', metrics: { runs: 1 } });
    const refused = await cli('send', 'close-1', 'Hello?');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^SessionClosed: /);
    expect((await cli('metrics', 'close-1', '--json')).json()).toMatchObject({ runs: 1 });
    expect((await cli('transcript', 'close-1')).stdout).toContain('Hello');
  });
});

describe('the command line itself', () => {
  it('groups its help', async () => {
    const { stdout, code } = await cli('--help');
    const headings = [...stdout.matchAll(/^(\w.*):$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['Options', 'Run it', 'Talk', 'Look', 'Control', 'Money', 'Shell']);
    expect(code).toBe(0);
  });

  it('means what was most likely meant', async () => {
    expect(await cli('sned')).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean send?') });
    expect(await cli('send', 'a', 'b', '--agnet', 'x')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean --agent?'),
    });
  });

  it('says what is wrong with a call in one JSON document, too', async () => {
    const { stdout, stderr, code } = await cli('metrics', '--json');
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'Usage', message: expect.stringContaining("'id'"), details: {} },
    });
    expect({ stderr, code }).toEqual({ stderr: '', code: 2 });
  });

  it('alone, says what runs, where, and what to do next', async () => {
    const { stdout } = await cli();
    expect(stdout).toContain(dev.ready.temporal.address);
    expect(stdout).toContain(dev.ready.http.url);
    expect(stdout).toMatch(/Next: .* send /);
    expect((await cli('--json')).json()).toMatchObject({ running: true, pid: dev.ready.pid });
  });

  it('lists models with their prices', async () => {
    const { stdout } = await cli('models', 'gpt-5.2', '--all', '--json');
    const { models } = JSON.parse(stdout) as { models: { ref: string; price: { input: number } }[] };
    expect(models.find(({ ref }) => ref === 'openai/gpt-5.2')?.price.input).toBeGreaterThan(0);
    const listed = (await cli('models')).stdout;
    expect(listed).toContain('simulated/loadline-sim-1');
    expect(listed).toMatch(/ESTIMATES/);
    expect(listed).toMatch(/simulated\/loadline-sim-1 .* p95 [+−]\d+\.\d % of \d+\n/);
  });

  it('completes commands, options and ids in bash', async () => {
    const { stdout: script } = await cli('completion', 'bash');
    expect(script).toContain('complete -o default -F _loadline loadline');
    expect(script).toMatch(/send\) words=".*--message-id/);
  });
});
