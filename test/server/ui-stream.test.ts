import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DefaultChatTransport, readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import { randomUUID } from 'node:crypto';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { openAiConfigAt } from './openai/config.ts';

let config: ReturnType<typeof openAiConfigAt>;
let stack: Stack<typeof config>;
let server: ApiServer;
beforeAll(async () => {
  stack = await startStack((url) => (config = openAiConfigAt(url)));
  server = await startApiServer(stack, config);
});
afterAll(async () => {
  await server.close();
  await stack.close();
});

/** What a page has of a chat: the transport with `api` and `body`, and the messages. */
class Chat {
  readonly sessionId = `t-${randomUUID()}`;
  readonly transport: DefaultChatTransport<UIMessage>;
  messages: UIMessage[] = [];
  chunks: UIMessageChunk[] = [];

  constructor(agent: string) {
    this.transport = new DefaultChatTransport({
      api: `${server.url}/v1/sessions/${this.sessionId}/ui`,
      body: { agent },
    });
  }

  async say(text: string, more: UIMessage['parts'] = []): Promise<UIMessage> {
    this.messages.push({ id: randomUUID(), role: 'user', parts: [{ type: 'text', text }, ...more] });
    return await this.post();
  }

  /** Sends the chat as it stands, and takes the answer in. */
  async post(trigger: 'submit-message' | 'regenerate-message' = 'submit-message'): Promise<UIMessage> {
    const { messages } = this;
    const options = { chatId: 'c', messages, trigger, messageId: undefined, abortSignal: undefined };
    return await this.take(await this.transport.sendMessages(options));
  }

  async take(stream: ReadableStream<UIMessageChunk>): Promise<UIMessage> {
    const last = this.messages.at(-1);
    const [kept, read] = stream.tee();
    const reading = (async () => {
      this.chunks = [];
      for await (const chunk of kept) this.chunks.push(chunk);
    })();
    let answer: UIMessage | undefined;
    const before = last?.role === 'assistant' ? { message: last } : {};
    for await (const message of readUIMessageStream({ stream: read, ...before })) answer = message;
    await reading;
    if (answer === undefined) throw new Error('nothing came');
    if (last?.role === 'assistant') this.messages.pop();
    this.messages.push(answer);
    return answer;
  }
}

const textOf = ({ parts }: UIMessage): string => parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

describe('the UI message stream', () => {
  it('holds a conversation with api and body alone', async () => {
    const chat = new Chat('assistant');
    const first = await chat.say('I am Ann. [[tokens 40]]');
    expect(chat.chunks.filter(({ type }) => type === 'text-delta').length).toBeGreaterThan(1);
    expect(first.metadata).toMatchObject({ sessionId: chat.sessionId, status: 'completed', metrics: { calls: 1 } });
    expect(first.parts).toContainEqual(expect.objectContaining({ type: 'data-context' }));
    await chat.say('Who am I?');
    expect(JSON.stringify(stack.requests.at(-1)?.body)).toMatch(/I am Ann.*Who am I/);
    expect((await stack.api.existing(chat.sessionId).messages()).map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
    ]);
  });

  it('answers the same message once, however often it is asked', async () => {
    const chat = new Chat('assistant');
    const first = await chat.say('[[tool weather {"city":"Oslo"}]] How warm is it?');
    expect(first.parts).toContainEqual(
      expect.objectContaining({ type: 'dynamic-tool', toolName: 'weather', output: '4 °C in Oslo' }),
    );
    chat.messages.pop();
    const again = await chat.post('regenerate-message');
    expect(textOf(again)).toBe(textOf(first));
    expect(again.id).toBe(first.id);
    expect(again.parts.map(({ type }) => type)).toEqual(
      first.parts.map(({ type }) => type).filter((type) => type !== 'data-context'),
    );
    expect((await stack.api.existing(chat.sessionId).metrics()).runs).toBe(1);
  });

  it('takes files, and tells thoughts from answers', async () => {
    const chat = new Chat('thinker');
    const url = 'data:image/png;base64,iVBORw0KGgo=';
    const answer = await chat.say('[[reason 20]] What is this?', [{ type: 'file', mediaType: 'image/png', url }]);
    expect(answer.parts.map(({ type }) => type)).toEqual(expect.arrayContaining(['reasoning', 'text']));
    expect(JSON.stringify(stack.requests.at(-1)?.body)).toContain('iVBORw0KGgo=');
  });

  it('takes back what a broken attempt wrote', async () => {
    const chat = new Chat('assistant');
    stack.simulator.script([{ dropAfterChunks: 5, answerTokens: 60 }, { answer: 'Whole now.' }]);
    expect(textOf(await chat.say('Tell me'))).toBe('Whole now.');
    expect(chat.chunks.map(({ type }) => type)).toContain('reset-step');
  });

  it.each([true, false])("asks for somebody's word and goes on with it: approved %s", async (approved) => {
    const chat = new Chat('assistant');
    const asks = await chat.say('[[tool refund {"amount":40}]] Pay');
    const asked = asks.parts.find(({ type }) => type === 'dynamic-tool');
    expect(asked).toMatchObject({ state: 'approval-requested', input: { amount: 40 } });
    const parts = asks.parts.map((part) =>
      part === asked ? { ...part, state: 'approval-responded', approval: { id: 'x', approved } } : part,
    ) as UIMessage['parts'];
    chat.messages = [...chat.messages.slice(0, -1), { ...asks, parts }];
    const paid = await chat.post();
    expect(paid.id).toBe(asks.id);
    expect(paid.parts.find(({ type }) => type === 'dynamic-tool')).toMatchObject(
      approved ? { state: 'output-available', output: 'paid 40' } : { state: 'output-denied' },
    );
    expect(textOf(paid)).not.toBe('');
    expect((await stack.api.existing(chat.sessionId).metrics()).runs).toBe(1);
  });

  it('is resumed while a run is in progress, from its beginning', async () => {
    const chat = new Chat('assistant');
    await chat.say('Hello');
    const reconnect = { chatId: 'c', metadata: undefined };
    expect(await chat.transport.reconnectToStream(reconnect)).toBeNull();
    const sent = stack.api.existing(chat.sessionId).send('[[slow 1000]] [[tokens 30]]', { messageId: 'm-slow' });
    await until(async () => await stack.store.runByMessageId(chat.sessionId, 'm-slow'));
    const stream = await chat.transport.reconnectToStream(reconnect);
    if (stream === null) throw new Error('nothing to resume');
    chat.messages.pop();
    expect(textOf(await chat.take(stream))).toBe((await sent).text);
  });

  it('tells what went wrong', async () => {
    const chat = new Chat('assistant');
    await chat.say('Hello');
    const failed = chat.say('[[fail 400 9]]');
    await failed.catch(() => undefined);
    expect(chat.chunks).toContainEqual(expect.objectContaining({ type: 'error' }));
    await expect(new Chat('nobody').say('Hello')).rejects.toThrow('nobody');
  });
});
