import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { McpServerSettings } from '../../src/config/index.ts';
import { startMcpServers, type McpServers } from '../../src/tools/mcp/servers.ts';
import { toolContext } from '../support/call-tool.ts';
import { childrenOf } from '../support/children.ts';
import { startHttpServer } from '../support/http-server.ts';
import { until } from '../support/until.ts';

const fixture = fileURLToPath(new URL('../fixtures/mcp-server.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'loadline-mcp-'));
const secret = 'quagga-4711-okapi';

let logged: string[] = [];
const log = {
  debug: (message: string) => void logged.push(message),
  info: (message: string) => void logged.push(message),
  warn: (message: string) => void logged.push(message),
};
const running: McpServers[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((servers) => servers.close()));
  await until(async () => (await childrenOf(fixture)).length === 0);
  logged = [];
});

async function start(
  servers: Readonly<Record<string, McpServerSettings>>,
  { environment = {}, startTimeoutMs = 60_000 }: { environment?: NodeJS.ProcessEnv; startTimeoutMs?: number } = {},
) {
  const named = new Set(Object.keys(servers));
  const started = await startMcpServers({ servers, named, environment, log, startTimeoutMs });
  running.push(started);
  return started;
}

const misbehaving = (env: Record<string, string> = {}, more: object = {}): McpServerSettings => ({
  command: process.execPath,
  args: [fixture],
  env: { MCP_KEY: secret, ...env },
  ...more,
});

async function call(servers: McpServers, name: string, input: object = {}, signal?: AbortSignal): Promise<unknown> {
  const tool = servers.listing(['s', 'other']).find(({ spec }) => spec.name === name);
  if (tool === undefined) throw new Error(`${name} is not listed`);
  return await servers.runnable(tool).execute(input, toolContext(signal));
}

