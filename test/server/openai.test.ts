import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, OpenAIProvider, Runner, setTracingDisabled, user } from '@openai/agents';
import { randomUUID } from 'node:crypto';
import OpenAI from 'openai';
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import type { ResponseCreateParamsNonStreaming, ResponseStreamEvent } from 'openai/resources/responses/responses';
import { z } from 'zod';
import { fieldTable, type Route } from '../../src/server/openai/field-table.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { openAiConfigAt } from './openai-stack.ts';

let config: ReturnType<typeof openAiConfigAt>;
let stack: Stack<typeof config>;
let server: ApiServer;
let client: OpenAI;
beforeAll(async () => {
  stack = await startStack((url) => (config = openAiConfigAt(url)));
  server = await startApiServer(stack, config);
  client = new OpenAI({ baseURL: `${server.url}/openai/v1`, apiKey: 'any' });
});
afterAll(async () => {
  await server.close();
  await stack.close();
});

const sessionId = (): string => `t-${randomUUID()}`;
const latestBody = (): string => JSON.stringify(stack.requests.at(-1)?.body);
const chat = (body: Partial<ChatCompletionCreateParamsNonStreaming>, headers: Record<string, string> = {}) =>
  client.chat.completions
    .create({ model: 'assistant', messages: [{ role: 'user', content: 'Hello' }], ...body }, { headers })
    .withResponse();
const respond = (body: Partial<ResponseCreateParamsNonStreaming>, headers: Record<string, string> = {}) =>
  client.responses.create({ model: 'assistant', input: 'Hello', ...body }, { headers }).withResponse();
const say = (content: string) => [{ role: 'user' as const, content }];

/** What Loadline adds to OpenAI's objects. */
const facts = (answer: object) =>
  (answer as { readonly loadline: { readonly session_id: string; readonly run_id: string; readonly status: string } })
    .loadline;

