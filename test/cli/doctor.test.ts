import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { identifyProcess } from '../../src/worker/process-identity.ts';
import { cli, newFolder, removeFolder, shell, startDev } from '../support/cli.ts';
import { testTemporalAddress } from '../support/stack.ts';
import { until } from '../support/until.ts';

const simulated = { agents: [{ name: 'assistant', model: 'simulated/loadline-sim-1' }] };

let folder: string;
let environment: NodeJS.ProcessEnv;
const endings: (() => Promise<unknown> | void)[] = [];

beforeEach(() => {
  folder = newFolder();
  // Not set, so that what `.env` says counts.
  environment = { LOADLINE_PORT: undefined };
  config(simulated);
});

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  removeFolder(folder);
});

function config(content: unknown): void {
  writeFileSync(join(folder, 'loadline.config.json'), JSON.stringify(content, null, 2));
}

function dotEnv(...lines: readonly string[]): void {
  writeFileSync(join(folder, '.env'), `# kept\n${lines.join('\n')}\nKEPT=1\n`);
}

async function faults(): Promise<Finding[]> {
  const { json } = await cli(['doctor', '--json'], { folder, environment });
  return json<{ findings: Finding[] }>().findings.filter(({ ok }) => !ok);
}

async function fault(check: string): Promise<Finding | undefined> {
  return (await faults()).find((one) => one.check === check);
}

/** The fault is named, and the command that is printed for it, run as it is printed, mends it. */
async function expectMended(check: string, named: RegExp, input = ''): Promise<void> {
  const found = await fault(check);
  expect(found?.message).toMatch(named);
  const { stdout } = await cli(['doctor'], { folder, environment });
  const printed = stdout.split('\n');
  const at = printed.findIndex((line) => line.startsWith(`✗ ${check}:`));
  const command = printed
    .slice(at)
    .find((line) => line.startsWith('    '))
    ?.trim();
  expect(command).toBe(found?.command);
  const run = await shell(command ?? '', { folder, environment, input });
  expect({ command, code: run.code, stderr: run.code === 0 ? '' : run.stderr }).toEqual({
    command,
    code: 0,
    stderr: '',
  });
  expect(await fault(check)).toBeUndefined();
}

/** Ends what `--detach` left running. */
function endDetached(file: 'dev.log' | 'worker.log'): void {
  endings.push(async () => {
    const log = readFileSync(join(folder, 'home', file), 'utf8');
    const ready = log.split('\n').find((line) => line.startsWith('{"ready":true')) ?? '{}';
    const { pid } = JSON.parse(ready) as { pid?: number };
    if (pid === undefined) return;
    process.kill(pid, 'SIGTERM');
    await until(() => identifyProcess(pid) === null);
  });
}

