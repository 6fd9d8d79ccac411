import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import OpenAI from 'openai';
import { until } from '../../support/until.ts';
import { stack, server, client, chat, respond, say, chunksOf, eventsOf } from './stage.ts';

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