async function chunksOf(body: Partial<ChatCompletionCreateParamsNonStreaming>, headers: Record<string, string> = {}) {
  const stream = await client.chat.completions.create(
    { model: 'assistant', messages: say('Hello'), ...body, stream: true },
    { headers },
  );
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const textOfChunks = (chunks: readonly OpenAI.ChatCompletionChunk[]): string =>
  chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');

async function eventsOf(body: Partial<ResponseCreateParamsNonStreaming>): Promise<ResponseStreamEvent[]> {
  const stream = await client.responses.create({ model: 'assistant', input: 'Hello', ...body, stream: true });
  const events: ResponseStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe('chat completions', () => {
  it('answer a whole array as a session of one run, whose metrics are its usage', async () => {
    const messages = [
      { role: 'system' as const, content: 'Speak of cats.' },
      { role: 'user' as const, content: 'My cat is Miezi.' },
      { role: 'assistant' as const, content: 'A fine name.' },
      { role: 'user' as const, content: 'What is it? [[say Miezi]]' },
    ];
    const { data, response } = await chat({ messages });
    expect(data).toMatchObject({ object: 'chat.completion', model: 'assistant' });
    expect(data.choices[0]).toMatchObject({ finish_reason: 'stop', message: { role: 'assistant', content: 'Miezi' } });
    expect(latestBody()).toMatch(/My cat is Miezi.*fine name.*What is it/);
    expect(latestBody()).toContain('"You are brief.\\n\\nSpeak of cats."');
    const id = response.headers.get('loadline-session') ?? '';
    expect(facts(data)).toMatchObject({ session_id: id, status: 'completed', simulated: true });
    await until(async () => (await stack.store.session(id))?.status === 'closed');
    const metrics = await stack.api.existing(id).metrics();
    expect(data.usage).toMatchObject({
      prompt_tokens: metrics.inputTokens,
      completion_tokens: metrics.outputTokens,
      total_tokens: metrics.totalTokens,
      prompt_tokens_details: { cached_tokens: metrics.cacheReadTokens },
      completion_tokens_details: { reasoning_tokens: metrics.reasoningTokens },
    });
    await expect(chat({}, { 'Loadline-Session': id })).rejects.toMatchObject({ status: 409, code: 'SessionClosed' });
  });

  it('take only what is new for a session that is named', async () => {
    const named = { 'Loadline-Session': sessionId() };
    await chat({ messages: say('I am Ann.') }, named);
    const { response } = await chat(
      {
        messages: [
          { role: 'user', content: 'I am not Ann.' },
          { role: 'assistant', content: 'This was never said.' },
          { role: 'user', content: 'Who am I?' },
        ],
      },
      named,
    );
    expect(response.headers.get('loadline-session')).toBe(named['Loadline-Session']);
    expect(latestBody()).toMatch(/I am Ann.*Who am I/);
    expect(latestBody()).not.toMatch(/never said|not Ann/);
    expect((await stack.api.existing(named['Loadline-Session']).metrics()).runs).toBe(2);
    const nothingNew = chat({ messages: [...say('x'), { role: 'assistant', content: 'y' }] }, named);
    await expect(nothingNew).rejects.toMatchObject({ status: 400, param: 'messages' });
  });

  it('take pictures, sound and files, inline and by their address', async () => {
    const png = 'iVBORw0KGgo=';
    const content: OpenAI.ChatCompletionContentPart[] = [
      { type: 'text', text: 'What is this? [[say A dot]]' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
      { type: 'image_url', image_url: { url: 'https://example.com/cat.webp?size=1' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: Buffer.from('%PDF-1.7').toString('base64') } },
    ];
    const { data } = await chat({ messages: [{ role: 'user', content }] });
    expect(data.choices[0]?.message.content).toBe('A dot');
    const sent = latestBody();
    expect(sent).toContain(`data:image/png;base64,${png}`);
    expect(sent).toContain('https://example.com/cat.webp?size=1');
    expect(sent).toContain('application/pdf');
    const input = [
      { type: 'input_text' as const, text: 'And this? [[say A dot]]' },
      { type: 'input_image' as const, image_url: `data:image/png;base64,${png}`, detail: 'auto' as const },
      { type: 'input_file' as const, filename: 'a.pdf', file_data: `data:application/pdf;base64,JVBERi0xLjc=` },
    ];
    const { data: response } = await respond({ input: [{ role: 'user', content: input }] });
    expect(response.output_text).toBe('A dot');
    expect(latestBody()).toContain('JVBERi0xLjc=');
    const [{ parts } = { parts: [] }] = await stack.api.existing(facts(response).session_id).messages();
    expect(parts).toContainEqual({ type: 'image', mediaType: 'image/png', storedAs: expect.any(String) });
    const items = await client.responses.inputItems.list(response.id);
    expect(items.data).toMatchObject([{ type: 'message', role: 'user' }]);
  });

  it('answer the same idempotency key once', async () => {
    const key = { 'Idempotency-Key': randomUUID() };
    const [first, again] = [await chat({}, key), await chat({}, key)];
    expect(again.data.id).toBe(first.data.id);
    expect(again.data.choices).toEqual(first.data.choices);
    const named = { 'Loadline-Session': sessionId(), 'Idempotency-Key': randomUUID() };
    expect((await chat({}, named)).data.id).toBe((await chat({}, named)).data.id);
  });

  it('stream what they would answer whole, with the usage at the end', async () => {
    const messages = say('[[tokens 60]] Tell me something');
    const chunks = await chunksOf({ messages, stream_options: { include_usage: true } } as never);
    const { data } = await chat({ messages });
    expect(textOfChunks(chunks)).toBe(data.choices[0]?.message.content);
    expect(chunks.length).toBeGreaterThan(4);
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 60 } });
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect((await chunksOf({})).every(({ usage }) => usage === undefined)).toBe(true);
  });

  it('run the tools of the agent on the server', async () => {
    const messages = say('[[tool weather {"city":"Oslo"}]] How warm is it?');
    const { data } = await chat({ messages });
    expect(data.choices[0]?.message.content).not.toBe('');
    expect(data.usage?.total_tokens).toBeGreaterThan(0);
    expect(textOfChunks(await chunksOf({ messages }))).toBe(data.choices[0]?.message.content);
  });

  it('end with length where an answer was cut off, and with a word where it waits for somebody', async () => {
    const { data } = await chat({ messages: say('[[tokens 500]]'), max_completion_tokens: 30 });
    expect(data.choices[0]?.finish_reason).toBe('length');
    expect(data.usage?.completion_tokens).toBe(30);
    const { data: waits } = await chat({ messages: say('[[tool refund {"amount":40}]]') });
    expect(waits.choices[0]).toMatchObject({ finish_reason: 'stop' });
    expect(waits.choices[0]?.message.content).toContain('refund({"amount":40})');
    expect(facts(waits)).toMatchObject({ status: 'waiting', waiting_for: [{ kind: 'approval', tool: 'refund' }] });
  });

  it('give the structured answer alone, whole or streamed, also where it had to be corrected', async () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const response_format = { type: 'json_schema' as const, json_schema: { name: 'place', schema } };
    const messages = say('Where? [[say nowhere]]');
    const { data } = await chat({ messages, response_format });
    expect(JSON.parse(data.choices[0]?.message.content ?? '')).toHaveProperty('city');
    expect(JSON.parse(textOfChunks(await chunksOf({ messages, response_format })))).toHaveProperty('city');
    const { data: typed } = await chat({ model: 'typed' });
    expect(JSON.parse(typed.choices[0]?.message.content ?? '')).toHaveProperty('city');
  });

  it('tell of an answer that was begun anew in other words, instead of writing both', async () => {
    const key = { 'Idempotency-Key': randomUUID() };
    stack.simulator.script([{ dropAfterChunks: 5, answerTokens: 60 }, { answer: 'Whole now.' }]);
    const read = chunksOf({ messages: say('Tell me') }, key);
    await expect(read).rejects.toMatchObject({ code: 'ProviderError' });
    const { data } = await chat({ messages: say('Tell me') }, key);
    expect(data.choices[0]?.message.content).toBe('Whole now.');
    stack.simulator.script([{ dropAfterChunks: 5, answerTokens: 60 }, { answer: 'Whole now.' }]);
    const events = await eventsOf({ input: 'Tell me' });
    const last = events.at(-1);
    if (last?.type !== 'response.completed') throw new Error('it did not complete');
    expect(last.response.output).toMatchObject([{ content: [{ text: 'Whole now.' }] }]);
    const items = events.flatMap((event) => (event.type === 'response.output_item.done' ? [event.item] : []));
    expect(items.map((item) => 'status' in item && item.status)).toEqual(['incomplete', 'completed']);
  });

  it('end the run of a client that goes away', async () => {
    const stop = new AbortController();
    const id = randomUUID();
    const asked = client.chat.completions.create(
      { model: 'assistant', messages: say(`[[slow 20000]] ${id}`) },
      { signal: stop.signal, maxRetries: 0 },
    );
    const sent = await until(() => stack.requests.find(({ body }) => JSON.stringify(body).includes(id)) ?? null);
    expect(sent).toBeDefined();
    stop.abort();
    await expect(asked).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    await until(async () => {
      const { sessions } = await stack.api.sessions({ limit: 3 });
      const runs = await Promise.all(sessions.map((one) => stack.store.runs(one.sessionId, { limit: 1 })));
      return runs.some(([run]) => run?.result?.status === 'cancelled');
    });
  });
});

