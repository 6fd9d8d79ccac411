import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startSimulator } from '../../src/simulator/index.ts';
import type { Simulator } from '../../src/simulator/index.ts';
import { clientsAt, model } from './clients.ts';

let simulator: Simulator;
let clients: ReturnType<typeof clientsAt>;

beforeAll(async () => {
  simulator = await startSimulator();
  clients = clientsAt(simulator.url);
});
afterAll(() => simulator.close());

const answer = z.strictObject({ city: z.string(), celsius: z.number(), note: z.string().nullable() });
const { $schema: _, ...schema } = z.toJSONSchema(answer);
const content = 'How warm is it in Oslo?';
const messages = [{ role: 'user' as const, content }];

it('answers JSON that satisfies the schema, on every wire', async () => {
  const format = { type: 'json_schema' as const, name: 'weather', schema, strict: true };
  const response = await clients.openai.responses.create({ model, input: content, text: { format } });
  const { type, ...named } = format;
  const completion = await clients.openai.chat.completions.create({
    model,
    messages,
    response_format: { type, json_schema: named },
  });
  const message = await clients.anthropic.messages.create({
    model,
    max_tokens: 200,
    messages,
    output_config: { format: { type: 'json_schema', schema } },
  });
  const local = await clients.ollama.chat({ model, messages, format: schema });
  const [block] = message.content;
  for (const text of [
    response.output_text,
    completion.choices[0]?.message.content,
    block?.type === 'text' ? block.text : '',
    local.message.content,
  ]) {
    expect(answer.parse(JSON.parse(text ?? ''))).toMatchObject({ city: 'Oslo' });
  }
});

it('answers some JSON object where any will do', async () => {
  const response_format = { type: 'json_object' as const };
  const completion = await clients.openai.chat.completions.create({ model, messages, response_format });
  expect(JSON.parse(completion.choices[0]?.message.content ?? '')).toEqual({ answer: expect.any(String) });
});
