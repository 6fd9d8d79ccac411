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
const png = 'iVBORw0KGgo=';
const half = 'caf\ud83d';
/** A tool that no provider takes, for its name or its schema. */
const badName = { name: 'weather.now', parameters: { type: 'object' } };
const badSchema = { name: 'weather', parameters: { type: 'string' } };

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
      'a second result of a call',
      {
        messages: [
          user,
          { role: 'assistant', content: null, tool_calls: [call] },
          ...[1, 2].map(() => ({ role: 'tool', tool_call_id: 'call_1', content: '21' })),
        ],
      },
      null,
      'preceeding message',
    ],
    [
      'a call that stands apart from its result',
      {
        messages: [
          user,
          { role: 'assistant', content: null, tool_calls: [call] },
          user,
          { role: 'tool', tool_call_id: 'call_1', content: '21' },
        ],
      },
      null,
      'did not have response messages: call_1',
    ],
    [
      'two calls of one id',
      { messages: [user, { role: 'assistant', content: null, tool_calls: [call, call] }] },
      null,
      "Duplicate value for 'tool_call_id'",
    ],
    [
      'a call of a tool with a wrong name',
      {
        messages: [
          user,
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ ...call, function: { name: 'weather now', arguments: '{}' } }],
          },
        ],
      },
      'invalid_value',
      'does not match pattern',
    ],
    [
      'arguments that are no text',
      {
        messages: [
          user,
          { role: 'assistant', content: null, tool_calls: [{ ...call, function: { name: 'w', arguments: {} } }] },
        ],
      },
      'invalid_type',
      'expected a string',
    ],
    ['no content', { messages: [{ role: 'user', content: [] }] }, 'empty_array', 'messages[0].content'],
    ['an answer without content', { messages: [user, { role: 'assistant' }, user] }, null, 'expected a string'],
    [
      'a medium in an answer',
      { messages: [user, { role: 'assistant', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      'invalid_value',
      "'image_url'",
    ],
    [
      'an image that is none',
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,SGVsbG8=' } }] },
        ],
      },
      'invalid_image_format',
      'unsupported image',
    ],
    [
      'audio of a format that it does not know',
      {
        messages: [
          { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'SGVsbG8=', format: 'ogg' } }] },
        ],
      },
      'invalid_value',
      "'wav' and 'mp3'",
    ],
    ['a wrong name of a tool', { tools: [{ type: 'function', function: badName }] }, 'invalid_value', 'tools[0]'],
    [
      'a schema that is no object’s',
      { tools: [{ type: 'function', function: badSchema }] },
      'invalid_function_parameters',
      'type: "object"',
    ],
    ['half a character', { messages: [{ role: 'user', content: half }] }, null, 'could not parse the JSON'],
    [
      'two questions in a row, by the template of some models',
      { model: 'gemma-3', messages: [user, user] },
      null,
      'Conversation roles must alternate',
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
    ['a call after its result', { input: [user, output, item] }, null, 'No tool call found'],
    ['two calls of one id', { input: [user, item, item, output] }, null, 'Duplicate item found with call_id call_1'],
    ['two results of a call', { input: [user, item, output, output] }, null, 'Duplicate function call output'],
    [
      'reasoning without what it led to',
      { input: [user, { type: 'reasoning', id: 'rs_1', summary: [] }, user] },
      null,
      "Item 'rs_1' of type 'reasoning' was provided without its required following item.",
    ],
    [
      'a call of a tool with a wrong name',
      { input: [user, { ...item, name: 'weather.now' }, output] },
      'invalid_value',
      'input[1].name',
    ],
    ['a wrong name of a tool', { tools: [{ type: 'function', ...badName }] }, 'invalid_value', 'tools[0].name'],
    [
      'audio',
      { input: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: png, format: 'wav' } }] }] },
      'invalid_value',
      "'input_audio'",
    ],
    [
      'an image of a type that it does not know',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: `data:image/tiff;base64,${png}` }] }] },
      'invalid_image_format',
      'Invalid MIME type',
    ],
    ['half a character', { input: half }, null, 'could not parse the JSON'],
    ['too large an output limit', { max_output_tokens: 20_000 }, 'integer_above_max_value', '<= 16384'],
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
      'an answer at the beginning',
      { messages: [{ role: 'assistant', content: 'Hi' }, user] },
      'first message must use the "user" role',
    ],
    [
      'an answer that it is to go on with',
      { messages: [user, { role: 'assistant', content: 'It is' }] },
      'does not support assistant message prefill',
    ],
    [
      'two calls of one id',
      { messages: [user, { role: 'assistant', content: [use, use] }, { role: 'user', content: [result] }] },
      'messages.1.content.1: `tool_use` ids must be unique',
    ],
    [
      'two results of a call',
      { messages: [user, { role: 'assistant', content: [use] }, { role: 'user', content: [result, result] }] },
      'Found multiple `tool_result` blocks with id: toolu_1',
    ],
    [
      'a result behind a text',
      {
        messages: [
          user,
          { role: 'assistant', content: [use] },
          { role: 'user', content: [{ type: 'text', text: 'And?' }, result] },
        ],
      },
      'without `tool_result` blocks immediately after: toolu_1',
    ],
    [
      'arguments that are no object',
      { messages: [user, { role: 'assistant', content: [{ ...use, input: '{}' }] }, user] },
      'tool_use.input: Input should be a valid dictionary',
    ],
    [
      'a call of a tool with a wrong name',
      { messages: [user, { role: 'assistant', content: [{ ...use, name: 'weather.now' }] }, user] },
      'tool_use.name: String should match pattern',
    ],
    [
      'a call by the user',
      { messages: [{ role: 'user', content: [use] }] },
      '`tool_use` blocks can only be in `assistant` messages',
    ],
    [
      'thinking that it has not signed',
      {
        messages: [
          user,
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'Hm.', signature: 'x' },
              { type: 'text', text: 'Hi' },
            ],
          },
          user,
        ],
      },
      'Invalid `signature` in `thinking` block',
    ],
    [
      'thinking that led to nothing',
      { messages: [user, { role: 'assistant', content: [{ type: 'redacted_thinking', data: 'x' }] }, user] },
      'The final block in an assistant message cannot be `redacted_thinking`',
    ],
    [
      'tools whose thinking was lost',
      {
        thinking: { type: 'enabled', budget_tokens: 1024 },
        messages: [user, { role: 'assistant', content: [use] }, { role: 'user', content: [result] }],
      },
      'Expected `thinking` or `redacted_thinking`, but found `tool_use`',
    ],
    [
      'a wrong name of a tool',
      { tools: [{ name: 'weather.now', input_schema: { type: 'object' } }] },
      'tools.0.custom.name: String should match pattern',
    ],
    [
      'two tools of one name',
      { tools: [1, 2].map(() => ({ name: 'weather', input_schema: { type: 'object' } })) },
      'Tool names must be unique',
    ],
    [
      'a schema that is no object’s',
      { tools: [{ name: 'weather', input_schema: { type: 'string' } }] },
      "input_schema.type: Input should be 'object'",
    ],
    [
      'an image of another type than it says',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: png } }],
          },
        ],
      },
      'but the image appears to be a image/png image',
    ],
    [
      'a document that is no PDF',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: png } }],
          },
        ],
      },
      'The PDF specified was not valid',
    ],
    ['half a character', { messages: [{ role: 'user', content: half }] }, 'no low surrogate in string'],
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

