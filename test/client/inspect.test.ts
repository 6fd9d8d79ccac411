import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Session } from '../../src/client/api.ts';
import type { LedgerQuery, LedgerView } from '../../src/client/inspect-api.ts';
import { createSessionApi } from '../../src/client/session-api.ts';
import {
  defineAgent,
  defineConfig,
  defineTeam,
  defineTool,
  resolveConfig,
  type Config,
} from '../../src/config/index.ts';
import { createApp } from '../../src/server/app.ts';
import type { ServerDeps } from '../../src/server/deps.ts';
import {
  callList,
  compactionList,
  ledgerView,
  receipt,
  requestView,
  runPage,
} from '../../src/server/schemas/inspect.ts';
import { readTokens } from '../../src/server/security/tokens.ts';
import type { TallyQuery } from '../../src/simulator/index.ts';
import { usageFields } from '../../src/domain/usage.ts';
import type { RunMetrics, UsageSum } from '../../src/domain/metrics.ts';
import { bodyOf, readBody } from '../support/sent-request.ts';
import { startStack, type Stack } from '../support/stack.ts';

const tides = defineTool({
  name: 'tides',
  description: 'The tide table of a port',
  inputSchema: z.object({ port: z.string() }),
  execute({ port }, context) {
    context.recordUsage({ provider: 'maps', model: 'geocoder', inputTokens: 30, outputTokens: 2 });
    return `${port}: ${'high water at 04:10, low water at 10:25. '.repeat(20)}`;
  },
});

const log = defineTool({
  name: 'log',
  description: "The ship's log",
  inputSchema: z.object({}),
  execute: () => 'Wind south-west, sea slight, course steady. '.repeat(500),
});

const agent = (name: string) => defineAgent({ name, model: `simulated/sim-${name}`, description: `Knows ${name}` });
const config = defineConfig({
  models: { 'simulated/sim-pilot': { contextWindow: 8_192 }, 'simulated/sim-mate': { contextWindow: 8_192 } },
  agents: [
    defineAgent({
      name: 'pilot',
      model: 'simulated/sim-pilot',
      instructions: 'You help people at sea.',
      tools: [tides],
      summary: { model: 'simulated/sim-notes', keepRuns: 1 },
      fallbacks: ['simulated/sim-spare'],
    }),
    defineAgent({
      name: 'clerk',
      model: 'simulated/sim-clerk',
      output: z.object({ port: z.string() }),
    }),
    defineAgent({
      name: 'mate',
      model: 'simulated/sim-mate',
      tools: [log],
      summary: { keepRuns: 1 },
      thresholds: { context: { warn: 0.3, compact: 0.4 } },
    }),
    ...['ann', 'cid', 'dee'].map(agent),
  ],
  teams: [
    defineTeam({ name: 'desk', mode: 'coordinate', model: 'simulated/sim-desk', members: ['ann', 'lab'] }),
    defineTeam({ name: 'lab', mode: 'broadcast', model: 'simulated/sim-lab', members: ['cid', 'dee'] }),
  ],
});

const portSecret = 'port-0123456789';
const starboardSecret = 'starboard-0123456789';

