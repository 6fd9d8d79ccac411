import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import OpenAI from 'openai';
import { startApiServer } from '../../support/api-server.ts';
import { until } from '../../support/until.ts';
import { config, stack, client, sessionId, say, facts } from './stage.ts';

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

describe('models', () => {
  it('are the agents', async () => {
    const names: string[] = [];
    for await (const { id } of client.models.list()) names.push(id);
    expect(names).toEqual(['assistant', 'typed', 'narrow', 'thinker', 'patient', 'router', 'desk']);
    expect(await client.models.retrieve('typed')).toMatchObject({ id: 'typed', object: 'model' });
    await expect(client.models.retrieve('none')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });
});
