import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startMcpServers, type McpServers } from '../../src/tools/mcp/servers.ts';
import { toolContext } from '../support/call-tool.ts';
import { until } from '../support/until.ts';

const everything = fileURLToPath(new URL('../../node_modules/.bin/mcp-server-everything', import.meta.url));
const secret = 'okapi-4711-tapir';

/** A free port now; the server takes a number, and no other means to choose. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('an MCP server over streamable HTTP', () => {
  let port: number;
  let child: ChildProcess;
  let servers: McpServers;
  const seen: { readonly authorization: string | undefined; readonly body: string }[] = [];
  const logged: string[] = [];
  let failsNext = false;

  async function startEverything(): Promise<void> {
    child = spawn(process.execPath, [everything, 'streamableHttp'], {
      env: { PATH: process.env['PATH'], PORT: String(port) },
      stdio: 'ignore',
    });
    await until(
      async () =>
        await fetch(`http://127.0.0.1:${port}/mcp`).then(
          () => true,
          () => false,
        ),
    );
  }

  async function endEverything(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Lets in who has the key, and passes everything on. */
  const gate = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { authorization } = incoming.headers;
      seen.push({ authorization, body: Buffer.concat(chunks).toString() });
      if (authorization !== `Bearer ${secret}`) return outgoing.writeHead(401).end();
      if (failsNext) {
        failsNext = false;
        return outgoing.writeHead(503).end();
      }
      const { method, url, headers } = incoming;
      const onward = forward({ host: '127.0.0.1', port, path: url, method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        outgoing.flushHeaders();
        answer.pipe(outgoing);
        answer.on('error', () => outgoing.destroy());
      });
      onward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => onward.destroy());
      return onward.end(Buffer.concat(chunks));
    });
  });

  beforeAll(async () => {
    port = await freePort();
    await startEverything();
    gate.listen(0, '127.0.0.1');
    await once(gate, 'listening');
    const url = `http://127.0.0.1:${(gate.address() as AddressInfo).port}/mcp`;
    const settings = {
      url,
      headers: { Authorization: 'Bearer ${MCP_TOKEN}' },
      tools: ['echo', 'get-sum', 'trigger-long-running-operation'],
    };
    const note = (message: string): void => void logged.push(message);
    servers = await startMcpServers({
      servers: { far: settings },
      named: new Set(['far']),
      environment: { MCP_TOKEN: secret },
      log: { debug: note, info: note, warn: note },
    });
  });
  afterAll(async () => {
    await servers.close();
    await endEverything();
    gate.closeAllConnections();
    gate.close();
  });

  async function call(name: string, input: object): Promise<unknown> {
    const tool = servers.listing(['far']).find(({ spec }) => spec.name === `far__${name}`);
    if (tool === undefined) throw new Error(`${name} is not listed`);
    return await servers.runnable(tool).execute(input, toolContext());
  }

  it('is asked with its headers, and answers', async () => {
    expect(await call('echo', { message: 'hello' })).toBe('Echo: hello');
    expect(await call('get-sum', { a: 2, b: 3 })).toContain('5');
    expect(new Set(seen.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${secret}`]));
  });

  it('that has forgotten the connection is connected to again within the call', async () => {
    await endEverything();
    await startEverything();
    seen.length = 0;
    expect(await call('echo', { message: 'again' })).toBe('Echo: again');
    expect(seen.some(({ body }) => body.includes('"initialize"'))).toBe(true);
  });

  it('that fails one call goes on with the others', async () => {
    seen.length = 0;
    const calling = call('trigger-long-running-operation', { duration: 1, steps: 2 });
    await until(async () => seen.some(({ body }) => body.includes('trigger-long-running-operation')));
    failsNext = true;
    await expect(call('echo', { message: 'fails' })).rejects.toThrow(/MCP server far answered 503/);
    expect(await call('echo', { message: 'works' })).toBe('Echo: works');
    expect(await calling).toMatch(/completed/);
    expect(seen.filter(({ body }) => body.includes('"initialize"'))).toEqual([]);
  });

  it('that is lost in the middle of a call is an error, and so is one that is down; then it is found again', async () => {
    seen.length = 0;
    const calling = call('trigger-long-running-operation', { duration: 60, steps: 2 });
    const failing = expect(calling).rejects.toThrow('MCP server far was lost in the middle of the call');
    await until(async () => seen.some(({ body }) => body.includes('trigger-long-running-operation')));
    await endEverything();
    await failing;
    await expect(call('echo', { message: 'down' })).rejects.toThrow(/MCP server far is down: .*could not be reached/);
    await startEverything();
    expect(await call('echo', { message: 'up' })).toBe('Echo: up');
  });

  it('has its key in no line of the log', () => {
    expect(logged.join('\n')).not.toContain(secret);
  });
});
