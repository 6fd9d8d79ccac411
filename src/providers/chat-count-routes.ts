import { type CountRoute, countOf } from './count-input.ts';
import type { Endpoint } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import { isMedia } from './media.ts';
import { chatBody } from './openai-chat-body.ts';
import { openaiClient } from './openai-client.ts';
import type { ModelRequest } from './provider.ts';
import { objectOf, stringOf } from './raw.ts';

/**
 * Routes by which servers of chat completions count a request; OpenAI's API has none for it.
 *
 * - llama.cpp since June 2026: `/v1/chat/completions/input_tokens`, media too.
 * - vLLM: `/tokenize` beside `/v1`, which counts a placeholder for an image. Versions that leave tools out don't know
 *   `return_token_strs` either: https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html#tokenizer-api
 * - older llama.cpp: `/apply-template`, then `/tokenize` of what it wrote.
 */
export function chatCountRoutes(endpoint: Endpoint): readonly CountRoute[] {
  const root = endpoint.baseURL.replace(/\/v1\/?$/, '');

  async function post(exchange: Exchange, url: string, body: object, signal: AbortSignal) {
    return objectOf(await openaiClient(endpoint, exchange).post(url, { body, signal }));
  }

  return [
    {
      path: '/chat/completions/input_tokens',
      canCount: () => true,
      async ask(exchange, request, signal) {
        const answer = await post(exchange, '/chat/completions/input_tokens', chatBody(endpoint, request), signal);
        return countOf(answer?.input_tokens);
      },
    },
    {
      path: '/tokenize',
      canCount: isText,
      async ask(exchange, request, signal) {
        const { model, messages, tools } = chatBody(endpoint, request);
        const body = { model, messages, ...(tools === undefined ? {} : { tools, return_token_strs: true }) };
        const answer = await post(exchange, `${root}/tokenize`, body, signal);
        return tools === undefined || Array.isArray(answer?.token_strs) ? countOf(answer?.count) : null;
      },
    },
    {
      path: '/apply-template',
      canCount: isText,
      async ask(exchange, request, signal) {
        const applied = await post(exchange, `${root}/apply-template`, chatBody(endpoint, request), signal);
        const content = stringOf(applied?.prompt);
        if (content === '') return null;
        const options = { content, add_special: true, parse_special: true };
        const answer = await post(exchange, `${root}/tokenize`, options, signal);
        return Array.isArray(answer?.tokens) ? countOf(answer.tokens.length) : null;
      },
    },
  ];
}

function isText({ messages }: ModelRequest): boolean {
  return !messages.some(({ parts }) => parts.some(isMedia));
}
