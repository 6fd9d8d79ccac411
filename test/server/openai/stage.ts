import { afterAll, beforeAll } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import OpenAI from 'openai';
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import type { ResponseCreateParamsNonStreaming, ResponseStreamEvent } from 'openai/resources/responses/responses';
import { startApiServer, type ApiServer } from '../../support/api-server.ts';
import { startStack, type Stack } from '../../support/stack.ts';
import { openAiConfigAt } from './config.ts';

/** One stack, server and client for all tests of the file that calls `setStage`. */
export let config: ReturnType<typeof openAiConfigAt>;
export let stack: Stack<typeof config>;
export let server: ApiServer;
export let client: OpenAI;

export function setStage(): void {
  beforeAll(async () => {
    stack = await startStack((url) => (config = openAiConfigAt(url)));
    server = await startApiServer(stack, config);
    client = new OpenAI({ baseURL: `${server.url}/openai/v1`, apiKey: 'any' });
  });
  afterAll(async () => {
    await server.close();
    await stack.close();
  });
}

export const sessionId = (): string => `t-${randomUUID()}`;
export const latestBody = (): string => JSON.stringify(stack.requests.at(-1)?.body);
export const chat = (body: Partial<ChatCompletionCreateParamsNonStreaming>, headers: Record<string, string> = {}) =>
  client.chat.completions
    .create({ model: 'assistant', messages: [{ role: 'user', content: 'Hello' }], ...body }, { headers })
    .withResponse();
export const respond = (body: Partial<ResponseCreateParamsNonStreaming>, headers: Record<string, string> = {}) =>
  client.responses.create({ model: 'assistant', input: 'Hello', ...body }, { headers }).withResponse();
export const say = (content: string) => [{ role: 'user' as const, content }];

/** What Loadline adds to OpenAI's objects. */
export const facts = (answer: object) =>
  (answer as { readonly loadline: { readonly session_id: string; readonly run_id: string; readonly status: string } })
    .loadline;

export async function chunksOf(
  body: Partial<ChatCompletionCreateParamsNonStreaming>,
  headers: Record<string, string> = {},
) {
  const stream = await client.chat.completions.create(
    { model: 'assistant', messages: say('Hello'), ...body, stream: true },
    { headers },
  );
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

export const textOfChunks = (chunks: readonly OpenAI.ChatCompletionChunk[]): string =>
  chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');

export async function eventsOf(body: Partial<ResponseCreateParamsNonStreaming>): Promise<ResponseStreamEvent[]> {
  const stream = await client.responses.create({ model: 'assistant', input: 'Hello', ...body, stream: true });
  const events: ResponseStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}
