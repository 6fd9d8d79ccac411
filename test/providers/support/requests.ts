import type { ModelAnswer, ModelDelta, ModelRequest, Provider } from '../../../src/providers/provider.ts';
import type { SeenRequest } from './replay-server.ts';
import { ProviderFailure } from '../../../src/providers/provider.ts';

export const source = (provider: string): string => `${provider}/m1`;

export const plainRequest: ModelRequest = {
  model: 'm1',
  instructions: 'Be brief.',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'How warm is it in Oslo?' }] }],
  tools: [],
  maxOutputTokens: 100,
  contextWindow: 2048,
  output: null,
  cache: { instructions: true, ttl: '5m' },
  cacheKey: 'session-1',
};

export const weatherTool = {
  name: 'weather',
  description: 'Temperature in a city, Celsius',
  inputSchema: {
    type: 'object',
    properties: { city: { type: 'string' }, unit: { type: 'string', enum: ['C', 'F'] } },
    required: ['city'],
  },
} as const;

/** A turn in which the model called two tools, one of which failed, and is to go on. */
export const toolTurn: ModelRequest = {
  ...plainRequest,
  tools: [weatherTool],
  messages: [
    { role: 'user', parts: [{ type: 'text', text: 'Oslo and Rome?' }] },
    {
      role: 'assistant',
      parts: [
        { type: 'text', text: 'Let me look.' },
        { type: 'tool-call', callId: 't00000001', tool: 'weather', input: { city: 'Oslo' } },
        { type: 'tool-call', callId: 't00000002', tool: 'weather', input: '{"city": Rome' },
      ],
    },
    {
      role: 'tool',
      parts: [{ type: 'tool-result', callId: 't00000001', tool: 'weather', output: { celsius: 7 }, isError: false }],
    },
    {
      role: 'tool',
      parts: [{ type: 'tool-result', callId: 't00000002', tool: 'weather', output: 'no JSON', isError: true }],
    },
    { role: 'user', parts: [{ type: 'text', text: 'Hurry.' }] },
  ],
};

/** The messages that a request carried to the server. */
export function messagesOf(request: SeenRequest | undefined): readonly Record<string, unknown>[] {
  return (request?.body.messages ?? []) as readonly Record<string, unknown>[];
}

export const never = new AbortController().signal;

export async function ask(
  provider: Provider,
  request: ModelRequest = plainRequest,
): Promise<ModelAnswer & { readonly deltas: readonly ModelDelta[] }> {
  const deltas: ModelDelta[] = [];
  const answer = await provider.stream(request, { signal: never, onDelta: (delta) => deltas.push(delta) });
  return { ...answer, deltas };
}

export async function failureOf(
  provider: Provider,
  request: ModelRequest = plainRequest,
  signal: AbortSignal = never,
): Promise<ProviderFailure> {
  try {
    await provider.stream(request, { signal, onDelta: () => undefined });
  } catch (error) {
    if (error instanceof ProviderFailure) return error;
    throw error;
  }
  throw new Error('The call did not fail');
}