async function listening(server: {
  listen(port: number, host: string): unknown;
  address(): unknown;
  close(done: () => void): unknown;
}): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server as never, 'listening');
  endings.push(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

/** A provider that takes one key alone. */
async function providerWithKey(): Promise<string> {
  const server = createHttpServer((request, response) => {
    const known = request.headers.authorization === 'Bearer right';
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
    const refusal = {
      error: { message: 'Incorrect API key provided', type: 'invalid_request_error', code: 'invalid_api_key' },
    };
    response.end(JSON.stringify(known ? { object: 'list', data: [{ id: 'small-1', object: 'model' }] } : refusal));
  });
  return `http://127.0.0.1:${await listening(server)}/v1`;
}

function ownProvider(baseURL: string): unknown {
  return {
    providers: { own: { api: 'openai-chat', baseURL, apiKeyEnv: 'OWN_KEY' } },
    agents: [{ name: 'assistant', model: 'own/small-1' }],
  };
}

describe('doctor names a fault, and the command that it prints mends it:', () => {
  it('nothing runs', async () => {
    endDetached('dev.log');
    await expectMended('temporal', /^Nothing runs here/);
    expect(await faults()).toEqual([]);
  });

  it('a start that was killed left its Temporal server running, and its state file', async () => {
    const dev = await startDev(folder);
    dev.process.child.kill('SIGKILL');
    await dev.process.ended;
    const left = await faults();
    expect(left.filter(({ check }) => check === 'home').map(({ message }) => message)).toEqual([
      expect.stringContaining('tells of a process that is gone'),
      expect.stringContaining('was left running by a start that was killed'),
    ]);
    for (const { command } of left.slice(0, 2)) {
      expect((await shell(command ?? '', { folder })).code).toBe(0);
    }
    expect(await fault('home')).toBeUndefined();
  });

  it('the store is damaged', async () => {
    mkdirSync(join(folder, 'home'));
    const file = join(folder, 'home', 'loadline.sqlite');
    writeFileSync(file, 'This is no database. '.repeat(100));
    await expectMended('store', /is no whole database/);
    expect(readFileSync(`${file}.old`, 'utf8')).toContain('This is no database.');
  });

  it("the store's schema is behind", async () => {
    mkdirSync(join(folder, 'home'));
    const store = new DatabaseSync(join(folder, 'home', 'loadline.sqlite'));
    store.exec('create table migrations (number integer primary key, name text not null)');
    store.close();
    await expectMended('store', /has schema 0, and \d+ is current/);
  });

  it('the home is a file', async () => {
    writeFileSync(join(folder, 'home'), '');
    await expectMended('home', /is a file and should be a folder/);
  });

  it('the config has a syntax error', async () => {
    writeFileSync(join(folder, 'loadline.config.json'), '{ "agents": [\n  { "name": "assistant", } ] }');
    await expectMended('config', /loadline\.config\.json:2:\d+/);
    expect(existsSync(join(folder, 'loadline.config.json.old'))).toBe(true);
  });

  it('the config has an unknown key', async () => {
    config({ agents: [{ ...simulated.agents[0], instrutions: 'Be brief.' }] });
    await expectMended('config', /agents\[0\]\.instrutions: unknown key; did you mean "instructions"\?/);
    expect(readFileSync(join(folder, 'loadline.config.json'), 'utf8')).toContain('"instructions": "Be brief."');
  });

  it('the config that is named is not there', async () => {
    environment = { ...environment, LOADLINE_CONFIG: join(folder, 'other.config.json') };
    await expectMended('config', /There is no config file .*other\.config\.json/);
  });

  it('a model is misspelt', async () => {
    config({ agents: [{ name: 'assistant', model: 'simulated/loadlin-sim-1' }] });
    await expectMended('model', /simulated has no model loadlin-sim-1, .*did you mean simulated\/loadline-sim-1\?/);
  });

  it('a provider has no key', async () => {
    config(ownProvider(await providerWithKey()));
    await expectMended('provider', /own needs an API key: set OWN_KEY/, 'right\n');
    expect(readFileSync(join(folder, '.env'), 'utf8')).toContain('OWN_KEY=right');
  });

  it('a provider refuses its key', async () => {
    config(ownProvider(await providerWithKey()));
    dotEnv('OWN_KEY=wrong');
    await expectMended('provider', /own refuses the key in OWN_KEY: .*Incorrect API key/, 'right\n');
  });

  it('a variable has a value that can not be used', async () => {
    dotEnv('LOADLINE_PORT=http');
    await expectMended('variables', /^LOADLINE_PORT: must be a port number/);
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe('# kept\nKEPT=1\n');
  });

  it('the port that is asked for is taken', async () => {
    dotEnv(`export LOADLINE_PORT=${await listening(createServer())}`);
    await expectMended('http', /^Port \d+, which LOADLINE_PORT names, is taken/);
  });

  it('nothing listens at TEMPORAL_ADDRESS', async () => {
    dotEnv('TEMPORAL_ADDRESS=127.0.0.1:1');
    const found = await fault('temporal');
    expect(found?.message).toMatch(/Nothing listens at 127\.0\.0\.1:1/);
    await shell(found?.command ?? '', { folder });
    expect((await fault('temporal'))?.message).toMatch(/^Nothing runs here/);
  });

  it('the namespace is missing, and then its search attributes', async () => {
    environment = {
      ...environment,
      TEMPORAL_ADDRESS: testTemporalAddress(),
      TEMPORAL_NAMESPACE: `doctor-${randomUUID()}`,
    };
    await expectMended('temporal', /has no namespace doctor-/);
    await expectMended('search attributes', /lacks LoadlineAgent, LoadlineUser, LoadlineTenant, LoadlineStatus/);
  });

  it('no worker takes work', async () => {
    environment = {
      ...environment,
      TEMPORAL_ADDRESS: testTemporalAddress(),
      LOADLINE_TASK_QUEUE: `doctor-${randomUUID()}`,
    };
    endDetached('worker.log');
    await expectMended('worker', /^No worker takes work from task queue doctor-/);
  });
});