describe('responses', () => {
  it('hold a conversation by the latest response, and refuse an older one', async () => {
    const { data: first, response } = await respond({ input: 'I am Ann.' });
    expect(first).toMatchObject({ object: 'response', status: 'completed', model: 'assistant', error: null });
    expect(first.output_text).not.toBe('');
    const second = await respond({ input: 'Who am I?', previous_response_id: first.id });
    expect(latestBody()).toMatch(/I am Ann.*Who am I/);
    expect(second.response.headers.get('loadline-session')).toBe(response.headers.get('loadline-session'));
    const older = respond({ input: 'And now?', previous_response_id: first.id });
    await expect(older).rejects.toMatchObject({ status: 400, param: 'previous_response_id' });
    const unknown = respond({ previous_response_id: 'resp_none' });
    await expect(unknown).rejects.toMatchObject({ status: 400, code: 'previous_response_not_found' });
    expect(await client.responses.retrieve(second.data.id)).toMatchObject({
      id: second.data.id,
      status: 'completed',
      output: second.data.output,
      usage: second.data.usage,
      previous_response_id: first.id,
    });
  });

  it('follow one response once, whoever is faster', async () => {
    const { data: first } = await respond({});
    const both = await Promise.allSettled([1, 2].map(() => respond({ previous_response_id: first.id })));
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const refused = both.find(({ status }) => status === 'rejected');
    expect(refused).toMatchObject({ reason: { status: 400, param: 'previous_response_id' } });
    expect((await stack.api.existing(facts(first).session_id).metrics()).runs).toBe(2);
  });

  it('go into a conversation, and its items can be read', async () => {
    const { id } = await client.conversations.create({ metadata: { topic: 'cats' } });
    expect((await client.conversations.items.list(id)).data).toEqual([]);
    await respond({ conversation: id, input: 'I am Ann.' });
    const { data } = await respond({ conversation: { id }, input: '[[tool weather {"city":"Oslo"}]] Who am I?' });
    expect(data.conversation).toEqual({ id });
    expect(await client.conversations.retrieve(id)).toMatchObject({ id, metadata: { topic: 'cats' } });
    expect(await client.conversations.update(id, { metadata: { topic: 'dogs' } })).toMatchObject({
      metadata: { topic: 'dogs' },
    });
    const types: string[] = [];
    for await (const item of client.conversations.items.list(id, { order: 'asc', limit: 2 })) {
      types.push(item.type === 'message' ? item.role : item.type);
    }
    expect(types).toEqual(['user', 'assistant', 'user', 'mcp_call', 'assistant']);
    expect(await client.conversations.delete(id)).toMatchObject({ deleted: true });
    await expect(respond({ conversation: id })).rejects.toMatchObject({ status: 409, code: 'SessionClosed' });
  });

  it('take what was said before, and instructions for this one alone', async () => {
    await respond({
      instructions: 'Speak of cats.',
      input: [
        { role: 'user', content: 'My cat is Miezi.' },
        { type: 'message', role: 'assistant', content: 'A fine name.' },
        { role: 'developer', content: 'Be kind.' },
        { role: 'user', content: [{ type: 'input_text', text: 'What is it?' }] },
      ],
    });
    expect(latestBody()).toMatch(/Miezi.*fine name.*What is it/);
    expect(latestBody()).toContain('"You are brief.\\n\\nSpeak of cats.\\n\\nBe kind."');
  });

  it('stream the events of OpenAI in their order, numbered', async () => {
    const events = await eventsOf({ model: 'thinker', input: '[[reason 20]] [[tokens 40]] Tell me' });
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index));
    const types = events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1]);
    expect(types).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.reasoning_summary_part.added',
      'response.reasoning_summary_text.delta',
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const last = events.at(-1);
    const deltas = events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('');
    if (last?.type !== 'response.completed') throw new Error('it did not complete');
    expect(last.response.usage?.output_tokens).toBeGreaterThanOrEqual(60);
    expect(await client.responses.retrieve(last.response.id)).toMatchObject({
      output: last.response.output,
      output_text: deltas,
    });
  });

  it("stream the agent's own tools as calls of a server", async () => {
    const input = '[[tool weather {"city":"Oslo"}]] How warm is it?';
    const stream = client.responses.stream({ model: 'assistant', input });
    const types: string[] = [];
    for await (const { type } of stream) types.push(type);
    expect(types).toEqual(expect.arrayContaining(['response.mcp_call.in_progress', 'response.mcp_call.completed']));
    const { output } = await stream.finalResponse();
    expect(output[0]).toMatchObject({ type: 'mcp_call', name: 'weather', output: '4 °C in Oslo' });
    expect(output[1]).toMatchObject({ type: 'message' });
  });

  it("ask for somebody's word as a remote tool does, and go on with it", async () => {
    const { data } = await respond({ input: '[[tool refund {"amount":40}]] Pay' });
    const [asked] = data.output;
    expect(asked).toMatchObject({ type: 'mcp_approval_request', name: 'refund', arguments: '{"amount":40}' });
    expect(await client.responses.retrieve(data.id)).toMatchObject({ output: data.output });
    const approve = [{ type: 'mcp_approval_response' as const, approval_request_id: asked?.id ?? '', approve: true }];
    const { data: paid } = await respond({ previous_response_id: data.id, input: approve });
    expect(paid.output[0]).toMatchObject({ type: 'mcp_call', name: 'refund', output: 'paid 40' });
    expect(paid.output_text).not.toBe('');
    expect(facts(paid).run_id).toBe(facts(data).run_id);
  });

  it('are incomplete where they are cut off, and run in the background where it is asked for', async () => {
    const { data } = await respond({ input: '[[tokens 500]]', max_output_tokens: 30 });
    expect(data).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
    const { data: queued } = await respond({ input: 'Hello', background: true });
    expect(queued.status).toBe('queued');
    const done = await until(async () => {
      const now = await client.responses.retrieve(queued.id);
      return now.status === 'completed' && now;
    });
    expect(done.output_text).not.toBe('');
    const { data: slow } = await respond({ input: '[[slow 30000]]', background: true });
    await until(async () => (await client.responses.retrieve(slow.id)).status === 'in_progress');
    expect(await client.responses.cancel(slow.id)).toMatchObject({ status: 'cancelled' });
  });

  it('give the structured answer alone', async () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const text = { format: { type: 'json_schema' as const, name: 'place', schema } };
    const { data } = await respond({ input: 'Where? [[say nowhere]]', text });
    expect(JSON.parse(data.output_text)).toHaveProperty('city');
    const last = (await eventsOf({ input: 'Where? [[say nowhere]]', text })).at(-1);
    if (last?.type !== 'response.completed') throw new Error('it did not complete');
    expect(last.response.output.filter(({ type }) => type === 'message')).toHaveLength(1);
  });
});

