import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { Hono } from 'hono';
import { listen } from '../../src/server/listen.ts';
import { answerError } from '../../src/server/answer-error.ts';
import { limitRate } from '../../src/server/security/rate-limit.ts';
import { readTokens } from '../../src/server/security/tokens.ts';
import type { ServerEnv } from '../../src/server/server-env.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { apiConfigAt } from './api-config.ts';
import { badRequests, rawRequests } from './bad-requests.ts';

const secrets = { ops: 'ops-secret-0001', ann: 'ann-secret-0001', eve: 'eve-secret-0001', vic: 'vic-secret-0001' };
const tokens = [
  `ops:admin:*:${secrets.ops}`,
  `ann:user:acme:${secrets.ann}`,
  `eve:user:other:${secrets.eve}`,
  `vic:viewer:acme:${secrets.vic}`,
].join(',');

const config = apiConfigAt();
let stack: Stack<typeof config>;
let open: ApiServer;
let guarded: ApiServer;
/** Every body that told of a problem. */
const told: string[] = [];

beforeAll(async () => {
  stack = await startStack(config);
  open = await startApiServer(stack, config);
  guarded = await startApiServer(stack, config, { tokens });
  await stack.api.session('assistant', { id: 'known' }).start();
  await stack.api.session('assistant', { id: 'acme-1', tenant: 'acme' }).start();
});
afterAll(async () => {
  await Promise.all([open.close(), guarded.close()]);
  await stack.close();
  expect([...open.faults, ...guarded.faults]).toEqual([]);
});

