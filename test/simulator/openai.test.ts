import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type OpenAI from 'openai';
import { startSimulator } from '../../src/simulator/index.ts';
import type { Simulator } from '../../src/simulator/index.ts';
import { all, clientsAt, model } from './clients.ts';

let simulator: Simulator;
let openai: OpenAI;

beforeAll(async () => {
  simulator = await startSimulator();
  openai = clientsAt(simulator.url).openai;
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const parameters = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const question = [{ role: 'user' as const, content: 'What is 12 times 7?' }];

describe('Responses', () => {
  it('answers without streaming, with the usage that it billed', async () => {
    const answer = await openai.responses.create({ model, input: 'What is 12 times 7?' });
    expect(answer.output_text).toBe('12 * 7 = 84');
    expect(answer.status).toBe('completed');
    const [billed] = simulator.tally().requests;
    expect(billed).toMatchObject({ id: answer.id, wire: 'responses', model, outcome: 'completed', stream: false });
    expect(answer.usage).toMatchObject({
      input_tokens: billed?.billed.input,
      output_tokens: billed?.billed.output,
      total_tokens: (billed?.billed.input ?? 0) + (billed?.billed.output ?? 0),
    });
  });

  it('streams the events in their real order', async () => {
    const events = await all(await openai.responses.create({ model, input: 'Hi', stream: true }));
    const types = events.map(({ type }) => type).filter((type, at, list) => type !== list[at - 1]);
    expect(types).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, at) => at));
  });

  it('streams what the SDK puts together to the same response', async () => {
    simulator.script({
      reasoning: 'Let me think.',
      answer: 'Done.',
      toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }],
    });
    const stream = openai.responses.stream({
      model,
      input: 'Hi',
      reasoning: { summary: 'auto' },
      tools: [{ type: 'function', name: 'weather', parameters, strict: true }],
    });
    const response = await stream.finalResponse();
    expect(response.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'function_call']);
    expect(response.output[0]).toMatchObject({ summary: [{ type: 'summary_text', text: 'Let me think.' }] });
    expect(response.output_text).toBe('Done.');
    expect(response.output[2]).toMatchObject({ name: 'weather', arguments: '{"city":"Oslo"}' });
    expect(response.usage?.output_tokens_details.reasoning_tokens).toBe(simulator.tally().totals.reasoning);
  });

  it('calls a tool that is mentioned and answers from its result', async () => {
    const tools = [{ type: 'function' as const, name: 'weather', parameters, strict: true }];
    const asked = 'What does the weather tool say of Oslo?';
    const first = await openai.responses.create({ model, input: asked, tools });
    const [call] = first.output;
    if (call?.type !== 'function_call') throw new Error('No call');
    expect(JSON.parse(call.arguments)).toEqual({ city: 'Oslo' });
    const second = await openai.responses.create({
      model,
      tools,
      input: [
        { role: 'user', content: asked },
        { type: 'function_call', call_id: call.call_id, name: call.name, arguments: call.arguments },
        { type: 'function_call_output', call_id: call.call_id, output: '21 °C' },
      ],
    });
    expect(second.output_text).toBe('weather says: 21 °C');
  });

  it('is incomplete at the output limit and at the content filter', async () => {
    const long = await openai.responses.create({ model, input: '[[tokens 100]]', max_output_tokens: 16 });
    expect(long).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
    expect(long.usage?.output_tokens).toBe(16);
    const filtered = await all(await openai.responses.create({ model, input: '[[filter]]', stream: true }));
    expect(filtered.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { incomplete_details: { reason: 'content_filter' } },
    });
  });

  it('refuses in a refusal part', async () => {
    const response = await openai.responses.stream({ model, input: '[[refuse]]' }).finalResponse();
    expect(response.output[0]).toMatchObject({ content: [{ type: 'refusal', refusal: expect.any(String) }] });
  });
});

