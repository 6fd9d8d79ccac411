/**
 * What planning a request costs, the store's reads included, at run 10 and at run 5,000 of a session whose older runs
 * are in a summary: the same; and without summaries, with all that fits the window, in proportion to what is sent.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planRequest, type PlannedRequest } from '../src/activities/plan-request.ts';
import type { ActivityDeps } from '../src/activities/deps.ts';
import { defineAgent, defineConfig, resolveConfig } from '../src/config/index.ts';
import { createCatalogue } from '../src/models/index.ts';
import { createProviders } from '../src/providers/registry.ts';
import { simulatedModels } from '../src/simulator/models.ts';
import { createStore } from '../src/store/index.ts';
import { fillStore } from './support/fill-session.ts';
import { median, report, timed } from './support/measure.ts';

const rounds = 40;
const folder = mkdtempSync(join(tmpdir(), 'loadline-bench-context-'));
const store = createStore(`sqlite:${join(folder, 'loadline.sqlite')}`);
try {
  await store.migrate();
  const config = resolveConfig(
    defineConfig({ agents: [defineAgent({ name: 'summing' }), defineAgent({ name: 'all', summary: false })] }),
    { defaultModel: 'simulated/loadline-sim-1' },
  );
  const provider = createProviders({}, {}, { simulatorUrl: 'http://127.0.0.1' }).provider('simulated');
  const target = { provider, model: 'loadline-sim-1' };
  const deps = { store, catalogue: createCatalogue({}, { simulatedModels }) } as unknown as ActivityDeps;

  async function planner(sessionId: string, agent: string) {
    const spec = config.agents.get(agent)?.spec;
    const [run] = await store.runs(sessionId, { limit: 1 });
    if (spec === undefined || run === undefined) throw new Error(`${sessionId} has no run of ${agent}`);
    const { signal } = new AbortController();
    return async (): Promise<PlannedRequest> => {
      const planned = await planRequest(deps, target, { spec, run, maxOutputTokens: 4096, overflows: 0, signal });
      if (planned.kind === 'planned') return planned;
      throw new Error(`The request of ${sessionId} does not fit`);
    };
  }

  async function timesOf(...plans: readonly (() => Promise<PlannedRequest>)[]): Promise<number[]> {
    const times = plans.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, plan] of plans.entries()) times[index]?.push(await timed(plan));
    }
    return times.map((one) => median(one.slice(rounds / 4)));
  }

  await fillStore(store, 'run-10', 'summing', 10);
  await fillStore(store, 'run-5000', 'summing', 5000);
  await fillStore(store, 'whole', 'all', 2000, { summary: false });
  const [young = 0, old = 0] = await timesOf(await planner('run-10', 'summing'), await planner('run-5000', 'summing'));
  report('planning at run 10, the newest 8 runs and a summary', young, { atMost: 5 }, ' ms');
  report('run 5,000 to run 10', old / young, { atMost: 1.2 });
  const whole = await planner('whole', 'all');
  const { messages } = (await whole()).request;
  const [all = 0] = await timesOf(whole);
  report(
    `planning with all that fits, ${messages.length} messages, each`,
    (all * 1000) / messages.length,
    { atMost: 60 },
    ' µs',
  );
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
