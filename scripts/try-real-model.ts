/**
 * `npm run try:real-model [-- --runs 20 --context 8192 --wire openai-chat]`: conversations with a real model over the
 * command line, on each of three wires, counted by the model's server and by Loadline. Exits with 1 when they differ, or
 * when a request was too long for the context.
 *
 * `npm run try:real-model -- --team [--runs 5]`: instead, teams with tools whose members answer on that model, each over a
 * wire of its own, while the simulator leads them; counted by the servers of both, by member.
 *
 * `REAL_MODEL` is a program that serves a model: it takes `--port`, `--context` and `--slots`, and prints one JSON line
 * with `ready` when it answers.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { count } from '../src/domain/figures.ts';
import { table } from '../src/cli/terminal/table.ts';
import { databaseUrlOf } from '../src/client/database-url.ts';
import { createStore } from '../src/store/index.ts';
import { startCountingProxy } from './real-model/counting-proxy.ts';
import { CommandLine, startChild } from './real-model/processes.ts';
import { printShares } from './real-model/print-shares.ts';
import { workAsTeams } from './real-model/team.ts';
import { differences, talk, wires as allWires, type Outcome } from './real-model/talk.ts';
import type { Count } from './real-model/counts.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    context: { type: 'string', default: '8192' },
    team: { type: 'boolean', default: false },
    wire: { type: 'string', multiple: true, default: allWires.map(({ api }) => api) },
  },
});
const runs = Number(values.runs);
const contextWindow = Number(values.context);
const wires = allWires.filter(({ api }) => values.wire.includes(api));
const model = 'smollm2-135m';
const serve = process.env['REAL_MODEL'] ?? fileURLToPath(new URL('../../shared/real-model/serve.sh', import.meta.url));
if (!existsSync(serve)) {
  console.error(
    `There is no model server at ${serve}: set REAL_MODEL to a program that serves one (see docs/architecture.md).`,
  );
  process.exit(1);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port');
  return address.port;
}

function configFor(proxyUrl: string): object {
  const modelOf = (api: string): string => `local-${api}/${model}`;
  return {
    providers: Object.fromEntries(
      wires.map(({ api }) => [
        `local-${api}`,
        { api, baseURL: api === 'anthropic-messages' ? proxyUrl : `${proxyUrl}/v1`, apiKeyEnv: 'REAL_MODEL_KEY' },
      ]),
    ),
    models: Object.fromEntries(wires.map(({ api }) => [modelOf(api), { contextWindow, maxOutputTokens: 512 }])),
    agents: wires.map(({ api }) => ({
      name: api,
      model: modelOf(api),
      instructions: 'You are a friendly assistant. Answer in one short sentence.',
      limits: { maxOutputTokens: 48 },
    })),
  };
}

function environmentOf(home: string): NodeJS.ProcessEnv {
  const own = /^(?:TEMPORAL|LOADLINE|OPENAI|ANTHROPIC)_/;
  const neutral = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
  return { ...neutral, LOADLINE_HOME: home, LOADLINE_LOG: 'error', REAL_MODEL_KEY: 'none' };
}

const folder = mkdtempSync(join(tmpdir(), 'loadline-real-model-'));
const home = join(folder, '.loadline');
const server = await startChild(serve, [
  '--port',
  String(await freePort()),
  '--context',
  String(contextWindow),
  '--slots',
  '2',
]);
if (values.team) {
  try {
    const settings = { folder, runs, context: contextWindow, model };
    printShares(await workAsTeams(String(server.ready['ready']), settings));
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  process.exit();
}
const proxy = await startCountingProxy(String(server.ready['ready']));
writeFileSync(join(folder, 'loadline.config.json'), JSON.stringify(configFor(proxy.url), null, 2));
const cli = new CommandLine(folder, environmentOf(home));
const dev = await cli.dev();
const store = createStore(databaseUrlOf(home));
const outcomes: Outcome[] = [];
try {
  for (const wire of wires) {
    outcomes.push(
      await talk(wire, runs, { cli, proxy, store }, (run) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${wire.api}: run ${run} of ${runs} `);
      }),
    );
    if (process.stderr.isTTY) process.stderr.write('\r\u001B[K');
  }
} finally {
  await store.close();
  await dev.stop();
  await proxy.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

interface Line {
  readonly wire: string;
  readonly runs: string;
  readonly party: string;
  readonly counted: Count;
}

const lines = outcomes.flatMap(({ wire, server: counted, engine, ledger, metrics, ...outcome }): Line[] => [
  { wire: wire.api, runs: String(outcome.runs), party: 'server', counted },
  ...(engine === null ? [] : [{ wire: '', runs: '', party: 'server, engine', counted: engine }]),
  { wire: '', runs: '', party: 'ledger', counted: ledger },
  { wire: '', runs: '', party: 'metrics', counted: metrics },
]);
const tokens = (name: keyof Count) =>
  ({ title: name, align: 'right', value: ({ counted }: Line) => count(counted[name]) }) as const;
console.log(
  table<Line>(
    [
      { title: 'wire', value: ({ wire }) => wire },
      { title: 'runs', align: 'right', value: ({ runs }) => runs },
      { title: 'counted by', value: ({ party }) => party },
      tokens('input'),
      tokens('cached'),
      tokens('output'),
    ],
    lines,
    80,
  ),
);
console.log();
for (const outcome of outcomes) {
  const differing = differences(outcome);
  const verdict = differing.length === 0 ? 'equal' : differing.join('; ');
  console.log(
    `${outcome.wire.api}: ${verdict}; ${outcome.failedAttempts} failed attempts, ${outcome.compactions} compactions that saved ${count(outcome.tokensSaved)} tokens, ${outcome.seconds.toFixed(0)} s`,
  );
  if (differing.length > 0) process.exitCode = 1;
}
