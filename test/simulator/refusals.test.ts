import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSimulator } from '../../src/simulator/index.ts';
import type { Simulator } from '../../src/simulator/index.ts';
import { clientsAt, longText, model } from './clients.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ contextWindow: 2_000 });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

async function refusal(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${simulator.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const { error } = (await response.json()) as {
    error: { message: string; type: string; code?: string; param?: string };
  };
  return { status: response.status, ...error };
}

const user = { role: 'user', content: 'Hi' };
const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{}' } };

describe('chat completions refuse', () => {
  const refused = (fields: object, headers = {}) =>
    refusal('/v1/chat/completions', { model, messages: [user], ...fields }, headers);

  it.each([
    ['no messages', { messages: [] }, 'empty_array', 'empty array'],
    ['missing messages', { messages: undefined }, 'missing_required_parameter', "'messages'"],
    ['a wrong role', { messages: [{ role: 'robot', content: 'Hi' }] }, 'invalid_value', "'robot'"],
    ['a field of the wrong type', { temperature: 'hot' }, 'invalid_type', 'expected a decimal, but got a string'],
    ['an unknown field', { warmth: 1 }, 'unknown_parameter', "'warmth'"],
    ['too large an output limit', { max_tokens: 20_000 }, 'invalid_value', 'at most 16384'],
    [
      'a result without its call',
      { messages: [user, { role: 'tool', tool_call_id: 'call_1', content: '' }] },
      null,
      'preceeding message',
    ],
    [
      'a call without its result',
      { messages: [user, { role: 'assistant', content: null, tool_calls: [call] }, user] },
      null,
      'did not have response messages: call_1',
    ],
    [
      'an over-long input',
      { model: 'unknown', messages: [{ role: 'user', content: longText(3_000) }] },
      'context_length_exceeded',
      'maximum context length is 2000 tokens',
    ],
    [
      'input and output over the window',
      { model: 'unknown', max_tokens: 1_999 },
      'context_length_exceeded',
      'in the completion',
    ],
  ])('%s', async (_, fields, code, words) => {
    const answer = await refused(fields);
    expect(answer).toMatchObject({ status: 400, type: 'invalid_request_error', code });
    expect(answer.message).toContain(words);
  });

  it('a wrong key', async () => {
    const { openai } = clientsAt(simulator.url, 'invalid');
    await expect(openai.models.list()).rejects.toMatchObject({ status: 401 });
    await expect(openai.responses.create({ model, input: 'Hi' })).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
      message: expect.stringContaining('Incorrect API key provided'),
    });
  });

  it('a body that is no JSON', async () => {
    expect(await refusal('/v1/chat/completions', '{nonsense')).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
    });
  });
});

describe('Responses refuse', () => {
  const output = { type: 'function_call_output', call_id: 'call_1', output: '21' };
  const item = { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{}' };

  it.each([
    ['no input', { input: [] }, 'missing_required_parameter', '"input"'],
    [
      'a result without its call',
      { input: [user, output] },
      null,
      'No tool call found for function call output with call_id call_1.',
    ],
    ['a call without its result', { input: [user, item] }, null, 'No tool output found for function call call_1.'],
    ['too small an output limit', { max_output_tokens: 5 }, 'integer_below_min_value', '>= 16'],
    ['a response it does not keep', { previous_response_id: 'resp_1' }, 'previous_response_not_found', 'resp_1'],
    [
      'an over-long input',
      { model: 'unknown', input: longText(3_000) },
      'context_length_exceeded',
      'exceeds the context window',
    ],
    [
      'parts of the other side',
      { input: [{ role: 'assistant', content: [{ type: 'input_text', text: 'Hi' }] }] },
      'invalid_value',
      'input_text',
    ],
  ])('%s', async (_, fields, code, words) => {
    const answer = await refusal('/v1/responses', { model, input: 'Hi', ...fields });
    expect(answer).toMatchObject({ status: 400, type: 'invalid_request_error', code });
    expect(answer.message).toContain(words);
  });
});

describe('Anthropic refuses', () => {
  const use = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} };
  const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: '21' };
  const cached = { type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } };
  const refused = (fields: object, headers = {}) =>
    refusal('/v1/messages', { model, max_tokens: 100, messages: [user], ...fields }, headers);

  it.each([
    ['no output limit', { max_tokens: undefined }, 'max_tokens: Field required'],
    ['no messages', { messages: [] }, 'messages: at least one message is required'],
    [
      'an empty text block',
      { messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] },
      'text content blocks must be non-empty',
    ],
    ['an empty message', { messages: [{ role: 'user', content: '' }] }, 'all messages must have non-empty content'],
    ['a system message', { messages: [{ role: 'system', content: 'Be kind.' }] }, 'Unexpected role "system"'],
    [
      'a wrong role',
      { messages: [{ role: 'robot', content: 'Hi' }] },
      "messages.0.role: Input should be 'user' or 'assistant'",
    ],
    ['an unknown field', { warmth: 1 }, 'warmth: Extra inputs are not permitted'],
    ['a field of the wrong type', { temperature: 'hot' }, 'temperature: Input should be a valid number'],
    [
      'a call without its result',
      { messages: [user, { role: 'assistant', content: [use] }, user] },
      'without `tool_result` blocks immediately after: toolu_1',
    ],
    ['a call at the end', { messages: [user, { role: 'assistant', content: [use] }] }, 'without `tool_result` blocks'],
    [
      'a result without its call',
      { messages: [{ role: 'user', content: [result] }] },
      'unexpected `tool_use_id` found in `tool_result` blocks: toolu_1',
    ],
    [
      'five breakpoints',
      { system: [cached, cached, cached, cached, cached] },
      'A maximum of 4 blocks with cache_control',
    ],
    [
      'an over-long prompt',
      { model: 'unknown', messages: [{ role: 'user', content: longText(3_000) }] },
      'tokens > 2000 maximum',
    ],
    ['prompt and output over the window', { model: 'unknown', max_tokens: 1_999 }, 'exceed context limit'],
    ['too large an output limit', { max_tokens: 20_000 }, 'maximum allowed number of output tokens'],
  ])('%s', async (_, fields, words) => {
    const answer = await refused(fields);
    expect(answer).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(answer.message).toContain(words);
  });

  it('a wrong key', async () => {
    expect(await refused({}, { 'x-api-key': 'invalid' })).toEqual({
      status: 401,
      type: 'authentication_error',
      message: 'invalid x-api-key',
    });
  });
});

it('Ollama refuses a wrong type in the words of Go', async () => {
  const { ollama } = clientsAt(simulator.url);
  const messages = 'Hi' as unknown as [];
  await expect(ollama.chat({ model, messages })).rejects.toThrow('cannot unmarshal string into Go struct field');
});

it('bills nothing for what it refuses', async () => {
  await refusal('/v1/messages', { model });
  expect(simulator.tally()).toMatchObject({
    running: 0,
    requests: [{ outcome: 'refused', status: 400, billed: { input: 0, output: 0 } }],
  });
});
