import { describe, expect, it } from '@jest/globals';
import { fieldTable, type Route } from '../../../src/server/openai/field-table.ts';
import { until } from '../../support/until.ts';
import { stack, latestBody, chat, respond, say, facts } from './stage.ts';

/** A value of each field that asks for something. */
const samples: Readonly<Record<string, unknown>> = {
  messages: say('Hello'),
  input: 'Hello',
  model: 'assistant',
  max_completion_tokens: 50,
  max_tokens: 50,
  max_output_tokens: 50,
  metadata: { a: 'b' },
  user: 'ann',
  stream: false,
  stream_options: {},
  response_format: { type: 'json_object' },
  text: { format: { type: 'json_object' } },
  instructions: 'Be kind.',
  background: false,
  tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
  tool_choice: 'required',
  n: 2,
  logprobs: true,
  top_logprobs: 3,
  logit_bias: { 50256: 1 },
  stop: ['x'],
  functions: [{ name: 'f', parameters: {} }],
  function_call: { name: 'f' },
  audio: { voice: 'a', format: 'wav' },
  modalities: ['audio'],
  web_search_options: { search_context_size: 'low' },
  prompt: { id: 'p' },
};
/** A value of each refused field that asks for nothing. */
const harmless: Readonly<Record<string, unknown>> = {
  tools: [],
  tool_choice: 'auto',
  n: 1,
  logprobs: false,
  top_logprobs: 0,
  logit_bias: {},
  stop: null,
  functions: [],
  function_call: 'none',
  audio: null,
  modalities: ['text'],
  web_search_options: null,
  prompt: null,
};

describe.each(['chat', 'responses'] as const)('every row of the field table: %s', (route: Route) => {
  const ask = async (body: Record<string, unknown>, headers: Record<string, string> = {}) =>
    route === 'chat' ? await chat(body, headers) : await respond(body, headers);
  const rows = (kind: string) => fieldTable[route].filter((row) => row.kind === kind).map(({ field }) => field);

  it('is taken and named in Loadline-Ignored where it is ignored, unknown fields too', async () => {
    const fields = [...rows('ignored'), 'made_up'];
    const { response } = await ask(Object.fromEntries(fields.map((field) => [field, samples[field] ?? 1])));
    expect(response.headers.get('loadline-ignored')?.split(', ')).toEqual(fields);
  });

  it.each(rows('refused'))('is refused by its name where it asks for what is not done: %s', async (field) => {
    await expect(ask({ [field]: samples[field] })).rejects.toMatchObject({
      status: 400,
      param: field,
      code: 'unsupported_parameter',
    });
  });

  it('is taken where a refused field asks for nothing', async () => {
    const { response } = await ask(Object.fromEntries(rows('refused').map((field) => [field, harmless[field]])));
    expect(response.headers.get('loadline-ignored')).toBeNull();
  });

  it('has its effect where it is honoured', async () => {
    const given = rows('honoured').filter((field) => field in samples);
    const body = Object.fromEntries(given.map((field) => [field, samples[field]]));
    const { data, response } = await ask(body);
    expect(response.headers.get('loadline-ignored')).toBeNull();
    const { session_id: id, run_id: runId } = facts(data as object);
    const row = await until(async () => await stack.store.session(id));
    expect(row).toMatchObject({ user: 'ann', metadata: { a: 'b' } });
    const [started] = await stack.store.events(id, { afterId: 0, limit: 1 });
    expect(started).toMatchObject({ type: 'run.started', runId, metadata: { a: 'b' } });
    expect(latestBody()).toMatch(/"max_output_tokens":50\b/);
    expect(latestBody()).toMatch(/"type":"object"/);
    if (route === 'responses') expect(latestBody()).toContain('Be kind.');
  });
});
