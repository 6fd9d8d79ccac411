import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Ollama } from 'ollama';
import { startSimulator } from '../../src/simulator/index.ts';
import type { Simulator } from '../../src/simulator/index.ts';
import { all, clientsAt, longText, model } from './clients.ts';

let simulator: Simulator;
let ollama: Ollama;

beforeAll(async () => {
  simulator = await startSimulator();
  ollama = clientsAt(simulator.url).ollama;
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const messages = [{ role: 'user', content: 'What is 12 times 7?' }];
const weather = {
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

it('answers without streaming, with the counts that it billed', async () => {
  const answer = await ollama.chat({ model, messages });
  expect(answer).toMatchObject({ done: true, done_reason: 'stop', message: { content: '12 * 7 = 84' } });
  const { totals } = simulator.tally();
  expect(answer).toMatchObject({ prompt_eval_count: totals.input, eval_count: totals.output });
});

it('streams lines, the last of which has the counts', async () => {
  const lines = await all(await ollama.chat({ model, messages, stream: true, think: true }));
  expect(lines.map(({ message }) => message.content).join('')).toBe('12 * 7 = 84');
  const { totals } = simulator.tally();
  expect(lines.at(-1)).toMatchObject({ done: true, prompt_eval_count: totals.input, eval_count: totals.output });
});

it('sends thinking apart and counts it with the answer', async () => {
  simulator.script({ reasoning: 'Let me think.', reasoningTokens: 40, answer: 'Yes.' });
  const answer = await ollama.chat({ model, messages, think: true });
  expect(answer.message).toMatchObject({ thinking: 'Let me think.', content: 'Yes.' });
  expect(answer.eval_count).toBe(42);
  expect(simulator.tally().totals).toMatchObject({ output: 42, reasoning: 0 });
});

it('calls tools, whole in one line, and answers from their results', async () => {
  const asked = { role: 'user', content: 'What does the weather tool say of Oslo?' };
  const lines = await all(await ollama.chat({ model, messages: [asked], tools: [weather], stream: true }));
  const calls = lines.flatMap(({ message }) => message.tool_calls ?? []);
  expect(calls).toEqual([{ function: { name: 'weather', arguments: { city: 'Oslo' } } }]);
  const results = [
    asked,
    { role: 'assistant', content: '', tool_calls: calls },
    { role: 'tool', content: '21 °C', tool_name: 'weather' },
  ];
  const second = await ollama.chat({ model, messages: results, tools: [weather] });
  expect(second.message.content).toBe('weather says: 21 °C');
});

it('drops the oldest messages silently to fit num_ctx, 4,096 when it is not set', async () => {
  const early = { role: 'user', content: `My name is Ann. ${longText(5_000)}` };
  const said = { role: 'assistant', content: 'Noted.' };
  const long = [early, said, { role: 'user', content: 'What is my name?' }];
  const cut = await ollama.chat({ model, messages: long });
  expect(cut.prompt_eval_count).toBeLessThan(4_096);
  expect(cut.message.content).toContain('You have not told me');
  const whole = await ollama.chat({ model, messages: long, options: { num_ctx: 16_000 } });
  expect(whole.prompt_eval_count).toBeGreaterThan(4_500);
  expect(whole.message.content).toBe('Your name is Ann.');
});

it('stops at num_predict', async () => {
  const long = [{ role: 'user', content: '[[tokens 100]]' }];
  const answer = await ollama.chat({ model, messages: long, options: { num_predict: 10 } });
  expect(answer).toMatchObject({ done_reason: 'length', eval_count: 10 });
});

it('lists its models', async () => {
  const { models } = await ollama.list();
  expect(models.map(({ name }) => name)).toContain(model);
});