interface Asked {
  readonly as?: keyof typeof secrets;
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(server: ApiServer, path: string, { as, method = 'GET', body, headers = {} }: Asked = {}) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
      ...(as === undefined ? {} : { Authorization: `Bearer ${secrets[as]}` }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isProblem = response.headers.get('content-type') === 'application/problem+json';
  if (isProblem) told.push(text);
  const problem = isProblem ? (JSON.parse(text) as { status: number; code: string; detail: string }) : null;
  return { status: response.status, code: problem?.code, problem, headers: response.headers, text };
}

/** Headers that `fetch` would not send. */
async function askAs(headers: Readonly<Record<string, string>>, path = '/v1/about'): Promise<number | undefined> {
  const { hostname, port } = new URL(open.url);
  const asking = request({ hostname, port, path, headers }).end();
  const [response] = (await once(asking, 'response')) as [{ statusCode?: number; resume(): void }];
  response.resume();
  return response.statusCode;
}

describe('bad input over HTTP', () => {
  it.each(badRequests)('is refused with its own status and code: $name', async ({ path, status, code, ...request }) => {
    const answer = await ask(open, path, request);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.problem?.status).toBe(status);
    expect(answer.problem?.detail).not.toBe('');
    if (status === 405) expect(answer.headers.get('allow')).toBe('GET, HEAD');
  });

  it.each(rawRequests)('is answered by a problem document though it is no request: $name', async ({ text, status }) => {
    const socket = connect(Number(new URL(open.url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    for await (const chunk of socket.setEncoding('utf8')) answer += chunk as string;
    expect(answer.split(' ')[1]).toBe(String(status));
    expect(answer).toContain('"type":"urn:loadline:problem:');
  });

  it('takes nothing from pages of other sites, nor under a name that was bound anew to this machine', async () => {
    const { host } = new URL(open.url);
    const statuses = await Promise.all(
      [
        { host: 'evil.example' },
        { host: `evil.example:${new URL(open.url).port}` },
        { host: '127.0.0.1:1' },
        { host, origin: 'https://evil.example' },
        { host, origin: 'null' },
        { host, origin: `http://evil.example:${new URL(open.url).port}` },
        { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
        { host, origin: open.url },
        { host: host.replace('127.0.0.1', 'localhost') },
      ].map((headers) => askAs(headers)),
    );
    expect(statuses).toEqual([403, 403, 403, 403, 403, 403, 403, 200, 200]);
    expect(await askAs({ host }, 'http://evil.example/v1/about')).toBe(403);
  });

  it('answers HEAD as GET without a body, and ends it also for a stream', async () => {
    const head = await ask(open, '/v1/sessions/known/events', { method: 'HEAD' });
    expect([head.status, head.text, head.headers.get('content-type')]).toEqual([
      200,
      '',
      'text/event-stream; charset=utf-8',
    ]);
  });
});

describe('access tokens', () => {
  it('are needed for all but the health and who asks', async () => {
    for (const path of ['/v1/sessions', '/v1/agents', '/metrics', '/v1/budgets', '/v1/sessions/known/events']) {
      const answer = await ask(guarded, path);
      expect([answer.status, answer.code]).toEqual([401, 'Unauthorized']);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
    const wrong = await ask(guarded, '/v1/about', { headers: { Authorization: 'Bearer ops-secret-0002' } });
    expect(wrong.status).toBe(401);
    expect((await ask(guarded, '/healthz')).status).toBe(200);
    expect(JSON.parse((await ask(guarded, '/v1/about')).text)).toMatchObject({ agents: [], tokensRequired: true });
  });

  it('show a tenant its own sessions, and others as if they had never been', async () => {
    const list = JSON.parse((await ask(guarded, '/v1/sessions', { as: 'ann' })).text) as { sessions: object[] };
    expect(list.sessions).toMatchObject([{ sessionId: 'acme-1' }]);
    expect((await ask(guarded, '/v1/sessions/acme-1', { as: 'ann' })).status).toBe(200);

    const document = JSON.parse((await ask(guarded, '/openapi.json')).text) as { paths: Record<string, object> };
    const below = Object.entries(document.paths).filter(([path]) => path.startsWith('/v1/sessions/{sessionId}'));
    expect(below.length).toBeGreaterThan(12);
    for (const [pattern, methods] of below) {
      for (const method of Object.keys(methods).map((name) => name.toUpperCase())) {
        const at = (id: string) => pattern.replace('{sessionId}', id).replaceAll(/\{\w+\}/g, 'x');
        const body = { as: 'eve' as const, method, ...(method === 'GET' ? {} : { body: bodyOf(pattern) }) };
        const [foreign, none] = [await ask(guarded, at('acme-1'), body), await ask(guarded, at('none-1'), body)];
        expect([pattern, foreign.status]).toEqual([pattern, 404]);
        expect(foreign.text.replaceAll('acme-1', 'none-1')).toBe(none.text);
      }
    }
    const taken = await ask(guarded, '/v1/sessions', {
      as: 'eve',
      method: 'POST',
      body: { agent: 'desk', sessionId: 'acme-1' },
    });
    expect([taken.status, taken.problem?.detail]).toEqual([409, 'Session acme-1 exists. Choose another id']);
    const borrowed = { agent: 'assistant', tenant: 'acme' };
    expect((await ask(guarded, '/v1/sessions', { as: 'eve', method: 'POST', body: borrowed })).status).toBe(403);
    const carriedOn = { agent: 'assistant', from: 'acme-1' };
    expect((await ask(guarded, '/v1/sessions', { as: 'eve', method: 'POST', body: carriedOn })).status).toBe(404);
  });

  it('let a viewer read alone, and nobody but an admin set budgets', async () => {
    expect((await ask(guarded, '/v1/sessions/acme-1', { as: 'vic' })).status).toBe(200);
    const send = { method: 'POST', body: { text: 'Hello' } };
    expect((await ask(guarded, '/v1/sessions/acme-1/messages', { as: 'vic', ...send })).status).toBe(403);
    expect((await ask(guarded, '/v1/sessions/acme-1/messages', { as: 'ann', ...send })).status).toBe(200);
    const budget = { method: 'PUT', body: { scope: 'tenant', key: 'acme', window: 'day', tokens: 1_000_000 } };
    expect((await ask(guarded, '/v1/budgets', { as: 'ann', ...budget })).status).toBe(403);
    expect((await ask(guarded, '/v1/budgets', { as: 'ops', ...budget })).status).toBe(200);
    expect((await ask(guarded, '/metrics', { as: 'ann' })).status).toBe(403);
  });

  it('limit the requests of each token by itself, and those of an address without one', async () => {
    const app = new Hono<ServerEnv>();
    app.onError((error, context) => answerError(context, error, console));
    app.use(limitRate(readTokens(tokens), 3)).all('*', (context) => context.text('ok'));
    const server = await listen((asked, bindings) => app.fetch(asked, bindings), {
      host: '127.0.0.1',
      port: 0,
      elsewhere: false,
      guarded: true,
    });
    const limited = { url: server.url, faults: [], close: () => server.close() };
    const statuses = async (asked: Asked, path = '/v1/sessions') =>
      [await ask(limited, path, asked), await ask(limited, path, asked)].map(({ status }) => status);
    expect([...(await statuses({ as: 'ann' })), ...(await statuses({ as: 'ann' }))]).toEqual([200, 200, 200, 429]);
    expect(await statuses({ as: 'eve' })).toEqual([200, 200]);
    expect(await statuses({ headers: { Authorization: 'Bearer guess-1' } })).toEqual([200, 200]);
    expect(await statuses({ headers: { Authorization: 'Bearer guess-2' } })).toEqual([200, 429]);
    expect(await statuses({ as: 'ann' }, '/v1/sessions/acme-1/events')).toEqual([200, 200]);
    const refused = await ask(limited, '/v1/sessions');
    expect(refused.code).toBe('TooManyRequests');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await server.close();
  });
});

describe('figures for Prometheus', () => {
  it('count requests by route, open streams, sessions, and what the ledger says', async () => {
    const gone = new AbortController();
    const stream = await fetch(`${open.url}/v1/sessions/known/events`, { signal: gone.signal });
    const { text } = await ask(open, '/metrics');
    const value = (line: string) =>
      Number(new RegExp(`^${line.replaceAll(/[{}/]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1]);
    expect(value('loadline_http_open_streams')).toBe(1);
    expect(value('loadline_sessions{status="open"}')).toBeGreaterThan(1);
    const spent = await stack.store.usage({ by: ['model'], simulated: true });
    const model = 'simulated/loadline-sim-1';
    expect(value(`loadline_ledger_tokens{model="${model}",kind="input"}`)).toBe(spent[0]?.inputTokens);
    const labels = 'route="/v1/sessions/:sessionId/messages",method="POST",status="400"';
    expect(value(`loadline_http_request_duration_seconds_count{${labels}}`)).toBeGreaterThan(5);
    expect(text).not.toContain('none-1');
    gone.abort();
    await stream.text().catch(() => undefined);
    await until(async () => (await ask(open, '/metrics')).text.includes('loadline_http_open_streams 0'));
  });
});

describe('a server that stops', () => {
  it('ends its streams with a last comment and tells who waits where to look; nothing is lost', async () => {
    const server = await startApiServer(stack, config);
    const stream = await fetch(`${server.url}/v1/sessions/known/events`);
    const send = { method: 'POST', body: { text: '[[slow 1500]] [[say after all]]', messageId: 'm-stop' } };
    const waiting = ask(server, '/v1/sessions/known/messages', send);
    await until(async () => (await stack.store.runByMessageId('known', 'm-stop')) !== null);
    await server.close();

    expect((await stream.text()).endsWith(': the server stops; connect again\n\n')).toBe(true);
    const answer = await waiting;
    expect([answer.status, answer.headers.get('location')]).toEqual([202, expect.stringContaining('/runs/')]);
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    const again = await ask(open, '/v1/sessions/known/messages', send);
    expect(JSON.parse(again.text)).toMatchObject({ text: 'after all' });
  });

  it('has told nobody a secret, a file of this machine or a line of code', () => {
    expect(told.length).toBeGreaterThan(50);
    for (const secret of [...Object.values(secrets), stack.folder, process.cwd(), 'node_modules', '.ts:', '    at ']) {
      expect(told.filter((text) => text.includes(secret))).toEqual([]);
    }
  });
});

/** What fits the route, so that it is the session that is refused. */
function bodyOf(pattern: string): object {
  if (pattern.endsWith('/messages')) return { text: 'Hello' };
  if (pattern.endsWith('/approvals')) return { callId: 'c', approved: true };
  if (pattern.endsWith('/ui'))
    return { id: 'x', messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text: 'Hi' }] }] };
  return {};
}
