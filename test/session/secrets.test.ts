import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';
import { cli, newFolder, removeFolder, startDev, type RunningDev } from '../support/cli.ts';

/** Keys that look like nothing in particular: only who knows them can take them out. */
const key = `zebra.${randomUUID()}.quagga`;
const claudeKey = `okapi.${randomUUID()}.tapir`;
/** A key that Loadline does not know, of the shape that keys have. */
const foreignKey = `sk-live-${randomUUID().replaceAll('-', '')}`;
const secrets = [key, claudeKey, foreignKey];

const folder = newFolder();
let simulator: Simulator;
let dev: RunningDev;
/** All that commands printed. */
let printed = '';

beforeAll(async () => {
  simulator = await startSimulator();
  const config = {
    providers: {
      chat: { api: 'openai-chat', baseURL: `${simulator.url}/v1`, apiKeyEnv: 'ZEBRA_KEY' },
      responses: { api: 'openai-responses', baseURL: `${simulator.url}/v1`, apiKeyEnv: 'ZEBRA_KEY' },
      claude: { api: 'anthropic-messages', baseURL: simulator.url, apiKeyEnv: 'OKAPI_KEY' },
      ollama: { api: 'ollama', baseURL: simulator.url, apiKeyEnv: 'ZEBRA_KEY' },
    },
    agents: ['chat', 'responses', 'claude', 'ollama'].map((name) => ({ name, model: `${name}/some-model` })),
  };
  writeFileSync(join(folder, 'loadline.config.json'), JSON.stringify(config));
  dev = await startDev(folder, { ZEBRA_KEY: key, OKAPI_KEY: claudeKey, LOADLINE_LOG: 'trace' });
});

afterAll(async () => {
  await dev.stop();
  await simulator.close();
  removeFolder(folder);
});

async function send(agent: string, text: string): Promise<Awaited<ReturnType<typeof cli>>> {
  const words = ['send', `secret-${randomUUID()}`, text, '--agent', agent];
  const result = await cli(words, { folder, environment: { ZEBRA_KEY: key, OKAPI_KEY: claudeKey } });
  printed += result.stdout + result.stderr;
  return result;
}

function filesBelow(place: string): string[] {
  return readdirSync(place, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );
}

/** Also as base64, wherever the bytes before it left off. */
function formsOf(secret: string): string[] {
  const encoded = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
      .toString('base64')
      .slice(4, -4),
  );
  return [secret, ...encoded];
}

function expectNoSecret(where: string, bytes: Buffer): void {
  for (const secret of secrets) {
    for (const form of formsOf(secret)) expect([where, bytes.includes(form)]).toEqual([where, false]);
  }
}

describe('a key', () => {
  it.each(['chat', 'responses', 'claude', 'ollama'])(
    'that %s repeats in its errors stays out of history, store, logs and what people see',
    async (agent) => {
      const ours = agent === 'claude' ? claudeKey : key;
      // The whole result, so that a failure says why.
      expect(await send(agent, 'Hello')).toMatchObject({ code: 0 });
      const echo = `Incorrect API key provided: ${ours} (organisation key ${foreignKey}), Authorization: Bearer ${ours}`;
      simulator.script({ status: 401, message: echo });
      const refused = await send(agent, 'Hello with a wrong key');
      expect(refused.code).toBe(1);
      expect(refused.stderr + refused.stdout).toContain('Incorrect API key provided: [key]');
      simulator.script([
        { status: 500, retryAfterMs: 1, message: `The request {"api_key": "${ours}"} broke the server` },
        { errorAfterChunks: 2, answerTokens: 20, message: `Upstream said no to x-api-key: ${ours}` },
        { dropAfterChunks: 1, answerTokens: 20 },
      ]);
      expect((await send(agent, 'Hello with troubles')).code).toBe(0);
      expectNoSecret('commands', Buffer.from(printed));
      expectNoSecret('logs', Buffer.from(dev.process.stdout() + dev.process.stderr()));
    },
  );

  it('is in no history of any workflow', async () => {
    const connection = await Connection.connect({ address: dev.ready.temporal.address });
    const { workflow } = new Client({ connection });
    let histories = 0;
    for await (const { workflowId, runId } of workflow.list()) {
      const history = await workflow.getHandle(workflowId, runId).fetchHistory();
      expectNoSecret(workflowId, Buffer.from(temporal.api.history.v1.History.encode(history).finish()));
      histories += 1;
    }
    await connection.close();
    expect(histories).toBe(12);
  });

  it('is in no file of the home: neither the store nor the server', () => {
    const files = filesBelow(folder);
    expect(files.filter((file) => /loadline\.sqlite$|temporal\.sqlite$/.test(file))).toHaveLength(2);
    for (const file of files) expectNoSecret(file, readFileSync(file));
    // That a search of these files does find what is in them:
    expect(files.some((file) => readFileSync(file).includes('Incorrect API key provided: [key]'))).toBe(true);
  });
});