describe('what stands behind the figures of a session', () => {
  let stack: Stack<typeof config>;
  let talk: Session;
  let team: Session;

  beforeAll(async () => {
    stack = await startStack(config);
    talk = await talked();
    team = await teamed();
  });
  afterAll(async () => {
    await stack.close();
  });

  /** Plain talk, tools, failed attempts of every kind, a fallback, a compaction, and what comes after it. */
  async function talked(): Promise<Session> {
    const { simulator, api } = stack;
    const session = api.session('pilot', { id: 'talk', user: 'ann', tenant: 'port' });
    await session.send('My boat is called Selkie.');
    await session.send('When is high water? [[tool tides {"port":"Oban"}]]');
    await session.send('Say that again. [[fail 429 1 0]]');
    simulator.script({ match: { model: 'sim-pilot' }, status: 401 });
    await session.send('And tomorrow?');
    simulator.script({ match: { model: 'sim-pilot' }, dropAfterChunks: 1 });
    await session.send('What is my boat called?');
    await session.compact({ keepRuns: 1 });
    await session.send('Is the tide rising? [[tool tides {"port":"Tobermory"}]]');
    await session.send('Thank you.');
    return session as Session;
  }

  /** An HTTP server that two tenants may ask. */
  function serverDeps(): ServerDeps {
    const { runtime, store, taskQueue, simulator } = stack;
    const books = { tally: async (query: TallyQuery) => simulator.tally(query) };
    const temporal = runtime.client;
    const backend = { temporal, store, taskQueue, bus: null, simulator: books, close: () => Promise.resolve() };
    return {
      api: createSessionApi<Config>(() => Promise.resolve(backend)),
      backend,
      config: resolveConfig(config, { defaultModel: 'simulated/echo' }),
      tokens: readTokens(`ann:viewer:port:${portSecret},bob:admin:starboard:${starboardSecret}`),
      about: { version: '0', temporal: { namespace: 'default', uiUrl: null }, defaultModel: null },
      checks: {},
      stopping: new AbortController().signal,
      log: console,
      environment: {},
      dashboard: null,
      stories: null,
    };
  }

  /** A team with a team in it, asked twice. */
  async function teamed(): Promise<Session> {
    const tasks = ['ann', 'lab'].map((member) => ({ name: 'delegate', arguments: { member, task: 'Do your part.' } }));
    const session = stack.api.session('desk', { id: 'team' });
    for (const question of ['What do we know?', 'And now?']) {
      stack.simulator.script({ match: { model: 'sim-desk' }, toolCalls: tasks });
      await session.send(question);
    }
    return session as Session;
  }

  /** Each figure with the question that its rows answer to. */
  function figuresOf(metrics: Omit<RunMetrics, 'timeToFirstToken' | 'members'>, query: LedgerQuery) {
    const ofModels = Object.entries(metrics.details).flatMap(([modelType, models]) =>
      models.map((of) => {
        const { provider, model, calls } = of;
        return { of, calls, query: { ...query, modelType, provider, model } };
      }),
    );
    return [{ of: metrics as UsageSum, calls: metrics.calls, query }, ...ofModels];
  }

  function membersOf(
    metrics: Pick<RunMetrics, 'members'>,
    query: LedgerQuery,
    path: readonly string[] = [],
  ): ReturnType<typeof figuresOf> {
    return Object.entries(metrics.members ?? {}).flatMap(([name, of]) => {
      const below = [...path, name];
      return [...figuresOf(of, { ...query, member: below.join('/') }), ...membersOf(of, query, below)];
    });
  }

  const sumsOf = (of: UsageSum) => [...usageFields.map((field) => of[field]), of.cost, of.costUnknown, of.unknownParts];

  it.each(['talk', 'team'] as const)('is, for every number of %s, the rows that it is the sum of', async (which) => {
    const session = which === 'talk' ? talk : team;
    const { runs } = await session.inspect.runs();
    const figures = [
      ...figuresOf(await session.metrics(), {}),
      ...membersOf(await session.metrics(), {}),
      ...runs.flatMap(({ runId, metrics }) => [...figuresOf(metrics, { runId }), ...membersOf(metrics, { runId })]),
    ];
    expect(figures.length).toBeGreaterThan(20);
    for (const { of, calls, query } of figures) {
      const { rows, rowCount, sums } = await session.inspect.ledger(query);
      expect([query, rows.length, sumsOf(sums), sums.calls]).toEqual([query, rowCount, sumsOf(of), calls]);
      const total = rows.reduce((sum, row) => sum + (row.totalTokens ?? 0), 0);
      expect([query, total]).toEqual([query, of.totalTokens]);
    }
    const { calls, failedAttempts, estimatedTokens } = await session.metrics();
    expect((await session.inspect.ledger({ answered: true })).rowCount).toBe(calls);
    expect((await session.inspect.ledger({ answered: false })).rowCount).toBe(failedAttempts);
    const estimated = await session.inspect.ledger({ state: ['estimated', 'lost'] });
    expect(estimated.sums.totalTokens ?? 0).toBe(estimatedTokens);
  });

  it('is, for every line of a usage report, the rows that it is the sum of', async () => {
    const query = { by: ['day', 'model', 'type', 'agent', 'user', 'tenant', 'session'], simulated: true } as const;
    const lines = await stack.api.usage.report(query);
    expect(lines.length).toBeGreaterThan(8);
    for (const { group, ...line } of lines) {
      const { day = '', model = '', type = '', ...named } = group as Record<string, string>;
      const asked = { day, model, type, ...named, simulated: true };
      const { sums, rows } = await stack.api.usage.ledger(asked);
      expect([asked, sums.calls, sums.totalTokens]).toEqual([asked, line.calls, line.totalTokens]);
      expect(rows.map(({ sessionId }) => sessionId)).toEqual(rows.map(() => group.session));
      const failed = await stack.api.usage.ledger({ ...asked, answered: false });
      expect(failed.sums.totalTokens ?? 0).toBe(line.failedTokens);
      const estimated = await stack.api.usage.ledger({ ...asked, state: ['estimated', 'lost'] });
      expect(estimated.sums.totalTokens ?? 0).toBe(line.estimatedTokens);
    }
    expect((await stack.api.usage.ledger({ day: '2020-01-01', simulated: true })).rowCount).toBe(0);
    // What the simulator served is left out unless it is asked for, as in the report.
    expect((await stack.api.usage.ledger()).rows.map(({ model }) => model)).toEqual(['geocoder', 'geocoder']);
  });

  it('is read in pages that together hold each row once', async () => {
    const all = await talk.inspect.ledger();
    const rows = [];
    for (let after: string | null | undefined; after !== null;) {
      const page = await talk.inspect.ledger({ limit: 4, ...(after === undefined ? {} : { after }) });
      expect(page).toMatchObject({ rowCount: all.rowCount, sums: all.sums });
      rows.push(...page.rows);
      after = page.cursor;
    }
    expect(rows).toEqual(all.rows);
    const first = await talk.inspect.runs({ limit: 2 });
    const second = await talk.inspect.runs({ limit: 50, after: first.cursor ?? '' });
    expect([...first.runs, ...second.runs].map(({ number }) => number)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(second.cursor).toBeNull();
  });

  it('is for each request to a model what the provider received, message by message', async () => {
    // An answer that has to be corrected, and results that are shown as excerpts and then as references.
    await stack.api.session('clerk', { id: 'form' }).send('Which port? [[say {"harbour": 1}]]');
    const mate = stack.api.session('mate', { id: 'mate' });
    for (const day of ['Monday', 'Tuesday', 'Wednesday']) await mate.send(`Read the log of ${day}. [[tool log {}]]`);
    const seen = new Set<string>();
    for (const { path, headers, body } of stack.requests) {
      if (path !== '/v1/responses') continue;
      const [id, attemptId] = [String(headers['loadline-session']), String(headers['loadline-attempt'])];
      const [callId, attempt] = [attemptId.replace(/\.\d+$/, ''), Number(attemptId.split('.').at(-1))];
      const view = await stack.api.existing(id).inspect.request(callId, { attempt });
      expect([attemptId, view.exact, bodyOf(view)]).toEqual([attemptId, true, readBody(body)]);
      for (const { kind, shownAs = '' } of view.items) seen.add(`${view.modelType} ${kind} ${shownAs}`.trim());
    }
    expect([...seen]).toEqual(
      expect.arrayContaining([
        ...['instructions', 'tools', 'output-schema', 'summary'].map((kind) => `model ${kind}`),
        ...['whole', 'excerpt', 'reference'].map((shown) => `model message ${shown}`),
        ...['fallback', 'leader', 'member', 'summaryModel'].map((type) => `${type} message whole`),
      ]),
    );
  });

  it('tells what is new in a request and what is gone since the one before', async () => {
    const calls = await talk.inspect.calls();
    const ofAgent = calls.filter(({ modelType }) => modelType === 'model');
    const [first, second] = ofAgent;
    expect(await talk.inspect.request(first?.callId ?? '')).toMatchObject({ before: null });
    const grown = await talk.inspect.request(second?.callId ?? '');
    expect(grown.before).toEqual({ callId: first?.callId, added: 2, removed: 0 });
    expect(grown.items.map(({ kind, change }) => `${kind} ${change}`)).toEqual([
      'instructions same',
      'tools same',
      'message same',
      'message added',
      'message added',
    ]);
    const after = ofAgent.find(({ plan }) => (plan?.summaryTokens ?? 0) > 0);
    const compacted = await talk.inspect.request(after?.callId ?? '');
    const kinds = compacted.items.map(({ kind, change }) => `${kind} ${change}`);
    expect(kinds).toEqual(
      expect.arrayContaining(['summary added', 'message removed', 'message same', 'tools removed']),
    );
    expect(
      compacted.items.filter(({ change }) => change !== 'removed').reduce((sum, item) => sum + item.tokens, 0),
    ).toBe(compacted.tokens);
    expect(Math.abs(compacted.tokens - (compacted.inputTokens ?? 0))).toBeLessThan(30);
  });

  it('shows each call with its attempts and the tools that it asked for', async () => {
    const { runs } = await talk.inspect.runs();
    const withTool = await talk.inspect.calls({ runId: runs.find(({ number }) => number === 2)?.runId ?? '' });
    const [asked, answered] = withTool.filter(({ modelType }) => modelType === 'model');
    expect(asked?.tools).toMatchObject([{ tool: 'tides', isError: false }]);
    const [tool] = asked?.tools ?? [];
    expect(tool?.startedAt).toBeGreaterThanOrEqual(asked?.attempts[0]?.endedAt ?? Infinity);
    expect(tool?.endedAt).toBeLessThanOrEqual(answered?.attempts[0]?.startedAt ?? 0);
    const fallback = await talk.inspect.calls({ runId: runs.find(({ number }) => number === 4)?.runId ?? '' });
    expect(fallback[0]?.attempts).toMatchObject([
      { state: 'released', answered: false, error: 'authentication', model: 'sim-pilot' },
      { state: 'settled', answered: true, error: null, model: 'sim-spare' },
    ]);
    const [first] = (await team.inspect.runs()).runs.toReversed();
    const members = (await team.inspect.calls({ runId: first?.runId ?? '' })).map(({ member }) => member);
    expect(new Set(members)).toEqual(new Set([null, 'ann', 'lab', 'lab/cid', 'lab/dee']));
  });

  it('is the same in the books of the provider, of the ledger and of the metrics', async () => {
    const { totalTokens } = await team.metrics();
    const { provider, ledger, metrics, ...rest } = await team.inspect.receipt();
    expect(rest).toEqual({ unsettled: 0, equal: true });
    expect([provider, ledger]).toEqual([metrics, metrics]);
    expect(metrics.totalTokens).toBe(totalTokens);
    // A tool of its spent tokens elsewhere, whose books are not here; and one attempt is an estimate.
    expect(await talk.inspect.receipt()).toMatchObject({ provider: null, unsettled: 1, equal: true });
    expect(await talk.inspect.compactions()).toMatchObject([
      { number: 1, cause: 'request', summary: { throughRun: 4 } },
    ]);
  });

  it('is read over HTTP by those alone who may see the session, in the shapes that the document tells', async () => {
    const app = createApp(serverDeps());
    const get = async (path: string, secret: string) =>
      await app.request(`http://127.0.0.1${path}`, { headers: { authorization: `Bearer ${secret}` } });
    const [call] = await talk.inspect.calls({ limit: 1 });
    const shapes = {
      'runs?limit=3': runPage,
      'calls?limit=50': callList,
      [`calls/${call?.callId ?? ''}/request`]: requestView,
      'ledger?answered=false&state=estimated,released&limit=2': ledgerView,
      compactions: compactionList,
      receipt,
    };
    for (const [path, shape] of Object.entries(shapes)) {
      const found = await get(`/v1/sessions/talk/${path}`, portSecret);
      expect([path, found.status]).toEqual([path, 200]);
      const body: unknown = await found.json();
      expect(shape.parse(body)).toEqual(body);
      const hidden = await get(`/v1/sessions/talk/${path}`, starboardSecret);
      expect([path, hidden.status, await hidden.json()]).toMatchObject([path, 404, { code: 'SessionNotFound' }]);
    }
    const countOf = async (query: string, secret: string) =>
      ((await (await get(`/v1/ledger?simulated=true&${query}`, secret)).json()) as LedgerView).rowCount;
    const all = await countOf('', portSecret);
    expect(all).toBe((await stack.api.usage.ledger({ tenant: 'port', simulated: true })).rowCount);
    expect(await countOf('unnamed=session', portSecret)).toBe(0);
    expect(await countOf('', starboardSecret)).toBe(0);
    expect((await get('/v1/ledger?tenant=port', starboardSecret)).status).toBe(403);
    expect((await get('/v1/ledger?unnamed=tenant', starboardSecret)).status).toBe(403);
    expect((await get('/v1/sessions/talk/ledger?state=spent', portSecret)).status).toBe(400);
  });

  it('is not there for what nobody knows', async () => {
    const codeOf = async (work: Promise<unknown>) =>
      await work.catch((error: unknown) => (error as { code: string }).code);
    expect(await codeOf(stack.api.existing('nobody').inspect.runs())).toBe('SessionNotFound');
    expect(await codeOf(talk.inspect.request('nothing'))).toBe('RunNotFound');
    expect(await codeOf(talk.inspect.request('team.1.1'))).toBe('RunNotFound');
    expect(await codeOf(talk.inspect.ledger({ after: 'yesterday' }))).toBe('InvalidMessage');
    expect(await codeOf(talk.inspect.ledger({ limit: 0 }))).toBe('InvalidMessage');
    expect(await codeOf(talk.inspect.runs({ after: '-' }))).toBe('InvalidMessage');
  });
});