describe('a team', () => {
  const leader = (name: string) => ({ match: { model: `sim-${name}` } });
  const member = { match: { model: 'some' }, answer: 'Forty-two.' };

  it("answers with its leader's words, or with a member's in a route, whole and streamed", async () => {
    const calls = [
      { team: 'router', toolCalls: [{ name: 'route_to', arguments: { member: 'thinker' } }], said: [] },
      {
        team: 'desk',
        toolCalls: [{ name: 'delegate_task', arguments: { member: 'thinker', task: 'Say it' } }],
        said: [{ ...leader('desk'), answer: 'They say 42.' }],
      },
    ];
    for (const { team, toolCalls, said } of calls) {
      const expected = said[0]?.answer ?? member.answer;
      const script = () => stack.simulator.script([{ ...leader(team), toolCalls }, member, ...said]);
      script();
      const { data } = await chat({ model: team });
      expect(data.choices[0]?.message.content).toBe(expected);
      script();
      expect(textOfChunks(await chunksOf({ model: team }))).toBe(expected);
      script();
      expect((await respond({ model: team })).data.output_text).toBe(expected);
      script();
      const last = (await eventsOf({ model: team })).at(-1);
      if (last?.type !== 'response.completed') throw new Error('it did not complete');
      expect(last.response.output.at(-1)).toMatchObject({ type: 'message', content: [{ text: expected }] });
      stack.simulator.reset();
    }
  });

  it('takes no schema of the answer where a member answers in its place', async () => {
    const format = { response_format: { type: 'json_object' as const } };
    await expect(chat({ model: 'router', ...format })).rejects.toBeInstanceOf(OpenAI.BadRequestError);
  });
});

