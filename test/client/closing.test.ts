import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionClient } from '../../src/client/index.ts';
import { startStack, type Stack } from '../support/stack.ts';

const config = { agents: [{ name: 'assistant', model: 'simulated/loadline-sim-1' }] } as const;

describe('a client that is closed', () => {
  let stack: Stack<typeof config>;
  beforeAll(async () => (stack = await startStack(config)));
  afterAll(async () => await stack.close());

  it('ends a send that waits, whose run goes on', async () => {
    const { temporalAddress, databaseUrl, taskQueue } = stack;
    const client = new SessionClient<typeof config>({ temporalAddress, databaseUrl, taskQueue });
    const session = client.session('assistant');
    const sending = session.send('Hello [[slow 2000]]', { messageId: 'm-1' });
    // Whoever reads the events waits for the update as well.
    for await (const event of sending) if (event.type === 'call.started') break;
    const outcome = sending.then(
      () => 'answered',
      (error: unknown) => error,
    );
    await client.close();

    expect(await outcome).toMatchObject({ message: expect.stringContaining('closed by this process') });
    const run = await stack.api.existing(session.id).send('Hello', { messageId: 'm-1' });
    expect(run).toMatchObject({ status: 'completed', metrics: { calls: 1 } });
  });
});
