import { describe, expect, it } from '@jest/globals';
import { until } from '../../support/until.ts';
import { stack, client, latestBody, respond, facts, eventsOf } from './stage.ts';

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
