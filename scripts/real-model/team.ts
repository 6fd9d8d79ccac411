import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { databaseUrlOf } from '../../src/client/database-url.ts';
import { defineAgent, defineConfig, defineTeam } from '../../src/config/index.ts';
import type { LedgerRow } from '../../src/domain/ledger.ts';
import type { RunMetrics } from '../../src/domain/metrics.ts';
import { deriveUsage } from '../../src/domain/usage.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { startLoadline } from '../../src/start-loadline.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { calculator } from '../../src/tools/calculator.ts';
import { clock } from '../../src/tools/clock.ts';
import { areEqual, sumCounts, type Count } from './counts.ts';
import { startCountingProxy, type CountingProxy } from './counting-proxy.ts';
import { wires } from './talk.ts';

/** A party's spending: of a member on the real model, over a wire of its own, or of the leader on the simulator. */
export interface Share {
  readonly name: string;
  readonly calls: number;
  /**
   * Calls whose usage the server did not tell, estimated in ledger and metrics: llama.cpp leaves out `message_start`, and
   * the input with it, where an answer begins with a character of several tokens.
   */
  readonly untold: number;
  readonly server: Count;
  readonly ledger: Count;
  readonly metrics: Count;
  readonly problems: readonly string[];
}

const leaderPath = '/v1/chat/completions';
const tools = [calculator, clock];

function configOf(realUrl: string, leaderUrl: string, contextWindow: number, model: string) {
  const members = wires.map(({ api }) =>
    defineAgent({
      name: api,
      model: `local-${api}/${model}`,
      description: `Answers over ${api}`,
      instructions: 'You are a friendly assistant. Answer in one short sentence.',
      tools,
      limits: { maxOutputTokens: 48 },
    }),
  );
  const team = { model: 'leader/loadline-sim-1', members: wires.map(({ api }) => api), tools } as const;
  return defineConfig({
    providers: {
      leader: { api: 'openai-chat', baseURL: `${leaderUrl}/v1` },
      ...Object.fromEntries(
        wires.map(({ api }) => [
          `local-${api}`,
          { api, baseURL: api === 'anthropic-messages' ? realUrl : `${realUrl}/v1` },
        ]),
      ),
    },
    models: {
      'leader/loadline-sim-1': { contextWindow: 128_000 },
      ...Object.fromEntries(wires.map(({ api }) => [`local-${api}/${model}`, { contextWindow, maxOutputTokens: 512 }])),
    },
    agents: members,
    teams: [
      defineTeam({
        ...team,
        name: 'coordinate',
        mode: 'coordinate',
        shareHistory: { runs: 2 },
        shareInteractions: true,
      }),
      defineTeam({ ...team, name: 'tasks', mode: 'tasks' }),
      defineTeam({ ...team, name: 'broadcast', mode: 'broadcast', tools: [] }),
    ],
  });
}

const tool = (name: string, input: object): string => `[[tool ${name} ${JSON.stringify(input)}]]`;

/**
 * What the leader is told to call, as the simulator reads it: a model as small as this one calls no tool by itself, and
 * its server takes no `tool_choice`.
 */
const rounds: readonly (readonly [team: 'coordinate' | 'tasks' | 'broadcast', question: string])[] = [
  [
    'coordinate',
    [
      'Ask about rivers.',
      tool('calculator', { expression: '6*7' }),
      ...wires.map(({ api }) => tool('delegate', { member: api, task: 'What is a river? What is 6 times 7?' })),
    ].join(' '),
  ],
  [
    'tasks',
    `Have it worked off. ${tool('plan_tasks', {
      tasks: wires.map(({ api }, at) => ({
        id: `step${at + 1}`,
        member: api,
        task: 'Say more about the sea, and what time it is.',
        dependsOn: at === 0 ? [] : [`step${at}`],
      })),
    })}`,
  ],
  ['broadcast', 'Why is the sky blue? Grüß Gott! 雪 🐝'],
];

