import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { describedApi, type Answer, type Asked, type DescribedApi } from '../support/described-api.ts';
import { readEvents } from '../support/event-reader.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { apiConfigAt } from './api-config.ts';

let config: ReturnType<typeof apiConfigAt>;
let stack: Stack<typeof config>;
let server: ApiServer;
let api: DescribedApi;

beforeAll(async () => {
  stack = await startStack((config = apiConfigAt()));
  server = await startApiServer(stack, config);
  api = await describedApi(server.url);
});
afterAll(async () => {
  await server.close();
  await stack.close();
  expect(server.faults).toEqual([]);
});

const ofSession = '/v1/sessions/{sessionId}';
const sendRoute = `POST ${ofSession}/messages`;

async function send(sessionId: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return await api.ask(sendRoute, `/v1/sessions/${sessionId}/messages`, { body, headers });
}

/** A route below a session's. */
async function ask(method: string, sessionId: string, place: string, request?: Asked, path = place): Promise<Answer> {
  return await api.ask(`${method} ${ofSession}${place}`, `/v1/sessions/${sessionId}${path}`, request);
}

describe('the HTTP API', () => {
  it('answers on each of its routes what it describes', async () => {
    const start = await api.ask('POST /v1/sessions', '/v1/sessions', {
      body: { agent: 'assistant', sessionId: 'walk', user: 'ann', tenant: 'acme', metadata: { ticket: 7 } },
    });
    expect([start.status, start.headers.get('location')]).toEqual([201, '/v1/sessions/walk']);
    const again = { body: { agent: 'assistant', sessionId: 'walk' } };
    expect((await api.ask('POST /v1/sessions', '/v1/sessions', again)).status).toBe(200);

    const answered = await send('walk', { text: '[[tool weather {"city":"Oslo"}]] How warm is it?' });
    expect(answered.status).toBe(200);
    const { runId } = answered.json;
    expect((await ask('GET', 'walk', '/runs/{runId}', {}, `/runs/${String(runId)}`)).json).toEqual(answered.json);
    const { calls } = (await ask('GET', 'walk', '/calls')).json as unknown as { calls: { callId: string }[] };
    const callId = calls[0]?.callId ?? '';
    await ask('GET', 'walk', '/calls/{callId}/request', {}, `/calls/${callId}/request`);
    for (const place of ['', '/metrics', '/messages', '/runs', '/ledger', '/compactions', '/receipt']) {
      await ask('GET', 'walk', place);
    }
    await ask('GET', 'walk', '/messages', {}, '/messages?before=latest&limit=1');
    await ask('GET', 'walk', '/messages', {}, '/messages?q=warm');
    await ask('POST', 'walk', '/compact', { body: { keepRuns: 0 } });
    await ask('GET', 'walk', '/compactions');
    await ask('GET', 'walk', '');
    await ask('POST', 'walk', '/limits', { body: { callsPerRun: 9, thresholds: { context: { warn: 0.5 } } } });

    const waits = await send('walk', { text: '[[tool refund {"amount":40}]] Pay' });
    expect(waits.json).toMatchObject({ status: 'waiting', waitingFor: [{ kind: 'approval', tool: 'refund' }] });
    const [asked] = (waits.json as unknown as { waitingFor: [{ callId: string }] }).waitingFor;
    await ask('GET', 'walk', '');
    await ask('GET', 'walk', '/runs/{runId}', {}, `/runs/${String(waits.json['runId'])}`);
    await ask('POST', 'walk', '/approvals', { body: { callId: asked.callId, approved: false, reason: 'no' } });
    await ask('POST', 'walk', '/cancel', { body: { reason: 'enough' } });

    for (const path of [
      '/v1/about',
      '/v1/agents',
      '/v1/models',
      '/v1/ledger',
      '/metrics',
      '/v1/budgets',
      '/healthz',
      '/readyz',
    ]) {
      await api.ask(`GET ${path}`, path);
    }
    await api.ask('GET /v1/sessions', '/v1/sessions?status=open&user=ann&q=wal&limit=1');
    await api.ask('GET /v1/usage', '/v1/usage?by=day,model,user&simulated=true');
    const csv = await api.ask('GET /v1/usage', '/v1/usage?by=model&simulated=true&format=csv');
    expect(csv.text.split('\n')[0]).toContain('model');
    const budget = { scope: 'user', key: 'ann', window: 'day', tokens: 1_000_000 };
    await api.ask('PUT /v1/budgets', '/v1/budgets', { body: budget });
    const raise = { scope: 'user', key: 'ann', window: 'day', by: 10 };
    await api.ask('POST /v1/budgets/raise', '/v1/budgets/raise', { body: raise });

    const closed = await ask('POST', 'walk', '/close', { body: { reason: 'done' } });
    expect(closed.status).toBe(200);
    expect((await ask('GET', 'walk', '')).json).toMatchObject({ status: 'closed' });
    // A stream of a closed session stays open: it is read by its events.
    const reader = readEvents(server.url, 'walk');
    await until(() => reader.ids.length > 8);
    await reader.close();

    const elsewhere = /^\w+ (\/openai\/|\/v1\/sessions\/\{sessionId\}\/(ui|events))/;
    expect(api.routes.filter((route) => !elsewhere.test(route) && !api.asked.has(route))).toEqual([]);
  });

  it('says what it refuses as it describes it', async () => {
    expect((await ask('GET', 'nobody', '')).json).toMatchObject({ code: 'SessionNotFound', status: 404 });
    const refused = await send('walk', { text: 'more' });
    expect([refused.status, refused.json['code']]).toEqual([409, 'SessionClosed']);
  });
});

