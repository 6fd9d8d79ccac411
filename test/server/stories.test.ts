import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessionApi } from '../../src/client/session-api.ts';
import type { Session, SessionApi } from '../../src/client/api.ts';
import type { Config } from '../../src/config/index.ts';
import type { RunEvent } from '../../src/domain/events.ts';
import { openStories, type Stories } from '../../src/server/stories/stories.ts';
import { startHost, type Host } from '../../src/worker/host.ts';
import { testTemporalAddress } from '../support/stack.ts';

describe('the stories of the dashboard', () => {
  let home: string;
  let host: Host;
  let stories: Stories;
  let api: SessionApi<Config>;
  const failures: unknown[] = [];

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'loadline-stories-'));
    const databaseUrl = `sqlite:${join(home, 'loadline.sqlite')}`;
    host = await startHost({
      config: { agents: [{ name: 'assistant', model: 'simulated/loadline-sim-1' }] },
      home,
      environment: { TEMPORAL_ADDRESS: testTemporalAddress() },
      databaseUrl,
      taskQueue: `test-${randomUUID()}`,
      ports: 'free',
      ui: false,
      logLevel: 'error',
    });
    const { runtime, store, taskQueue } = host;
    stories = openStories(host, {
      onError: (error) => failures.push(error),
      pace: { firstTokenMs: 0, tokensPerSecond: 5_000 },
    });
    api = createSessionApi(() =>
      Promise.resolve({ temporal: runtime.client, store, taskQueue, bus: null, close: async () => {} }),
    );
  }, 60_000);

  afterAll(async () => {
    await stories.close();
    await host.close();
    rmSync(home, { recursive: true, force: true });
  });

  /** The session's events up to the first that this is true of, that one included. */
  async function eventsUntil(session: Session, isLast: (event: RunEvent) => boolean): Promise<RunEvent[]> {
    const ending = new AbortController();
    const seen: RunEvent[] = [];
    for await (const event of session.events({ signal: ending.signal })) {
      seen.push(event);
      if (isLast(event)) ending.abort();
    }
    return seen;
  }

  it('fill a small window until a summary stands for its beginning, and still know what was said there', async () => {
    const { sessionId } = await stories.start('fill-window');
    const session = api.existing(sessionId);
    let asked = 0;
    const events = await eventsUntil(session, (event) => event.type === 'run.ended' && (asked += 1) === 8);

    expect(events.filter(({ type }) => type === 'compaction.ended').length).toBeGreaterThan(0);
    expect(events.filter(({ type }) => type === 'threshold.reached').length).toBeGreaterThan(0);
    const last = events.at(-1);
    expect(last?.type === 'run.ended' ? last.result.text : '').toContain('Oslo');
  }, 90_000);

  it('hit a budget, wait, and go on when it is raised', async () => {
    const { sessionId } = await stories.start('hit-budget');
    const session = api.existing(sessionId);
    await eventsUntil(session, ({ type }) => type === 'run.waiting');
    expect((await session.state()).waitingFor).toMatchObject([{ kind: 'budget' }]);

    const { runs } = await session.metrics();
    await api.budgets.raise({ scope: 'session', key: sessionId, window: 'hour', by: 5_000 });
    let ended = 0;
    const events = await eventsUntil(session, ({ type }) => type === 'run.ended' && (ended += 1) === runs);
    expect(events.at(-1)).toMatchObject({ type: 'run.ended', result: { status: 'completed' } });
  }, 90_000);

  it('ask before a tool acts', async () => {
    const { sessionId } = await stories.start('approve-tool');
    const session = api.existing(sessionId);
    await eventsUntil(session, ({ type }) => type === 'approval.requested');
    const [waiting] = (await session.state()).waitingFor;
    expect(waiting).toMatchObject({ kind: 'approval', tool: 'refund', input: { order: 7, amount: 40 } });

    await session.approve({ callId: waiting?.callId ?? '', approved: true });
    const events = await eventsUntil(session, ({ type }) => type === 'run.ended');
    expect(events.at(-1)).toMatchObject({ result: { status: 'completed', metrics: { toolCalls: 1 } } });
  }, 60_000);

  it('kill the worker in the middle of an answer, which comes all the same', async () => {
    const { sessionId } = await stories.start('kill-worker');
    const session = api.existing(sessionId);
    const events = await eventsUntil(session, ({ type }) => type === 'run.ended');

    expect(events.filter(({ type }) => type === 'call.failed')).toMatchObject([{ attempt: 1 }]);
    expect(events.at(-1)).toMatchObject({ result: { status: 'completed', metrics: { failedAttempts: 1 } } });
    expect(failures).toEqual([]);
  }, 90_000);
});