describe('errors', () => {
  it('are of the classes that clients of OpenAI know', async () => {
    await expect(chat({ model: 'nobody' })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(chat({ model: 'nobody' })).rejects.toMatchObject({ code: 'model_not_found', param: 'model' });
    await expect(respond({ input: [] })).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(client.responses.retrieve('resp_x')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(client.conversations.retrieve('none')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    const broken = await fetch(`${server.url}/openai/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"model":',
    });
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no messages', { messages: [] }, 'messages'],
    ['messages that are none', { messages: 'Hello' }, 'messages'],
    ['a role that nobody has', { messages: [{ role: 'king', content: 'x' }] }, 'messages[0].role'],
    ['results of tools', { messages: [{ role: 'tool', content: 'x', tool_call_id: 'a' }] }, 'messages[0].role'],
    [
      'a part that nobody knows',
      { messages: [{ role: 'user', content: [{ type: 'video' }] }] },
      'messages[0].content[0].type',
    ],
    [
      'a picture of no place',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }] }] },
      'messages[0].content[0].image_url.url',
    ],
    [
      'an uploaded file',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
      'messages[0].content[0].file',
    ],
    ['no tokens at all', { max_tokens: 0 }, 'max_tokens'],
    [
      'a schema that is none',
      { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'nonsense' } } } },
      'response_format.json_schema.schema',
    ],
    ['metadata that are no strings', { metadata: { a: 1 } }, 'metadata.a'],
  ])('name the field that does not fit: %s', async (_, body, param) => {
    const before = stack.requests.length;
    const asked = chat(body as never);
    await expect(asked).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(asked).rejects.toMatchObject({ param });
    expect(stack.requests).toHaveLength(before);
  });

  it('tell of a window that is too small, a provider that fails, and a budget that is spent', async () => {
    const long = 'All the king’s horses. '.repeat(400);
    await expect(chat({ model: 'narrow', messages: say(long) })).rejects.toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
      param: 'messages',
    });
    await expect(chat({ messages: say('[[fail 400 9]]') })).rejects.toMatchObject({
      status: 502,
      code: 'ProviderError',
    });
    await expect(eventsOf({ input: '[[fail 400 9]]' })).rejects.toMatchObject({ status: 502 });
    const user = `u-${randomUUID()}`;
    const spend = (): Promise<unknown> => respond({ user, input: '[[tokens 300]]' });
    const spent = await until(() =>
      spend().then(
        () => null,
        (error: unknown) => error,
      ),
    );
    expect(spent).toBeInstanceOf(OpenAI.RateLimitError);
    expect(spent).toMatchObject({ code: 'BudgetExceeded', type: 'insufficient_quota' });
    expect(Number((spent as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after'))).toBeGreaterThan(0);
    await expect(chunksOf({ user })).rejects.toMatchObject({ status: 429 });
  });

  it('wait for a budget as long as the client does, where the agent is to', async () => {
    const user = `u-${randomUUID()}`;
    const spendAll = async (): Promise<string[]> => {
      const reasons: string[] = [];
      for (let at = 0; at < 12; at++) {
        const { data } = await chat({ user, model: 'patient', messages: say('[[tokens 180]]') });
        reasons.push(data.choices[0]?.finish_reason ?? '');
      }
      return reasons;
    };
    const spent = spendAll();
    await until(async () => {
      const { sessions } = await stack.api.sessions({ user, status: 'open', limit: 1 });
      const states = await Promise.all(sessions.map(async (one) => await stack.api.existing(one.sessionId).state()));
      return states.some(({ waitingFor }) => waitingFor.some(({ kind }) => kind === 'budget'));
    });
    await stack.api.budgets.raise({ scope: 'user', key: user, window: 'day', by: 1_000_000 });
    expect(new Set(await spent)).toEqual(new Set(['stop']));
  });
});

describe('a server that stops', () => {
  it('says so to whoever reads or waits, and the run goes on', async () => {
    const stopped = await startApiServer(stack, config);
    const asked = new OpenAI({ baseURL: `${stopped.url}/openai/v1`, apiKey: 'any', maxRetries: 0 });
    const named = { headers: { 'Loadline-Session': sessionId() } };
    const messages = say('[[pace 30]] [[tokens 90]]');
    const stream = await asked.chat.completions.create({ model: 'assistant', messages, stream: true }, named);
    const id = randomUUID();
    const waits = asked.responses.create({ model: 'assistant', input: `[[slow 3000]] ${id}` });
    const waited = waits.then(null, (error: unknown) => error);
    await until(() => stack.requests.some(({ body }) => JSON.stringify(body).includes(id)));
    const closing: Promise<void>[] = [];
    const read = async (): Promise<void> => {
      for await (const { choices } of stream)
        if (choices[0]?.delta.content && closing.length === 0) closing.push(stopped.close());
    };
    await expect(read()).rejects.toMatchObject({ code: 'ServerStopping' });
    expect(await waited).toMatchObject({ status: 503, code: 'ServerStopping' });
    await Promise.all(closing);
    const [run] = await until(async () => {
      const runs = await stack.store.runs(named.headers['Loadline-Session'], { limit: 1 });
      return runs[0]?.result != null && runs;
    });
    expect(run?.result).toMatchObject({ status: 'completed' });
  });
});

describe('access', () => {
  it('needs a known token where tokens are set, and shows nobody the sessions of another tenant', async () => {
    const tokens = 'ann:user:acme:secret-of-ann-1,bob:user:other:secret-of-bob-1,eve:viewer:acme:secret-of-eve-1';
    const guarded = await startApiServer(stack, config, { tokens });
    const as = (apiKey: string): OpenAI => new OpenAI({ baseURL: `${guarded.url}/openai/v1`, apiKey });
    try {
      await expect(as('wrong-secret-123').models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
      await expect(as('wrong-secret-123').models.list()).rejects.toMatchObject({ code: 'invalid_api_key' });
      const hello = { model: 'assistant', input: 'Hello' };
      await expect(as('secret-of-eve-1').responses.create(hello)).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
      const { id } = await as('secret-of-ann-1').responses.create(hello);
      const bob = as('secret-of-bob-1');
      await expect(bob.responses.retrieve(id)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
      await expect(bob.responses.create({ ...hello, previous_response_id: id })).rejects.toMatchObject({ status: 400 });
      const { session_id: conversation } = facts(await as('secret-of-eve-1').responses.retrieve(id));
      await expect(bob.conversations.items.list(conversation)).rejects.toBeInstanceOf(OpenAI.NotFoundError);
      await expect(bob.responses.create({ ...hello, conversation })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
      const named = { headers: { 'Loadline-Session': conversation } };
      const chatting = bob.chat.completions.create({ model: 'assistant', messages: say('x') }, named);
      await expect(chatting).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    } finally {
      await guarded.close();
    }
  });
});

describe('an agent framework', () => {
  it('runs on either route, streamed and whole, and counts what the session counts', async () => {
    setTracingDisabled(true);
    for (const useResponses of [true, false]) {
      const modelProvider = new OpenAIProvider({ openAIClient: client as never, useResponses });
      const runner = new Runner({ modelProvider });
      const agent = new Agent({ name: 'poet', instructions: 'Speak of cats.', model: 'assistant' });
      const first = await runner.run(agent, 'My cat is Miezi. [[say Yes]]');
      expect(first.finalOutput).toBe('Yes');
      expect(latestBody()).toContain('Speak of cats.');
      expect(first.rawResponses[0]?.usage.totalTokens).toBeGreaterThan(0);
      const again = await runner.run(agent, [...first.history, user('What is it?')], { stream: true });
      let text = '';
      for await (const piece of again.toTextStream()) text += piece;
      await again.completed;
      expect(text).toBe(again.finalOutput);
      expect(latestBody()).toMatch(/Miezi.*Yes.*What is it/);
    }
  });

  it('gives typed answers', async () => {
    const runner = new Runner({ modelProvider: new OpenAIProvider({ openAIClient: client as never }) });
    const outputType = z.object({ city: z.string() });
    const agent = new Agent({ name: 'geographer', model: 'assistant', outputType });
    expect((await runner.run(agent, 'Where? [[say {"city":"Oslo"}]]')).finalOutput).toEqual({ city: 'Oslo' });
  });
});

describe('models', () => {
  it('are the agents', async () => {
    const names: string[] = [];
    for await (const { id } of client.models.list()) names.push(id);
    expect(names).toEqual(['assistant', 'typed', 'narrow', 'thinker', 'patient', 'router', 'desk']);
    expect(await client.models.retrieve('typed')).toMatchObject({ id: 'typed', object: 'model' });
    await expect(client.models.retrieve('none')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });
});

/** A value of each field that asks for something. */
const samples: Readonly<Record<string, unknown>> = {
  messages: say('Hello'),
  input: 'Hello',
  model: 'assistant',
  max_completion_tokens: 50,
  max_tokens: 50,
  max_output_tokens: 50,
  metadata: { a: 'b' },
  user: 'ann',
  stream: false,
  stream_options: {},
  response_format: { type: 'json_object' },
  text: { format: { type: 'json_object' } },
  instructions: 'Be kind.',
  background: false,
  tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
  tool_choice: 'required',
  n: 2,
  logprobs: true,
  top_logprobs: 3,
  logit_bias: { 50256: 1 },
  stop: ['x'],
  functions: [{ name: 'f', parameters: {} }],
  function_call: { name: 'f' },
  audio: { voice: 'a', format: 'wav' },
  modalities: ['audio'],
  web_search_options: { search_context_size: 'low' },
  prompt: { id: 'p' },
};
/** A value of each refused field that asks for nothing. */
const harmless: Readonly<Record<string, unknown>> = {
  tools: [],
  tool_choice: 'auto',
  n: 1,
  logprobs: false,
  top_logprobs: 0,
  logit_bias: {},
  stop: null,
  functions: [],
  function_call: 'none',
  audio: null,
  modalities: ['text'],
  web_search_options: null,
  prompt: null,
};

describe.each(['chat', 'responses'] as const)('every row of the field table: %s', (route: Route) => {
  const ask = async (body: Record<string, unknown>, headers: Record<string, string> = {}) =>
    route === 'chat' ? await chat(body, headers) : await respond(body, headers);
  const rows = (kind: string) => fieldTable[route].filter((row) => row.kind === kind).map(({ field }) => field);

  it('is taken and named in Loadline-Ignored where it is ignored, unknown fields too', async () => {
    const fields = [...rows('ignored'), 'made_up'];
    const { response } = await ask(Object.fromEntries(fields.map((field) => [field, samples[field] ?? 1])));
    expect(response.headers.get('loadline-ignored')?.split(', ')).toEqual(fields);
  });

  it.each(rows('refused'))('is refused by its name where it asks for what is not done: %s', async (field) => {
    await expect(ask({ [field]: samples[field] })).rejects.toMatchObject({
      status: 400,
      param: field,
      code: 'unsupported_parameter',
    });
  });

  it('is taken where a refused field asks for nothing', async () => {
    const { response } = await ask(Object.fromEntries(rows('refused').map((field) => [field, harmless[field]])));
    expect(response.headers.get('loadline-ignored')).toBeNull();
  });

  it('has its effect where it is honoured', async () => {
    const given = rows('honoured').filter((field) => field in samples);
    const body = Object.fromEntries(given.map((field) => [field, samples[field]]));
    const { data, response } = await ask(body);
    expect(response.headers.get('loadline-ignored')).toBeNull();
    const { session_id: id, run_id: runId } = facts(data as object);
    const row = await until(async () => await stack.store.session(id));
    expect(row).toMatchObject({ user: 'ann', metadata: { a: 'b' } });
    const [started] = await stack.store.events(id, { afterId: 0, limit: 1 });
    expect(started).toMatchObject({ type: 'run.started', runId, metadata: { a: 'b' } });
    expect(latestBody()).toMatch(/"max_output_tokens":50\b/);
    expect(latestBody()).toMatch(/"type":"object"/);
    if (route === 'responses') expect(latestBody()).toContain('Be kind.');
  });
});
