import OpenAI from 'openai';
import { runQuery } from './call.ts';
import type { Endpoint } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import { withoutForeignHeaders } from './foreign-headers.ts';
import { noTimeoutMs } from './no-timeout.ts';

/**
 * OpenAI's SDK for one exchange.
 *
 * Whatever it would read from the environment is set, so that another provider's server never gets to see the user's
 * OpenAI key, organisation or project.
 */
export function openaiClient(endpoint: Endpoint, exchange: Exchange): OpenAI {
  const own = endpoint.name === 'openai';
  return new OpenAI({
    apiKey: endpoint.apiKey ?? 'none',
    baseURL: endpoint.baseURL,
    adminAPIKey: null,
    ...(own
      ? {}
      : {
          organization: null,
          project: null,
          defaultHeaders: withoutForeignHeaders(process.env.OPENAI_CUSTOM_HEADERS),
        }),
    fetch: exchange.fetch,
    maxRetries: 0,
    timeout: noTimeoutMs,
    logLevel: 'off',
  });
}

export async function listOpenaiModels(endpoint: Endpoint, signal: AbortSignal): Promise<readonly string[]> {
  return runQuery(endpoint, signal, async (exchange) => {
    const ids: string[] = [];
    for await (const model of openaiClient(endpoint, exchange).models.list({ signal })) ids.push(model.id);
    return ids;
  });
}