describe('sending a message over HTTP', () => {
  it('waits as long as is asked for, and answers where to look then', async () => {
    const headers = { Prefer: 'wait=0' };
    const slow = await send('slow', { agent: 'assistant', text: '[[slow 700]] [[say late]]', messageId: 'm' }, headers);
    expect(slow.status).toBe(202);
    expect(slow.headers.get('preference-applied')).toBe('wait=0');
    expect(slow.json).toMatchObject({ messageId: 'm', status: 'running' });
    const place = slow.headers.get('location') ?? '';
    expect(place).toBe(`/v1/sessions/slow/runs/${String(slow.json['runId'])}`);

    const whole = await send('slow', { text: 'other words' }, { 'Idempotency-Key': 'm' });
    expect(whole.json).toMatchObject({ runId: slow.json['runId'], text: 'late' });
    expect(await (await fetch(`${server.url}${place}`)).json()).toEqual(whole.json);
  });

  it('answers at once where nobody wants to wait, and cancels nothing when the client goes away', async () => {
    const first = await send('away', { agent: 'assistant', text: '[[slow 600]] one', background: true });
    const second = await send('away', { text: 'two' }, { Prefer: 'respond-async' });
    expect([first.status, second.status, second.json['status']]).toEqual([202, 202, 'queued']);

    const gone = new AbortController();
    const body = JSON.stringify({ text: '[[slow 600]] [[say still here]]', messageId: 'gone', stream: true });
    const request = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, signal: gone.signal };
    const left = fetch(`${server.url}/v1/sessions/away/messages`, request).then((response) => response.text());
    await until(async () => {
      const { queue, currentRun } = await stack.api.existing('away').state();
      return [...queue, currentRun].some((run) => run?.messageId === 'gone');
    });
    gone.abort();
    await expect(left).rejects.toThrow();
    expect((await send('away', { text: 'x', messageId: 'gone' })).json).toMatchObject({ text: 'still here' });
  });

  it('streams a run from its beginning, also one that has ended', async () => {
    const body = { agent: 'assistant', text: '[[say Good morning]]', messageId: 'm', stream: true };
    const first = await send('streamed', body);
    const again = await send('streamed', body);
    const kinds = (text: string) => [...text.matchAll(/^event: (.*)$/gm)].map(([, kind]) => kind);
    for (const { text } of [first, again]) {
      expect(kinds(text).filter((kind) => kind !== 'text.delta')).toEqual([
        'run.started',
        'call.started',
        'call.ended',
        'run.ended',
      ]);
      const deltas = [...text.matchAll(/"delta":"([^"]*)"/g)].map(([, delta]) => delta).join('');
      expect(deltas).toBe('Good morning');
    }
  });

  it('tells a budget that has no room by its status, and runs that reached a model by 200', async () => {
    const failed = await send('fails', { agent: 'assistant', text: '[[fail 400 9]]' });
    expect([failed.status, failed.json['status']]).toEqual([200, 'failed']);
    const poor = { agent: 'assistant', user: 'poor', text: 'Hello' };
    await api.ask('PUT /v1/budgets', '/v1/budgets', {
      body: { scope: 'user', key: 'poor', window: 'day', tokens: 10 },
    });
    const refused = await send('poor', poor);
    expect([refused.status, refused.json['code']]).toEqual([429, 'BudgetExceeded']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.json['details']).toMatchObject({ scope: 'user', key: 'poor', limit: 10 });
  });

  it('refuses what the queue has no room for, and takes it later', async () => {
    await send('full', { agent: 'narrow', text: '[[slow 1000]]', messageId: 'm1' }, { Prefer: 'wait=0' });
    for (const headers of [{}, { Prefer: 'wait=0' }]) {
      const refused = await send('full', { text: 'two', messageId: 'm2' }, headers);
      expect([refused.status, refused.json['code']]).toEqual([429, 'QueueFull']);
      expect(refused.headers.get('retry-after')).toBe('1');
    }
    await until(async () => (await stack.api.existing('full').state()).currentRun === null);
    expect((await send('full', { text: 'two', messageId: 'm2' })).status).toBe(200);
  });
});

describe('events over HTTP', () => {
  it('goes on after the last one that came, without a gap and without a double', async () => {
    const url = `${server.url}/v1/sessions/read/events`;
    await send('read', { agent: 'assistant', text: 'one' });
    const firstReader = readEvents(server.url, 'read');
    await firstReader.until(4);
    await firstReader.close();
    await send('read', { text: 'two' });

    const latest = (await stack.store.session('read'))?.lastEventId ?? 0;
    const ids: number[] = [];
    const response = await fetch(url, { headers: { 'Last-Event-ID': '4' } });
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      ids.push(...[...chunk.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)));
      if (ids.at(-1) === latest) break;
    }
    expect([...firstReader.ids, ...ids]).toEqual(Array.from({ length: latest }, (_, index) => index + 1));
  });

  it('keeps every event for who reads slowly, while others are answered', async () => {
    await send('idle', { agent: 'assistant', text: 'start' });
    const slow = await fetch(`${server.url}/v1/sessions/idle/events`);
    const chunks = slow.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let run = 0; run < 5; run++) await send('idle', { text: '[[tokens 1500]]' });
    const latest = (await stack.store.session('idle'))?.lastEventId ?? 0;
    let text = '';
    while (!text.includes(`\nid: ${latest}\n`)) text += (await chunks?.read())?.value ?? '';
    await chunks?.cancel();
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    expect(ids).toEqual(Array.from({ length: latest }, (_, index) => index + 1));
  });
});
