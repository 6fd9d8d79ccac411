import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import OpenAI from 'openai';
import { until } from '../../support/until.ts';
import {
  stack,
  client,
  sessionId,
  latestBody,
  chat,
  respond,
  say,
  facts,
  chunksOf,
  textOfChunks,
  eventsOf,
} from './stage.ts';

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
