import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { simulatorAt, startSimulator } from '../../src/simulator/index.ts';
import type { Simulator } from '../../src/simulator/index.ts';
import { all, clientsAt, model } from './clients.ts';

let simulator: Simulator;
let clients: ReturnType<typeof clientsAt>;

beforeAll(async () => {
  simulator = await startSimulator();
  clients = clientsAt(simulator.url);
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

it('is exact under 200 requests at once, on all wires', async () => {
  const counted = await Promise.all(
    Array.from({ length: 200 }, async (_, at) => {
      const messages = [{ role: 'user' as const, content: `Tell me of the number ${at}. [[tokens ${at % 40}]]` }];
      if (at % 4 === 0) {
        const { usage } = await clients.anthropic.messages.stream({ model, max_tokens: 100, messages }).finalMessage();
        return [usage.input_tokens, usage.output_tokens] as const;
      }
      if (at % 4 === 1) {
        const lines = await all(await clients.ollama.chat({ model, messages, stream: true }));
        const last = lines.at(-1);
        return [last?.prompt_eval_count ?? 0, last?.eval_count ?? 0] as const;
      }
      if (at % 4 === 2) {
        const { usage } = await clients.openai.responses.stream({ model, input: messages }).finalResponse();
        return [usage?.input_tokens ?? 0, usage?.output_tokens ?? 0] as const;
      }
      const stream_options = { include_usage: true };
      const completion = clients.openai.chat.completions.stream({ model, messages, stream_options });
      const usage = await completion.totalUsage();
      return [usage.prompt_tokens, usage.completion_tokens] as const;
    }),
  );
  const sum = (index: 0 | 1): number => counted.reduce((total, counts) => total + counts[index], 0);
  const { totals, running } = simulator.tally();
  expect(running).toBe(0);
  expect(totals).toMatchObject({ requests: 200, input: sum(0), output: sum(1) });
  expect(totals.outcomes.completed).toBe(200);
  expect(totals.byModel[model]).toMatchObject({ requests: 200, input: sum(0), output: sum(1) });
});

it('keeps the headers that name our call, and no key', async () => {
  const headers = { 'Loadline-Call': 'c1', 'Idempotency-Key': 'k1' };
  await clients.openai.responses.create({ model, input: 'Hi' }, { headers });
  const [entry] = simulator.tally().requests;
  expect(entry?.headers).toEqual({ 'loadline-call': 'c1', 'idempotency-key': 'k1' });
  expect(JSON.stringify(simulator.tally())).not.toContain('Bearer');
});

async function startProcess() {
  const child = spawn(process.execPath, ['src/simulator/main.ts', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { ready } = JSON.parse(line) as { ready: string };
  return {
    url: ready,
    async stop(): Promise<unknown> {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}

it('runs as a process of its own that another one drives over HTTP', async () => {
  const other = await startProcess();
  const remote = simulatorAt(other.url);
  await remote.script({ answer: 'Scripted.' });
  const answer = await clientsAt(other.url).openai.responses.create({ model, input: 'Hi' });
  expect(answer.output_text).toBe('Scripted.');
  expect((await remote.tally()).requests).toMatchObject([{ id: answer.id, outcome: 'completed' }]);
  await expect(remote.script({ nonsense: 1 } as object)).rejects.toThrow('nonsense');
  await remote.reset({ tokensPerSecond: 1_000 });
  expect((await remote.tally()).totals.requests).toBe(0);
  expect(await other.stop()).toBe(0);
});
