import Anthropic from '@anthropic-ai/sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';

/** The official packages, without their own retries, at a simulator's address. */
export function clientsAt(url: string, apiKey = 'any') {
  return {
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: url, apiKey, maxRetries: 0 }),
    ollama: new Ollama({
      host: url,
      ...(apiKey === 'invalid' ? { headers: { authorization: 'Bearer invalid' } } : {}),
    }),
  };
}

export const model = 'loadline-sim-1';

/** A sentence of 10 tokens, repeated: about `tokens` of them. */
export function longText(tokens: number): string {
  return 'The quick brown fox jumps over the lazy dog. '.repeat(Math.ceil(tokens / 10));
}

export async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
