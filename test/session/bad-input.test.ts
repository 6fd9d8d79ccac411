import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RawValue } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import { SessionClient, type MessageContent, type SendOptions } from '../../src/client/index.ts';
import { defineAgent, defineConfig } from '../../src/config/index.ts';
import { historiesOf } from '../support/history.ts';
import { notRun } from '../support/not-run.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { temporal, temporalBinary } from '../support/temporal-cli.ts';

const config = defineConfig({
  agents: [defineAgent({ name: 'assistant', limits: { messageBytes: 2_000 } }), defineAgent({ name: 'other' })],
});
const hasCommand = temporalBinary() !== null;
if (!hasCommand) notRun('bad input over the bare temporal command', 'install it: https://docs.temporal.io/cli');

interface Payload {
  readonly encoding: string;
  readonly data: Uint8Array;
}

function payload(encoding: string, content: string | readonly number[]): Payload {
  return { encoding, data: typeof content === 'string' ? Buffer.from(content) : Uint8Array.from(content) };
}

const json = (content: string): Payload => payload('json/plain', content);

/** Anything but arguments that a session takes. */
const garbage: readonly (readonly [string, readonly Payload[]])[] = [
  ['no argument', []],
  ['a number', [json('5')]],
  ['null', [json('null')]],
  ['a list', [json('[]')]],
  ['a text', [json('"Hello"')]],
  ['an object of strangers', [json('{"__proto__": 1, "constructor": {}, "version": 1e308}')]],
  ['wrong types', [json('{"text": 5, "messageId": {}, "reason": [], "runId": 7, "callsPerRun": "x"}')]],
  ['three arguments', [json('{}'), json('1'), json('null')]],
  ['an encoding that nobody knows', [payload('binary/encrypted', 'secret')]],
  ['raw bytes', [payload('binary/plain', [1, 2, 3])]],
  ['a protobuf', [payload('binary/protobuf', [8, 1])]],
  ['nothing, encoded', [payload('binary/null', [])]],
];

/** The command refuses these itself; other clients do not. */
const garbageOfPrograms: typeof garbage = [
  ['bytes that are no JSON', [json('{"text": "Hel')]],
  ['bytes that are no UTF-8', [payload('json/plain', [0xff, 0xfe, 0x00, 0x80])]],
  ['JSON of a protobuf', [payload('json/protobuf', '{}')]],
  ['bytes of no encoding at all', [payload('', 'x')]],
];

function asOptions(payloads: readonly Payload[]): string[] {
  const [first] = payloads;
  if (first === undefined) return [];
  const isJson = first.encoding === 'json/plain';
  const inputs = payloads.flatMap(({ data }) => ['--input', Buffer.from(data).toString(isJson ? 'utf8' : 'base64')]);
  return isJson ? inputs : [...inputs, '--input-base64', '--input-meta', `encoding=${first.encoding}`];
}

/** Handed to Temporal as they are. */
function asValues(payloads: readonly Payload[]): RawValue[] {
  return payloads.map(({ encoding, data }) =>
    RawValue.fromPayload({ metadata: encoding === '' ? {} : { encoding: Buffer.from(encoding) }, data }),
  );
}

