import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identifyProcess } from '../../src/worker/process-identity.ts';
import { startServer } from '../../src/worker/temporal-server/embedded-server.ts';
import { localBinaries } from '../../src/worker/temporal-server/local-binaries.ts';
import { cli, newFolder, removeFolder, spawnCli, startDev, type RunningDev } from '../support/cli.ts';
import { until } from '../support/until.ts';

let folder: string;
const endings: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  folder = newFolder();
});

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  removeFolder(folder);
});

function newHome(): string {
  const home = join(folder, 'server');
  mkdirSync(home);
  return home;
}

async function start(environment?: NodeJS.ProcessEnv): Promise<RunningDev> {
  const dev = await startDev(folder, environment);
  endings.push(() => dev.stop());
  return dev;
}

describe('loadline dev', () => {
  it('is ready when Temporal, store and worker answer, and stops all of it with Ctrl-C', async () => {
    const dev = await start();
    const ready = await fetch(`${dev.ready.http.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'ready', checks: { temporal: 'ok', store: 'ok', worker: 'ok' } });
    expect((await fetch(`${dev.ready.http.url}/healthz`)).status).toBe(200);
    const { process: server } = JSON.parse(readFileSync(join(folder, 'home', 'temporal.json'), 'utf8')) as {
      process: { pid: number };
    };
    const { code, stderr } = await dev.stop();
    expect(code).toBe(0);
    expect(stderr).toContain('Draining the worker');
    expect(stderr).toContain('Stopped.');
    expect(identifyProcess(server.pid)).toBeNull();
    await expect(fetch(`${dev.ready.http.url}/healthz`)).rejects.toThrow();
  });

  it('finds every session again at the next start', async () => {
    const first = await start();
    await cli(['send', 'stays', 'Hello', '--agent', 'assistant'], { folder });
    await first.stop();
    expect((await cli(['transcript', 'stays'], { folder })).stdout).toContain('Hello');
    await start();
    const again = await cli(['send', 'stays', 'Still there?'], { folder });
    expect(again.code).toBe(0);
    expect((await cli(['metrics', 'stays', '--json'], { folder })).json()).toMatchObject({ runs: 2 });
  });

  it('is not ready while an outside Temporal server is gone', async () => {
    const [binary = ''] = localBinaries(process.env);
    const outside = await startServer({ home: newHome(), binary, ports: 'free', ui: false });
    endings.push(() => outside.close());
    const dev = await start({ TEMPORAL_ADDRESS: outside.address });
    expect((await fetch(`${dev.ready.http.url}/readyz`)).status).toBe(200);
    await outside.close();
    const answer = await fetch(`${dev.ready.http.url}/readyz`);
    expect(answer.status).toBe(503);
    const { checks } = (await answer.json()) as { checks: Record<string, string> };
    expect(checks).toMatchObject({ store: 'ok', temporal: expect.not.stringMatching(/^ok$/) });
    expect((await fetch(`${dev.ready.http.url}/healthz`)).status).toBe(200);
  });

  it('names what runs in the home already', async () => {
    const dev = await start();
    const second = await cli(['dev'], { folder });
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`Process ${dev.ready.pid} runs Loadline in`);
    expect(second.stderr).toContain(dev.ready.http.url);
  });

  it('ends by itself when an MCP server of its config is not on this machine, and names it', async () => {
    const config = {
      agents: [{ name: 'a', mcpServers: ['files'] }],
      mcpServers: { files: { command: 'no-such-server' } },
    };
    writeFileSync(join(folder, 'loadline.config.json'), JSON.stringify(config));
    const { code, stderr } = await cli(['dev'], { folder });
    expect(stderr).toContain('mcpServers.files: there is no command "no-such-server" on this machine');
    expect(code).not.toBe(0);
  });

  it('refuses a port that is taken when it was asked for', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    endings.push(() => new Promise((resolve) => taken.close(resolve)));
    const { port } = taken.address() as AddressInfo;
    const refused = await cli(['dev', '--json'], { folder, environment: { LOADLINE_PORT: String(port) } });
    expect(refused.code).toBe(1);
    expect(refused.json()).toMatchObject({
      error: { code: 'ConfigInvalid', message: expect.stringContaining(`port ${port}`) },
    });
  });

  it('serves HTTP on this machine only', async () => {
    const refused = await cli(['dev'], { folder, environment: { LOADLINE_HOST: '0.0.0.0' } });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^ConfigInvalid: LOADLINE_HOST is 0\.0\.0\.0/);
  });
});

describe('loadline worker', () => {
  it('joins the dev that runs here, and drains on SIGTERM', async () => {
    await start();
    const worker = spawnCli(['worker'], { folder });
    const ready = await until(() => worker.stdout().includes('\n') && (JSON.parse(worker.stdout()) as { pid: number }));
    expect(ready).toMatchObject({ ready: true, pid: worker.child.pid });
    worker.child.kill('SIGTERM');
    const { code, stderr } = await worker.ended;
    expect(code).toBe(0);
    expect(stderr).toContain('Draining the worker');
  });

  it('says in one line that nothing listens where it should', async () => {
    const refused = await cli(['worker'], { folder, environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^TemporalUnavailable: Nothing listens at 127\.0\.0\.1:1/m);
  });
});