describe('MCP servers', () => {
  it('list their tools with a prefix, only those that are allowed, schemas as they are', async () => {
    const servers = await start({ s: misbehaving(), other: misbehaving({}, { tools: ['sleep', 'echo'] }) });
    const names = servers.listing(['s', 'other']).map(({ spec }) => spec.name);
    expect(names).toEqual(['s__echo', 's__sleep', 's__hang', 's__die', 's__fail', 'other__echo', 'other__sleep']);
    expect(servers.listing(['other']).map(({ tool }) => tool)).toEqual(['echo', 'sleep']);
    expect(servers.listing(['s'])[0]?.spec).toEqual({
      name: 's__echo',
      description: 'Does echo',
      inputSchema: { type: 'object', 'x-own': { $ref: '#/kept' }, properties: {} },
    });
    const [one, other] = [await call(servers, 's__echo', { message: 'hi' }), await call(servers, 'other__echo', {})];
    expect(one).toMatch(/^echo hi from \d+$/);
    expect(other).toMatch(/^echo undefined from \d+$/);
  });

  it('are refused a tool that the server does not have, with the nearest one', async () => {
    await expect(start({ s: misbehaving({}, { tools: ['ecko'] }) })).rejects.toMatchObject({
      code: 'ConfigInvalid',
      message: 'mcpServers.s: "tools" names ecko, which the server does not have; did you mean "echo"?',
    });
  });

  it('start when an agent names them, and say of others that they did not', async () => {
    const servers = { s: misbehaving(), idle: { command: 'no-such-command' } };
    const started = await startMcpServers({ servers, named: new Set(['s']), environment: {}, log });
    running.push(started);
    expect(logged).toContain('mcpServers.idle is not started: no agent names it in its "mcpServers"');
    expect(await childrenOf(fixture)).toHaveLength(1);
  });

  const dead = join(folder, 'dead');
  writeFileSync(dead, '#!/bin/sh\n');
  chmodSync(dead, 0o600);

  it.each<[string, McpServerSettings, RegExp]>([
    [
      'that is not on this machine',
      { command: 'no-such-command' },
      /^mcpServers\.s: there is no command "no-such-command" on this machine/,
    ],
    ['that may not be executed', { command: dead }, /^mcpServers\.s: ".*dead" may not be executed/],
    [
      'whose folder is missing',
      { command: process.execPath, cwd: '/no/such/folder' },
      /^mcpServers\.s: its folder \/no\/such\/folder does not exist/,
    ],
    [
      'that ends at once',
      misbehaving({ MCP_MODE: 'exit' }),
      /^mcpServers\.s: .*node ended before it answered; it said: no entry with \[secret\]$/,
    ],
    [
      'where nobody listens',
      { url: 'http://127.0.0.1:1/mcp?key=quagga-4711-okapi' },
      /^mcpServers\.s: http:\/\/127\.0\.0\.1:1\/mcp could not be reached/,
    ],
    [
      'with a variable that is not set',
      { command: '${NOT_SET}' },
      /^mcpServers\.s: the environment variable NOT_SET is not set/,
    ],
  ])(
    'end the start of the worker for one %s, in words that help, and leave nothing running',
    async (_, settings, message) => {
      const starting = start({ s: settings, other: misbehaving() });
      await expect(starting).rejects.toMatchObject({ code: 'ConfigInvalid', message: expect.stringMatching(message) });
      await expect(starting).rejects.not.toThrow(secret);
      expect(await childrenOf(fixture)).toEqual([]);
    },
  );

  it('end the start of the worker for one that never answers, when its time is up', async () => {
    const settings = misbehaving({ MCP_MODE: 'silent' }, { timeout: '50ms' });
    await expect(start({ s: settings }, { startTimeoutMs: 600 })).rejects.toThrow(
      /^mcpServers\.s: .*node did not answer within 0\.6 s.*; it said: started with \[secret\]$/,
    );
    expect(await childrenOf(fixture)).toEqual([]);
  });

  it('name every one that could not be started', async () => {
    const starting = start({ a: { command: 'no-such-one' }, b: { command: 'no-such-two' } });
    await expect(starting).rejects.toThrow(/mcpServers\.a: .*no-such-one.*\nmcpServers\.b: .*no-such-two/);
  });

  it('tell the model what a tool says of its failure', async () => {
    const servers = await start({ s: misbehaving() });
    await expect(call(servers, 's__fail')).rejects.toMatchObject({
      name: 'ToolError',
      message: 'the vault is closed, [secret]',
    });
  });

  it('are started anew by the call after the one in which they ended', async () => {
    const servers = await start({ s: misbehaving() });
    const before = await call(servers, 's__echo');
    await expect(call(servers, 's__die')).rejects.toThrow(
      'MCP server s was lost in the middle of the call; what it did until then is unknown',
    );
    const after = await call(servers, 's__echo');
    expect(after).toMatch(/^echo/);
    expect(after).not.toBe(before);
    expect(await childrenOf(fixture)).toHaveLength(1);
  });

  it('are started once for all calls that find them gone', async () => {
    const servers = await start({ s: misbehaving() });
    await expect(call(servers, 's__die')).rejects.toThrow();
    const said = await Promise.all([1, 2, 3, 4].map(() => call(servers, 's__echo')));
    expect(new Set(said).size).toBe(1);
  });

  it('that can not be started again are an error of the call, and come back when they can', async () => {
    const list = join(folder, 'tools');
    writeFileSync(list, 'echo\ndie');
    const servers = await start({ s: misbehaving({ MCP_TOOLS: list }) });
    rmSync(list);
    await expect(call(servers, 's__die')).rejects.toThrow(/lost in the middle/);
    await expect(call(servers, 's__echo')).rejects.toThrow(/MCP server s is down: .*ended before it answered/);
    expect(servers.listing(['s'])).toHaveLength(2);
    writeFileSync(list, 'echo\ndie\nmore');
    expect(await call(servers, 's__echo')).toMatch(/^echo/);
    expect(servers.listing(['s'])).toHaveLength(3);
  });

  it('keep their connection when a call is given up, and are started anew when they hang', async () => {
    const servers = await start({ s: misbehaving() });
    const before = await call(servers, 's__echo');
    await expect(call(servers, 's__sleep', {}, AbortSignal.timeout(100))).rejects.toThrow();
    expect(await call(servers, 's__echo')).toBe(before);
    await expect(call(servers, 's__hang', {}, AbortSignal.timeout(100))).rejects.toThrow();
    expect(await call(servers, 's__echo')).not.toBe(before);
    expect(logged.join('\n')).toContain('MCP server s does not answer any more; it is started anew');
  });

  it('say nothing of their secrets in the log, and get nothing of the worker beside the usual', async () => {
    const key = process.env['OPENAI_API_KEY'];
    process.env['OPENAI_API_KEY'] = 'sk-of-the-worker';
    try {
      const servers = await start(
        {
          s: misbehaving({ MCP_KEY: '${KEY}' }),
          other: {
            command: process.execPath,
            args: ['-e', 'process.stderr.write(JSON.stringify(process.env)); process.exit(1)'],
          },
        },
        { environment: { KEY: secret } },
      ).catch((error: Error) => error);
      expect(servers).toBeInstanceOf(Error);
      expect((servers as Error).message).not.toContain('sk-of-the-worker');
      expect((servers as Error).message).toContain('PATH');
    } finally {
      if (key === undefined) delete process.env['OPENAI_API_KEY'];
      else process.env['OPENAI_API_KEY'] = key;
    }
    expect(logged.join('\n')).toContain('started with [secret]');
    expect(logged.join('\n')).not.toContain(secret);
  });

  it('that refuse our key over HTTP say so at the start, without it', async () => {
    const server = await startHttpServer((_, response) => response.writeHead(401).end(`no entry with ${secret}`));
    const settings = { url: `${server.url}/mcp`, headers: { Authorization: `Bearer ${secret}` } };
    const starting = start({ s: settings });
    await expect(starting).rejects.toThrow(/mcpServers\.s: .*401/);
    await expect(starting).rejects.not.toThrow(secret);
    await server.close();
  });
});
