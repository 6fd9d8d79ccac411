import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type Anthropic from '@anthropic-ai/sdk';
import { startSimulator } from '../../src/simulator/index.ts';
import type { Simulator } from '../../src/simulator/index.ts';
import { all, clientsAt, model } from './clients.ts';

let simulator: Simulator;
let anthropic: Anthropic;

beforeAll(async () => {
  simulator = await startSimulator();
  anthropic = clientsAt(simulator.url).anthropic;
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const tools = [
  { name: 'weather', input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } } },
];

function ask(content: string) {
  return { model, max_tokens: 1_000, messages: [{ role: 'user' as const, content }] };
}

it('answers without streaming, with the usage that it billed', async () => {
  const message = await anthropic.messages.create(ask('What is 12 times 7?'));
  expect(message).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' });
  expect(message.content).toEqual([{ type: 'text', text: '12 * 7 = 84' }]);
  const [billed] = simulator.tally().requests;
  expect(billed?.id).toBe(message.id);
  expect(message.usage).toMatchObject({
    input_tokens: billed?.billed.input,
    output_tokens: billed?.billed.output,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  });
});

it('streams the events in their real order', async () => {
  const events = await all(await anthropic.messages.create({ ...ask('Hi'), stream: true }));
  const types = events.map(({ type }) => type).filter((type, at, list) => type !== list[at - 1]);
  expect(types).toEqual([
    'message_start',
    'content_block_start',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ]);
});

it('streams thinking, text and tool calls that the SDK puts together', async () => {
  simulator.script({
    reasoning: 'Let me think.',
    answer: 'Wait.',
    toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }],
  });
  const message = await anthropic.messages.stream({ ...ask('Hi'), tools }).finalMessage();
  expect(message.content).toMatchObject([
    { type: 'thinking', thinking: 'Let me think.', signature: expect.stringMatching(/.+/) },
    { type: 'text', text: 'Wait.' },
    { type: 'tool_use', name: 'weather', input: { city: 'Oslo' } },
  ]);
  expect(message.stop_reason).toBe('tool_use');
  const { totals } = simulator.tally();
  expect(totals.reasoning).toBeGreaterThan(0);
  expect(message.usage.output_tokens).toBe(totals.output + totals.reasoning);
  expect(message.usage.output_tokens_details?.thinking_tokens).toBe(totals.reasoning);
});

it('answers from the results of its tools', async () => {
  const asked = 'What does the weather tool say of Oslo?';
  const first = await anthropic.messages.create({ ...ask(asked), tools });
  const [call] = first.content;
  if (call?.type !== 'tool_use') throw new Error('No call');
  const second = await anthropic.messages.create({
    ...ask(asked),
    tools,
    messages: [
      { role: 'user', content: asked },
      { role: 'assistant', content: first.content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: '21 °C' }] },
    ],
  });
  expect(second.content).toEqual([{ type: 'text', text: 'weather says: 21 °C' }]);
});

it('says why it stopped', async () => {
  const long = await anthropic.messages.create({ ...ask('[[tokens 100]]'), max_tokens: 10 });
  expect(long).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 10 } });
  const refused = await anthropic.messages.stream(ask('[[refuse]]')).finalMessage();
  expect(refused).toMatchObject({ stop_reason: 'refusal', stop_details: { type: 'refusal' } });
});

it('breaks a stream off with its error event', async () => {
  simulator.script({ errorAfterChunks: 2 });
  await expect(anthropic.messages.stream(ask('Why is the sky blue?')).finalMessage()).rejects.toMatchObject({
    type: 'overloaded_error',
  });
  expect(simulator.tally().requests[0]).toMatchObject({ outcome: 'dropped' });
});

it('lists its models with their limits', async () => {
  const models = await all(anthropic.models.list());
  expect(models[0]).toMatchObject({ id: model, max_input_tokens: 128_000, max_tokens: 16_384 });
});