describe('chat completions', () => {
  it('answers without streaming, with the usage that it billed', async () => {
    const answer = await openai.chat.completions.create({ model, messages: question });
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: '12 * 7 = 84', refusal: null },
    });
    const [billed] = simulator.tally().requests;
    expect(billed?.id).toBe(answer.id);
    expect(answer.usage).toMatchObject({
      prompt_tokens: billed?.billed.input,
      completion_tokens: billed?.billed.output,
    });
  });

  it('reports usage in a last chunk without choices, only when asked', async () => {
    const stream_options = { include_usage: true };
    const asked = await all(
      await openai.chat.completions.create({ model, messages: question, stream: true, stream_options }),
    );
    expect(asked.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: simulator.tally().totals.input } });
    expect(asked.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    const unasked = await all(await openai.chat.completions.create({ model, messages: question, stream: true }));
    expect(unasked.some((chunk) => 'usage' in chunk)).toBe(false);
    expect(unasked.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  it('streams parallel tool calls that the SDK puts together', async () => {
    const tools = ['weather', 'clock'].map((name) => ({ type: 'function' as const, function: { name, parameters } }));
    const content = '[[tool weather {"city":"Oslo"}]] [[tool clock {"city":"Rome"}]]';
    const stream = openai.chat.completions.stream({ model, messages: [{ role: 'user', content }], tools });
    const completion = await stream.finalChatCompletion();
    expect(completion.choices[0]?.finish_reason).toBe('tool_calls');
    const calls = completion.choices[0]?.message.tool_calls ?? [];
    expect(calls.map((call) => call.type === 'function' && call.function)).toMatchObject([
      { name: 'weather', arguments: '{"city":"Oslo"}' },
      { name: 'clock', arguments: '{"city":"Rome"}' },
    ]);
  });

  it('repeats cumulative usage in every chunk, or gives none', async () => {
    const messages = [{ role: 'user' as const, content: 'Why is the sky blue?' }];
    simulator.script([{ cumulativeUsage: true }, { noUsage: true }]);
    const chunks = await all(await openai.chat.completions.create({ model, messages, stream: true }));
    const counts = chunks.flatMap(({ usage }) => usage?.completion_tokens ?? []);
    expect(counts.length).toBeGreaterThan(10);
    expect(counts).toEqual(counts.toSorted((left, right) => left - right));
    expect(counts.at(-1)).toBe(simulator.tally().totals.output);
    const stream_options = { include_usage: true };
    const silent = await all(await openai.chat.completions.create({ model, messages, stream: true, stream_options }));
    expect(silent.every(({ usage }) => !usage)).toBe(true);
    expect(simulator.tally().requests[1]?.billed.output).toBe(counts.at(-1));
  });

  it('bills audio by its length, and what a script says', async () => {
    const data = Buffer.alloc(32_000).toString('base64');
    const content = [{ type: 'input_audio' as const, input_audio: { data, format: 'mp3' as const } }];
    simulator.script({ usage: { audioOutput: 30, reasoning: 7 } });
    const answer = await openai.chat.completions.create({ model, messages: [{ role: 'user', content }] });
    expect(answer.usage?.prompt_tokens_details?.audio_tokens).toBe(20);
    expect(answer.usage?.completion_tokens_details).toMatchObject({ audio_tokens: 30, reasoning_tokens: 7 });
    const { totals } = simulator.tally();
    expect(totals).toMatchObject({ audioInput: 20, audioOutput: 30, reasoning: 7 });
    expect(answer.usage?.prompt_tokens).toBe(totals.input + 20);
    expect(answer.usage?.completion_tokens).toBe(totals.output + 37);
  });

  it('sends tool arguments that are no JSON as they are', async () => {
    const messages = [{ role: 'user' as const, content: '[[badjson weather]]' }];
    const answer = await openai.chat.completions.create({ model, messages });
    const call = answer.choices[0]?.message.tool_calls?.[0];
    expect(() => JSON.parse(call?.type === 'function' ? call.function.arguments : '{}')).toThrow(SyntaxError);
  });
});

it('lists its models, and serves others too', async () => {
  const ids = (await all(openai.models.list())).map(({ id }) => id);
  expect(ids).toContain('loadline-sim-1');
  const answer = await openai.chat.completions.create({ model: 'gpt-5.2', messages: question });
  expect(answer.model).toBe('gpt-5.2');
});
