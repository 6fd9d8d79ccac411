import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineAgent, defineConfig, defineTool } from '../../src/config/index.ts';
import { childrenOf } from '../support/children.ts';
import { threeTotals } from '../support/conservation.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const bin = (name: string): string => at(`../../node_modules/.bin/mcp-server-${name}`);
const fixture = at('../fixtures/mcp-server.mjs');

const folder = mkdtempSync(join(tmpdir(), 'loadline-mcp-'));
const listed = join(folder, 'tools');
const secret = `zebra-${randomUUID()}`;

const everything = { command: process.execPath, args: [bin('everything')], env: { THE_KEY: '${THE_KEY}' } };
const clock = defineTool({ name: 'now', description: 'Now', inputSchema: { type: 'object' }, execute: () => 'noon' });

const configAt = (url: string) =>
  defineConfig({
    providers: {
      'my-chat': { api: 'openai-chat', baseURL: `${url}/v1` },
      'my-anthropic': { api: 'anthropic-messages', baseURL: url },
    },
    mcpServers: {
      everything,
      blind: { ...everything, tools: ['get-tiny-image'], images: false },
      files: {
        command: process.execPath,
        args: [bin('filesystem'), join(folder, 'files')],
        tools: ['read_text_file', 'write_file'],
      },
      memory: {
        command: process.execPath,
        args: [bin('memory')],
        env: { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') },
      },
      careful: { command: process.execPath, args: [fixture], needsApproval: ['echo'] },
      changing: { command: process.execPath, args: [fixture], env: { MCP_TOOLS: listed }, timeout: '700ms' },
    },
    agents: [
      defineAgent({ name: 'all', tools: [clock], mcpServers: ['everything', 'files', 'memory'] }),
      defineAgent({ name: 'changing', mcpServers: ['changing'] }),
      defineAgent({ name: 'careful', mcpServers: ['careful'] }),
      defineAgent({ name: 'none' }),
      defineAgent({ name: 'anthropic', model: 'my-anthropic/claude-some', mcpServers: ['everything'] }),
      defineAgent({ name: 'chat', model: 'my-chat/gpt-some', mcpServers: ['everything'] }),
      defineAgent({ name: 'blind', mcpServers: ['blind'] }),
    ],
  });

type Name = 'all' | 'changing' | 'careful' | 'none' | 'anthropic' | 'chat' | 'blind';
interface SentTool {
  readonly name: string;
  readonly parameters: unknown;
}
interface Call {
  readonly name: string;
  readonly arguments: string | Record<string, unknown>;
}
interface Item {
  readonly type?: string;
  readonly output?: unknown;
}

describe('MCP servers of a config', () => {
  let stack: Stack<ReturnType<typeof configAt>>;
  beforeAll(async () => {
    mkdirSync(join(folder, 'files'));
    writeFileSync(listed, 'echo\nsleep');
    stack = await startStack(configAt, { environment: { THE_KEY: secret } });
  });
  beforeEach(() => {
    stack.simulator.reset();
  });
  afterAll(async () => {
    await stack.close();
    expect(await childrenOf('mcp-server')).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (agent: Name) => stack.api.session(agent, { id: `mcp-${randomUUID()}` });
  const lastBody = () => stack.requests.at(-1)?.body ?? {};
  const lastTools = () => lastBody()['tools'] as readonly SentTool[];
  const lastResults = () =>
    (lastBody()['input'] as readonly Item[])
      .filter(({ type }) => type === 'function_call_output')
      .map(({ output }) => output);

  /** Has the model call tools one after the other, and answers what the last of them said. */
  async function calling(agent: Name, ...calls: readonly Call[]) {
    const session = open(agent);
    stack.simulator.script([...calls.map((call) => ({ toolCalls: [call] })), { answer: 'Done.' }]);
    const run = await session.send('Do it');
    expect(run).toMatchObject({ status: 'completed', text: 'Done.', metrics: { toolCalls: calls.length } });
    return { session, run, results: run.messages.filter(({ role }) => role === 'tool').map(({ parts }) => parts) };
  }

  it('give their tools to the agents that name them, behind its own, with the schemas that they list', async () => {
    await open('all').send('Hello');
    const names = lastTools().map(({ name }) => name);
    expect(names[0]).toBe('now');
    expect(names).toContain('everything__echo');
    expect(names.filter((name) => name.startsWith('files__'))).toEqual(['files__read_text_file', 'files__write_file']);
    expect(names.filter((name) => name.startsWith('memory__')).length).toBeGreaterThan(5);
    expect(new Set(names).size).toBe(names.length);

    const client = new Client({ name: 'test', version: '1' });
    const { command, args } = everything;
    await client.connect(new StdioClientTransport({ command, args, stderr: 'ignore' }));
    const { tools } = await client.listTools();
    await client.close();
    for (const { name, inputSchema } of tools) {
      const { $schema: _, ...schema } = inputSchema;
      expect(lastTools().find((tool) => tool.name === `everything__${name}`)?.parameters).toEqual(schema);
    }
    await open('none').send('Hello');
    expect(lastTools() ?? []).toEqual([]);
  });

  it('do what they are called for, and the figures are the provider’s', async () => {
    const path = join(folder, 'files', 'note.txt');
    const entity = { name: 'Ann', entityType: 'person', observations: ['lives in Oslo'] };
    const { session, results } = await calling(
      'all',
      { name: 'everything__echo', arguments: { message: 'hello' } },
      { name: 'files__write_file', arguments: { path, content: 'remember' } },
      { name: 'files__read_text_file', arguments: { path } },
      { name: 'memory__create_entities', arguments: { entities: [entity] } },
      { name: 'memory__read_graph', arguments: {} },
      { name: 'everything__get-env', arguments: {} },
    );
    expect(readFileSync(path, 'utf8')).toBe('remember');
    expect(results.map(([part]) => (part?.type === 'tool-result' ? part.isError : null))).toEqual(Array(6).fill(false));
    const said = lastResults().map(String);
    expect(said[0]).toBe('Echo: hello');
    expect(said[2]).toBe('remember');
    expect(said[4]).toContain('lives in Oslo');
    expect(said[5]).toContain('"THE_KEY": "[secret]"');
    expect(JSON.stringify(stack.requests)).not.toContain(secret);
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
  });

  it.each<[string, Call, RegExp]>([
    ['a refusal of the tool', { name: 'files__read_text_file', arguments: { path: '/etc/passwd' } }, /Access denied/],
    ['arguments that do not fit', { name: 'everything__echo', arguments: { message: 5 } }, /expected string/],
    ['arguments that are no object', { name: 'everything__echo', arguments: '[1]' }, /everything__echo/],
    [
      'a tool that is not allowed',
      { name: 'files__move_file', arguments: {} },
      /no tool files__move_file.*files__write_file/,
    ],
    ['a tool that never answers', { name: 'changing__sleep', arguments: {} }, /took longer than 0\.7 s/],
  ])('hand %s to the model as an error, and the run goes on', async (_, call, expected) => {
    const { results } = await calling(call.name.startsWith('changing') ? 'changing' : 'all', call);
    expect(results[0]).toMatchObject([{ type: 'tool-result', isError: true }]);
    expect(String(lastResults()[0])).toMatch(expected);
  });

  it('that are killed in the middle of a call are an error that the model sees, and the next call finds them again', async () => {
    const session = open('all');
    const long = { name: 'everything__trigger-long-running-operation', arguments: { duration: 60, steps: 2 } };
    const echo = { name: 'everything__echo', arguments: { message: 'back' } };
    stack.simulator.script([{ toolCalls: [long] }, { toolCalls: [echo] }, { answer: 'Done.' }]);
    const before = await childrenOf(bin('everything'));
    const sent = session.send('Do it');
    const started = async () =>
      (await stack.store.events(session.id, { afterId: 0, limit: 50 })).some(({ type }) => type === 'tool.started');
    await until(started);
    // Agent "blind" has another process of the same server.
    for (const pid of before) process.kill(pid, 'SIGKILL');
    const run = await sent;
    expect(run).toMatchObject({ status: 'completed', text: 'Done.', metrics: { toolCalls: 2, calls: 3 } });
    expect(lastResults()).toEqual([
      'everything__trigger-long-running-operation failed: MCP server everything was lost in the middle of the call; what it did until then is unknown',
      'Echo: back',
    ]);
    const after = await childrenOf(bin('everything'));
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    expect(after.length).toBeGreaterThan(0);
  });

  it('wait for a person before a call that the config wants approved, and for no other', async () => {
    const calls = ['fail', 'echo'].map((name) => ({ name: `careful__${name}`, arguments: { message: 'hi' } }));
    stack.simulator.script([...calls.map((call) => ({ toolCalls: [call] })), { answer: 'Done.' }]);
    const session = open('careful');
    const waiting = await session.send('Do it');
    expect(waiting).toMatchObject({ status: 'waiting', waitingFor: [{ kind: 'approval', tool: 'careful__echo' }] });
    await session.approve({ callId: waiting.waitingFor?.[0]?.callId ?? '', approved: true });
    await until(async () => (await session.run(waiting.runId)).status === 'completed');
    expect(lastResults()).toEqual([expect.stringContaining('the vault is closed'), expect.stringMatching(/^echo hi/)]);
  });

  const tiny = { name: 'everything__get-tiny-image', arguments: {} };

  it('show the model the images in their results, which lie in the store', async () => {
    const { session, run, results } = await calling('all', tiny);
    expect(results[0]).toEqual([
      expect.objectContaining({
        type: 'tool-result',
        isError: false,
        output: expect.stringContaining('[image 1: image/png'),
      }),
      { type: 'image', mediaType: 'image/png', storedAs: expect.any(String) },
    ]);
    expect(lastResults()).toEqual([
      [
        { type: 'input_text', text: expect.stringContaining('[image 1: image/png') },
        { type: 'input_image', detail: 'auto', image_url: expect.stringMatching(/^data:image\/png;base64,iVBOR/) },
      ],
    ]);
    expect(run.metrics.failedAttempts).toBe(0);
    const totals = await threeTotals(stack, session);
    expect([totals.metrics, totals.ledger]).toEqual([totals.provider, totals.provider]);
    await session.send('And now?');
    expect(JSON.stringify(lastBody())).toContain('data:image/png;base64,iVBOR');
  });

  it('show them to Anthropic behind the results, and only name them where a wire or the config has no place for them', async () => {
    await calling('anthropic', tiny);
    const messages = lastBody()['messages'] as readonly { readonly content: unknown }[];
    expect(messages.at(-1)?.content).toMatchObject([
      { type: 'tool_result', content: expect.stringContaining('[image 1: image/png') },
      { type: 'image', source: { media_type: 'image/png', data: expect.stringMatching(/^iVBOR/) } },
    ]);
    await calling('chat', tiny);
    expect(JSON.stringify(lastBody())).toContain('[image 1: image/png');
    expect(JSON.stringify(lastBody())).not.toContain('iVBOR');
    await calling('blind', { ...tiny, name: 'blind__get-tiny-image' });
    expect(lastResults()).toEqual([expect.stringContaining('[image: image/png')]);
  });

  it('keep the tools of a session as they are, byte for byte, over a restart and another listing, until it is compacted', async () => {
    const session = open('changing');
    await session.send('Hello');
    const tools = () => /"tools":\[.*?\](?=,"|\})/s.exec(stack.requests.at(-1)?.text ?? '')?.[0];
    const first = tools();
    expect(first).toContain('changing__sleep');
    writeFileSync(listed, 'echo\nother\nsleep');
    await stack.restartWorker();
    await session.send('Hello again');
    expect(tools()).toBe(first);
    stack.simulator.script([
      { toolCalls: [{ name: 'changing__echo', arguments: { message: 'x' } }] },
      { answer: 'Done.' },
    ]);
    expect(await session.send('Call it')).toMatchObject({ status: 'completed', text: 'Done.' });
    expect(tools()).toBe(first);
    await open('changing').send('Hello');
    expect(tools()).toContain('changing__other');
    await session.compact({ keepRuns: 0 });
    await session.send('And now?');
    expect(tools()).toContain('changing__other');
  });
});
