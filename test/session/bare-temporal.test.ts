import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { defineAgent, defineConfig } from '../../src/config/index.ts';
import type { RunResult } from '../../src/domain/run.ts';
import { notRun } from '../support/not-run.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { temporal, temporalBinary, type CliResult } from '../support/temporal-cli.ts';

const config = defineConfig({ agents: [defineAgent({ name: 'assistant' })] });
const hasCommand = temporalBinary() !== null;
if (!hasCommand) notRun('sessions over the bare temporal command', 'install it: https://docs.temporal.io/cli');

/** What an answer's JSON holds: the command wraps results of updates and queries each in its own way. */
function resultOf<T>({ stdout, stderr, code }: CliResult): T {
  if (code !== 0) throw new Error(stderr);
  const { result, queryResult } = JSON.parse(stdout) as { result?: unknown; queryResult?: readonly unknown[] };
  return (queryResult?.[0] ?? result) as T;
}

(hasCommand ? describe : describe.skip)('the bare temporal command', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await stack.close();
  });

  const update = async (id: string, name: string, argument: unknown, ...more: string[]): Promise<CliResult> =>
    await temporal(
      ...['workflow', 'update', 'execute', '--workflow-id', `session-${id}`],
      ...['--name', name, '--input', JSON.stringify(argument), ...more],
    );
  const signal = async (id: string, name: string, ...argument: unknown[]): Promise<CliResult> =>
    await temporal(
      ...['workflow', 'signal', '--workflow-id', `session-${id}`, '--name', name],
      ...argument.flatMap((one) => ['--input', JSON.stringify(one)]),
    );
  const query = async (id: string, name: string, ...argument: unknown[]): Promise<CliResult> =>
    await temporal(
      ...['workflow', 'query', '--workflow-id', `session-${id}`, '--name', name],
      ...argument.flatMap((one) => ['--input', JSON.stringify(one)]),
    );
  const start = async (id: string, argument: unknown = { sessionId: id, agent: 'assistant' }): Promise<CliResult> =>
    await temporal(
      ...['workflow', 'start', '--type', 'session', '--task-queue', stack.taskQueue],
      ...['--workflow-id', `session-${id}`, '--input', JSON.stringify(argument)],
    );
  const newId = () => `bare-${randomUUID()}`;

  it('starts a session, sends to it, asks it, and closes it', async () => {
    const id = newId();
    expect((await start(id)).code).toBe(0);
    stack.simulator.script({ answer: 'Hello to you too.' });
    const run = resultOf<RunResult>(await update(id, 'send', { text: 'Hello', messageId: 'm-1' }));
    expect(run).toMatchObject({ status: 'completed', text: 'Hello to you too.', messageId: 'm-1', runId: `${id}.1` });
    const again = resultOf<RunResult>(await update(id, 'send', { text: 'Hello', messageId: 'm-1' }));
    expect(again).toEqual(run);
    const metrics = resultOf(await query(id, 'metrics'));
    expect(metrics).toMatchObject({ sessionId: id, runs: 1, calls: 1, totalTokens: run.metrics.totalTokens });
    expect(metrics).toEqual(await stack.api.existing(id).metrics());
    expect(resultOf(await query(id, 'state'))).toMatchObject({
      agent: 'assistant',
      status: 'open',
      runs: 1,
    });
    expect(resultOf(await query(id, 'run'))).toMatchObject({ runId: run.runId, text: run.text });
    expect(resultOf(await query(id, 'run', run.runId))).toMatchObject({ runId: run.runId });
    const limits = resultOf(await update(id, 'setLimits', { callsPerRun: 7 }));
    expect(limits).toMatchObject({ limits: { callsPerRun: 7 } });
    expect((await signal(id, 'close', { reason: 'done' })).code).toBe(0);
    const ended = await temporal('workflow', 'result', '--workflow-id', `session-${id}`);
    expect(resultOf(ended)).toEqual(metrics);
    expect(resultOf(await query(id, 'metrics'))).toEqual(metrics);
  }, 60_000);

  it('names the session, the run and the rule in what it refuses', async () => {
    const id = newId();
    await start(id);
    const refused = await update(id, 'send', { text: '   ' });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('The message is empty')]);
    const badPatch = await update(id, 'setLimits', { callsPerRum: 1 });
    expect(badPatch.stderr).toContain('limits.callsPerRum is unknown');
    const noRun = await query(id, 'run', 'none-such');
    expect(noRun.stderr).toContain('RunNotFound');
  }, 60_000);

  it('signals messages, which are answered with nobody waiting', async () => {
    const id = newId();
    await start(id);
    expect((await signal(id, 'message', { text: 'First', messageId: 'one' })).code).toBe(0);
    expect((await signal(id, 'message', { text: 'Again', messageId: 'one' })).code).toBe(0);
    const last = resultOf<RunResult>(await update(id, 'send', { text: 'Second' }));
    expect(last).toMatchObject({ status: 'completed', runId: `${id}.2` });
    expect(stack.simulator.tally().totals.requests).toBe(2);
  }, 60_000);

  it('cancels a run in progress, which answers with what there is', async () => {
    const id = newId();
    await start(id);
    stack.simulator.script({ answerTokens: 500, tokensPerSecond: 20 });
    const sent = update(id, 'send', { text: 'Tell me everything' });
    const session = stack.api.existing(id);
    const started = new AbortController();
    for await (const event of session.events({ signal: started.signal })) {
      if (event.type === 'text.delta') started.abort();
    }
    expect((await signal(id, 'cancelRun', { reason: 'changed my mind' })).code).toBe(0);
    const run = resultOf<RunResult>(await sent);
    expect(run).toMatchObject({ status: 'cancelled', finishReason: 'cancelled', reason: 'changed my mind' });
    expect(run.text).not.toBe('');
    expect(resultOf(await query(id, 'state'))).toMatchObject({ status: 'open', currentRun: null });
  }, 60_000);

  it('starts a session with its first message in one command', async () => {
    const id = newId();
    const sent = await temporal(
      ...['workflow', 'execute-update-with-start', '--type', 'session', '--task-queue', stack.taskQueue],
      ...['--workflow-id', `session-${id}`, '--id-conflict-policy', 'UseExisting', '--update-name', 'send'],
      ...['--input', JSON.stringify({ sessionId: id, agent: 'assistant' })],
      ...['--update-input', JSON.stringify({ text: 'Hello' })],
    );
    expect(sent.stderr).toBe('');
    expect(sent.stdout).toContain('completed');
    expect(resultOf(await query(id, 'metrics'))).toMatchObject({ runs: 1, calls: 1 });
  }, 60_000);
});
