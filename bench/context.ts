/**
 * What planning a request costs, the store's reads included, at run 10 and at run 2,000 of a session: with a history of
 * a fixed length the same, and with all that fits the window in proportion to what is sent.
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
    defineConfig({ agents: [defineAgent({ name: 'eight', history: { runs: 8 } }), defineAgent({ name: 'all' })] }),
    { defaultModel: 'simulated/loadline-sim-1' },
  );
  const provider = createProviders({}, {}, { simulatorUrl: 'http://127.0.0.1' }).provider('simulated');
  const target = { provider, model: 'loadline-sim-1' };
  const deps = { store, catalogue: createCatalogue({}, { simulatedModels }) } as unknown as ActivityDeps;

  async function planning(sessionId: string, agent: string) {
    const spec = config.agents.get(agent)?.spec;
    const [run] = await store.runs(sessionId, { limit: 1 });
    if (spec === undefined || run === undefined) throw new Error(`${sessionId} has no run of ${agent}`);
    const { signal } = new AbortController();
    const plan = async (): Promise<PlannedRequest> => {
      const planned = await planRequest(deps, target, { spec, run, maxOutputTokens: 4096, overflows: 0, signal });
      if (planned.kind === 'planned') return planned;
      throw new Error(`The request of ${sessionId} does not fit`);
    };
    const { request } = await plan();
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(await timed(plan));
    return { ms: median(times), messages: request.messages.length };
  }

  await fillStore(store, 'run-10', 'eight', 10);
  await fillStore(store, 'run-2000', 'eight', 2000);
  const [young, old] = [await planning('run-10', 'eight'), await planning('run-2000', 'eight')];
  report('planning at run 10, a history of 8 runs', young.ms, { atMost: 5 }, ' ms');
  report('run 2,000 to run 10', old.ms / young.ms, { atMost: 1.3 });
  for (const id of ['run-10', 'run-2000']) {
    const { ms, messages } = await planning(id, 'all');
    report(
      `planning in ${id} with all that fits, ${messages} messages, each`,
      (ms * 1000) / messages,
      { atMost: 60 },
      ' µs',
    );
  }
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