describe('bad input', () => {
  let stack: Stack<typeof config>;
  let client: SessionClient<typeof config>;
  beforeAll(async () => {
    stack = await startStack(config);
    const { temporalAddress, databaseUrl, taskQueue, folder: home } = stack;
    client = new SessionClient<typeof config>({ temporalAddress, databaseUrl, taskQueue, home });
  });
  beforeEach(() => stack.simulator.reset());
  afterAll(async () => {
    await client.close();
    await stack.close();
  });
  const newId = () => `bad-${randomUUID()}`;
  const open = async () => {
    const session = client.session('assistant', { id: newId() });
    await session.start();
    return session;
  };

  /** No workflow task failed, and the session still answers. */
  async function expectWell(session: Awaited<ReturnType<typeof open>>): Promise<void> {
    expect(await session.send('Are you well?')).toMatchObject({ status: 'completed' });
    expect(await session.metrics()).toMatchObject({ calls: 1 });
    await expectNoFailedTask(session.id);
  }

  async function expectNoFailedTask(sessionId: string): Promise<void> {
    const events = (await historiesOf(sessionId)).flatMap((history) => history.events ?? []);
    expect(events.filter((event) => event.workflowTaskFailedEventAttributes != null)).toEqual([]);
    const { raw } = await stack.runtime.client.workflow.getHandle(`session-${sessionId}`).describe();
    expect(raw.pendingWorkflowTask?.attempt ?? 0).toBeLessThanOrEqual(1);
  }

  it.each<[string, unknown, SendOptions, string, RegExp]>([
    ['an empty text', '', {}, 'InvalidMessage', /empty/],
    ['white space', ' \n\t ', {}, 'InvalidMessage', /empty/],
    ['a number', 5, {}, 'InvalidMessage', /list/],
    ['nothing', undefined, {}, 'InvalidMessage', /list/],
    ['null', null, {}, 'InvalidMessage', /list/],
    ['no parts', [], {}, 'InvalidMessage', /at least one part/],
    ['a part that is a text', ['Hello'], {}, 'InvalidMessage', /parts\[0\] is not an object/],
    ['a part of no kind', [{ text: 'Hello' }], {}, 'InvalidMessage', /parts\[0\]\.type is undefined/],
    ['a part of a strange kind', [{ type: 'tool-result' }], {}, 'InvalidMessage', /parts\[0\]\.type/],
    ['an image without a type', [{ type: 'image', data: 'AAAA' }], {}, 'InvalidMessage', /mediaType/],
    ['an image of nothing', [{ type: 'image', mediaType: 'image/png' }], {}, 'InvalidMessage', /exactly one of url/],
    [
      'an image that is no base64',
      [{ type: 'image', mediaType: 'image/png', data: 'data:image/png;base64,AAAA' }],
      {},
      'InvalidMessage',
      /parts\[0\]\.data is not base64; a data: URL goes into url/,
    ],
    ['only an empty part', [{ type: 'text', text: '' }], {}, 'InvalidMessage', /empty/],
    ['a text above the limit', 'x'.repeat(2_001), {}, 'MessageTooLarge', /2001 bytes; 2000 are allowed/],
    ['characters of many bytes', '語'.repeat(700), {}, 'MessageTooLarge', /2100 bytes; 2000 are allowed/],
    ['a text above any limit', 'x'.repeat(5_000_000), {}, 'MessageTooLarge', /5000000 bytes/],
    ['a message id of many lines', 'Hello', { messageId: 'a\nb' }, 'InvalidMessage', /printable ASCII/],
    ['a long message id', 'Hello', { messageId: 'x'.repeat(201) }, 'InvalidMessage', /201 characters/],
    ['metadata that is a list', 'Hello', { metadata: [] as never }, 'InvalidMessage', /metadata must be an object/],
    [
      'metadata without end',
      'Hello',
      { metadata: { a: 'x'.repeat(20_000) } },
      'InvalidMessage',
      /metadata has 20008 characters/,
    ],
  ])('in a message, %s, is refused and leaves nothing behind', async (_, message, options, code, words) => {
    const session = await open();
    const refused = session.send(message as MessageContent, options);
    await expect(Promise.resolve(refused)).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
    expect(stack.simulator.tally().totals.requests).toBe(0);
    expect(await session.messages()).toEqual([]);
    await expectWell(session);
  });

  it.each([
    ['a lone surrogate', 'half \ud83d of a smile'],
    ['control characters', 'zero \u0000 and \u001b[31m red'],
    ['words that mean something to tokenizers', '<|endoftext|><|im_start|>system'],
    ['unbroken text', '語'.repeat(660)],
    ['code of others', "'; drop table messages; -- ${process.exit()} {{7*7}} %00 ../../etc/passwd"],
  ])('of no harm, %s, is answered', async (_, message) => {
    const session = await open();
    const run = await session.send(message);
    expect(run).toMatchObject({ status: 'completed' });
    expect(run.messages[0]?.parts).toMatchObject([{ type: 'text' }]);
    await expectNoFailedTask(session.id);
  });

  it.each<[string, Parameters<typeof client.session>[1] & object, RegExp]>([
    ['an id with a slash', { id: 'a/b' }, /sessionId must be 1 to 128 of the characters/],
    ['an empty id', { id: '' }, /sessionId must be/],
    ['an empty user', { user: '' }, /user must be a string of 1 to 200/],
    ['limits by another name', { limits: { callPerRun: 1 } as never }, /limits\.callPerRun is unknown/],
  ])('in the options of a session, %s, is refused before anything is sent', (_, options, words) => {
    expect(() => client.session('assistant', options)).toThrow(words);
  });

  it('to a session that nobody started is SessionNotFound', async () => {
    const stranger = client.existing(newId());
    await expect(Promise.resolve(stranger.send('Hello'))).rejects.toMatchObject({ code: 'SessionNotFound' });
    const asked = [
      () => stranger.metrics(),
      () => stranger.state(),
      () => stranger.run(),
      () => stranger.signal('Hello'),
      () => stranger.cancel(),
      () => stranger.close(),
      () => stranger.setLimits({ callsPerRun: 1 }),
    ];
    for (const ask of asked) await expect(ask()).rejects.toMatchObject({ code: 'SessionNotFound' });
  });

  it('to a session of another agent is SessionExists, whoever asks', async () => {
    const session = await open();
    const taken = client.session('other', { id: session.id });
    await expect(Promise.resolve(taken.send('Hello'))).rejects.toMatchObject({ code: 'SessionExists' });
    await expect(taken.start()).rejects.toMatchObject({ code: 'SessionExists' });
    await expect(taken.signal('Hello', { messageId: 'm-taken' })).resolves.toBe('m-taken');
    await expectWell(session);
    expect((await stack.store.runByMessageId(session.id, 'm-taken'))?.result).toMatchObject({
      status: 'failed',
      error: { code: 'SessionExists' },
    });
  });

  it('in a signalled message becomes a run that failed, so that none vanishes', async () => {
    const session = await open();
    await stack.runtime.client.workflow
      .getHandle(`session-${session.id}`)
      .signal('message', { messageId: 'm-bad', text: 'x'.repeat(3_000) });
    await expectWell(session);
    const run = await stack.store.runByMessageId(session.id, 'm-bad');
    expect(run?.result).toMatchObject({ status: 'failed', error: { code: 'MessageTooLarge' }, messageIds: [] });
    const events = await stack.store.events(session.id, { afterId: 0, limit: 50 });
    expect(events.filter((event) => event.type === 'run.ended' && event.runId === run?.runId)).toHaveLength(1);
  });

  (hasCommand ? it : it.skip).each(garbage)(
    'of the bare temporal command, %s, leaves the session as it was, whatever it is sent to',
    async (_, payloads) => {
      const session = await open();
      const send = async (...message: readonly string[]) =>
        await temporal(
          ...['workflow', ...message.slice(0, -1), '--workflow-id', `session-${session.id}`],
          ...['--name', message.at(-1) ?? '', ...asOptions(payloads)],
        );
      const [sent, , signalled] = await Promise.all([
        send('update', 'execute', 'send'),
        send('update', 'execute', 'setLimits'),
        send('signal', 'message'),
        send('signal', 'cancelRun'),
        send('signal', 'ledger'),
        send('signal', 'no-such-signal'),
        send('query', 'run'),
        send('query', 'state'),
      ]);
      expect([sent.code, signalled.code]).toEqual([1, 0]);
      expect(sent.stderr).toMatch(/A message (is an object|has either text or parts)|text must be a string|messageId/);
      await expectWell(session);
    },
  );

  it.each(garbageOfPrograms)('of a program, %s, leaves the session as it was', async (_, payloads) => {
    const session = await open();
    const handle = stack.runtime.client.workflow.getHandle(`session-${session.id}`);
    for (const name of ['message', 'cancelRun', 'ledger']) await handle.signal(name, ...asValues(payloads));
    for (const name of ['send', 'setLimits']) {
      await expect(
        handle.executeUpdate<unknown, [unknown]>(name, { args: asValues(payloads) as [unknown] }),
      ).rejects.toMatchObject({
        cause: { type: 'InvalidMessage' },
      });
    }
    await expect(handle.query('run', ...asValues(payloads))).rejects.toThrow(/RunNotFound/);
    await expectWell(session);
  });

  it.each([...garbage, ...garbageOfPrograms])('as the reason of close, %s, closes the session', async (_, payloads) => {
    const session = await open();
    const handle = stack.runtime.client.workflow.getHandle(`session-${session.id}`);
    await handle.signal('close', ...asValues(payloads));
    expect(await handle.result()).toMatchObject({ sessionId: session.id, calls: 0 });
    await expectNoFailedTask(session.id);
    expect(await stack.store.session(session.id)).toMatchObject({ status: 'closed' });
  });

  async function expectStartRefused(sessionId: string, args: readonly unknown[], words: RegExp): Promise<void> {
    const handle = await stack.runtime.client.workflow.start('session', {
      workflowId: `session-${sessionId}`,
      taskQueue: stack.taskQueue,
      args: [...args],
    });
    await expect(handle.result()).rejects.toMatchObject({
      cause: { type: 'InvalidMessage', message: expect.stringMatching(words) },
    });
    await expectNoFailedTask(sessionId);
    expect(await stack.store.session(sessionId)).toBeNull();
  }

  it.each([...garbage, ...garbageOfPrograms])(
    'as the argument of a session, %s, fails it in words',
    async (_, payloads) => {
      await expectStartRefused(newId(), asValues(payloads), /A session starts with an object|sessionId must be/);
    },
  );

  it.each<[string, object, RegExp]>([
    ['another id', { sessionId: 'someone-else' }, /runs as workflow session-someone-else/],
    ['keys that are none', { keys: ['sk-1'] }, /keys must name a stored key/],
    ['metadata without end', { metadata: { a: 'x'.repeat(20_000) } }, /metadata has 20008 characters/],
    ['limits that are none', { limits: { callsPerRun: -1 } }, /limits\.callsPerRun must be a positive integer/],
    ['the state of a roll-over, null', { carried: null }, /carried is what a session hands to itself/],
    ['the state of a roll-over, empty', { carried: { version: 1 } }, /carried is what a session hands to itself/],
  ])('in the argument of a session, %s, fails it in words', async (_, argument, words) => {
    const id = newId();
    await expectStartRefused(id, [{ sessionId: id, agent: 'assistant', ...argument }], words);
  });
});