describe('Ollama', () => {
  const long = [{ role: 'user', content: longText(3_000) }];

  it('refuses an over-long request that is not to be cut, in the words of its engine', async () => {
    const { ollama } = clientsAt(simulator.url);
    const request = { model: 'unknown', messages: long, options: { num_ctx: 2_000 }, ...{ truncate: false } };
    await expect(ollama.chat(request)).rejects.toThrow('exceed_context_size_error');
    await expect(ollama.chat({ ...request, model: 'unknown-cuts' })).resolves.toMatchObject({ done: true });
  });

  it('refuses an image that is no base64', async () => {
    const body = { model, messages: [{ role: 'user', content: 'Hi', images: ['§'] }] };
    const response = await fetch(`${simulator.url}/api/chat`, { method: 'POST', body: JSON.stringify(body) });
    expect(await response.json()).toEqual({ error: 'illegal base64 data at input byte 0' });
  });
});

it('serves models of small windows', async () => {
  const { openai } = clientsAt(simulator.url);
  const asked = { messages: [{ role: 'user' as const, content: longText(1_100) }] };
  await expect(openai.chat.completions.create({ model: 'small-1k', ...asked })).rejects.toMatchObject({
    code: 'context_length_exceeded',
    message: expect.stringContaining('1024 tokens'),
  });
  await expect(openai.chat.completions.create({ model: 'small-2k', ...asked })).resolves.toBeDefined();
});

it('bills nothing for what it refuses', async () => {
  await refusal('/v1/messages', { model });
  expect(simulator.tally()).toMatchObject({
    running: 0,
    requests: [{ outcome: 'refused', status: 400, billed: { input: 0, output: 0 } }],
  });
});