/** Teams of all three modes in which a leader has work for many: its tools are called, its members are offered theirs. */
export async function workAsTeams(
  realUrl: string,
  { folder, runs, context, model }: { folder: string; runs: number; context: number; model: string },
): Promise<readonly Share[]> {
  const simulator = await startSimulator();
  const [real, leader] = await Promise.all([startCountingProxy(realUrl), startCountingProxy(simulator.url)]);
  const home = join(folder, 'teams');
  const config = configOf(real.url, leader.url, context, model);
  const loadline = await startLoadline(config, { home });
  const store = createStore(databaseUrlOf(home));
  try {
    const sessions = rounds.map(([team]) => ({ team, id: `${team}-${randomUUID()}` }));
    for (let run = 0; run < runs; run += 1) {
      for (const [at, { team, id }] of sessions.entries()) {
        const { status, reason } = await loadline.session(team, { id }).send(rounds[at]?.[1] ?? '');
        if (status !== 'completed') throw new Error(`${team}, run ${run + 1}: ${status}, ${reason ?? ''}`);
      }
    }
    const metrics = await Promise.all(sessions.map(({ team, id }) => loadline.session(team, { id }).metrics()));
    const ids = sessions.map(({ id }) => id);
    return await sharesOf(store, ids, metrics, { real, leader });
  } finally {
    await store.close();
    await loadline.close();
    await Promise.all([real.close(), leader.close()]);
    await simulator.close();
  }
}

type Sums = Pick<RunMetrics, 'calls' | 'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'members' | 'details'>;

async function sharesOf(
  store: Store,
  ids: readonly string[],
  metrics: readonly Sums[],
  { real, leader }: { readonly real: CountingProxy; readonly leader: CountingProxy },
): Promise<readonly Share[]> {
  const rows = (await Promise.all(ids.map((id) => store.ledger(id)))).flat();
  const shareOf = (
    name: string,
    provider: string,
    proxy: CountingProxy,
    path: string,
    parts: readonly Sums[],
  ): Share => {
    const own = rows.filter((row) => row.provider === provider);
    const sumOf = (some: readonly LedgerRow[]): Count =>
      sumCounts(some.map(({ usage }) => (usage === null ? none : countOf(deriveUsage(usage)))));
    const told = own.filter(({ state }) => state === 'settled');
    const [server, ledger, share] = [sumCounts(proxy.counts(path)), sumOf(own), sumCounts(parts.map(countOf))];
    const calls = parts.reduce((sum, one) => sum + one.calls, 0);
    const untold = own.length - told.length;
    const checks: readonly (readonly [boolean, string])[] = [
      [server.input > 0 && server.output > 0, 'the server counted nothing'],
      [areEqual(server, sumOf(told)), 'the ledger is not what the server counted'],
      [areEqual(ledger, share), 'the metrics are not what the ledger says'],
      [proxy.counts(path).length === told.length, 'the ledger has not one row for each request that was counted'],
      [proxy.uncounted(path) === untold, `${untold} rows are estimated, of ${proxy.uncounted(path)} without a count`],
      [calls === own.length, `${own.length - calls} requests were not answered`],
    ];
    const problems = checks.flatMap(([holds, problem]) => (holds ? [] : [problem]));
    return { name, calls, untold, server, ledger, metrics: share, problems };
  };
  const ofLeader = metrics.flatMap(({ details }) => (details['leader'] ?? []).map((one) => ({ ...one, details: {} })));
  return [
    shareOf('leader (simulator)', 'leader', leader, leaderPath, ofLeader),
    ...wires.map(({ api, path }) => {
      const parts = metrics.flatMap(({ members }) => members?.[api] ?? []);
      return shareOf(`member ${api}`, `local-${api}`, real, path, parts);
    }),
  ];
}

const none: Count = { input: 0, cached: 0, output: 0 };

function countOf(usage: Pick<RunMetrics, 'inputTokens' | 'outputTokens' | 'cacheReadTokens'>): Count {
  const { inputTokens, outputTokens, cacheReadTokens } = usage;
  return {
    input: inputTokens ?? 0,
    cached: cacheReadTokens ?? 0,
    output: outputTokens ?? 0,
  };
}
