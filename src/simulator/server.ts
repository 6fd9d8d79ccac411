import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { z } from 'zod';
import { simulatedModels } from './models.ts';
import { isRecord } from './prompt.ts';
import type { SimulatedProvider } from './serve.ts';
import { settingsSchema } from './settings.ts';
import { anthropic } from './wires/anthropic.ts';
import { chat } from './wires/chat.ts';
import { ollama } from './wires/ollama.ts';
import { responses } from './wires/responses.ts';

const wires = new Map([responses, chat, anthropic, ollama].map((wire) => [wire.path, wire]));
const countedWires = new Map(
  [responses, anthropic].flatMap((wire) =>
    wire.count === undefined ? [] : [[wire.count.path, { ...wire, count: wire.count }]],
  ),
);
const largestBody = 64 * 1_024 * 1_024;
const created = '2026-01-01T00:00:00Z';

function sendJson(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
}

/** The body as JSON; `undefined` where it is none. `null` means that the client left or sent too much. */
async function readBody(request: IncomingMessage): Promise<{ value: unknown } | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > largestBody) return null;
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString()) };
  } catch {
    return { value: undefined };
  }
}

function openaiModel(id: string): object {
  return { id, object: 'model', created: Date.parse(created) / 1_000, owned_by: 'loadline' };
}

function anthropicModel(id: string): object {
  const known = simulatedModels.find((model) => model.id === id);
  return {
    type: 'model',
    id,
    display_name: id,
    created_at: created,
    max_input_tokens: known?.contextWindow ?? null,
    max_tokens: known?.maxOutputTokens ?? null,
  };
}

function listModels(request: IncomingMessage): object {
  const ids = simulatedModels.map(({ id }) => id);
  if (request.headers['anthropic-version'] === undefined) return { object: 'list', data: ids.map(openaiModel) };
  return { data: ids.map(anthropicModel), has_more: false, first_id: ids[0], last_id: ids.at(-1) };
}

function listTags(): object {
  const details = {
    parent_model: '',
    format: 'gguf',
    family: 'loadline',
    families: ['loadline'],
    parameter_size: '0B',
    quantization_level: 'none',
  };
  return {
    models: simulatedModels.map(({ id }) => ({
      name: id,
      model: id,
      modified_at: created,
      size: 0,
      digest: '',
      details,
    })),
  };
}

function checkKeyOfList(request: IncomingMessage, response: ServerResponse): boolean {
  const { authorization, 'x-api-key': key } = request.headers;
  if (authorization !== 'Bearer invalid' && key !== 'invalid') return true;
  const wire = request.headers['anthropic-version'] === undefined ? chat : anthropic;
  sendJson(response, 401, wire.errorBody(wire.failure(401, undefined, undefined, ''), 'models'));
  return false;
}

function get(
  provider: SimulatedProvider,
  { pathname: path, searchParams }: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (path === '/simulator/tally') {
    const session = searchParams.get('session');
    return sendJson(response, 200, provider.tally(session === null ? {} : { session }));
  }
  if (path === '/api/tags') return sendJson(response, 200, listTags());
  if (path === '/api/version') return sendJson(response, 200, { version: '0.0.0-loadline' });
  if (path.startsWith('/v1/models')) {
    if (!checkKeyOfList(request, response)) return undefined;
    if (path === '/v1/models') return sendJson(response, 200, listModels(request));
    const id = decodeURIComponent(path.slice('/v1/models/'.length));
    const model = request.headers['anthropic-version'] === undefined ? openaiModel(id) : anthropicModel(id);
    return sendJson(response, 200, model);
  }
  return sendJson(response, 404, {
    error: { message: `The simulator has no GET ${path}`, type: 'invalid_request_error' },
  });
}

function control(provider: SimulatedProvider, path: string, body: unknown, response: ServerResponse): void {
  try {
    if (path === '/simulator/script') provider.script.add(body);
    else {
      const changes = settingsSchema.partial().parse(isRecord(body) ? body : {});
      const given = Object.fromEntries(Object.entries(changes).filter(([key]) => isRecord(body) && key in body));
      provider.settings = { ...provider.settings, ...given };
      provider.reset();
    }
    sendJson(response, 200, { ok: true });
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    sendJson(response, 400, { error: { message: z.prettifyError(error) } });
  }
}

async function post(
  provider: SimulatedProvider,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  if (body === null) {
    if (!response.destroyed) sendJson(response, 413, { error: { message: 'The request is larger than 64 MiB.' } });
    return;
  }
  const wire = wires.get(path);
  const counted = countedWires.get(path);
  if (wire !== undefined) await provider.answer(wire, request, response, body.value);
  else if (counted !== undefined) provider.count(counted, request, response, body.value);
  else if (path === '/simulator/script' || path === '/simulator/reset') control(provider, path, body.value, response);
  else
    sendJson(response, 404, { error: { message: `The simulator has no POST ${path}`, type: 'invalid_request_error' } });
}

/** The simulator's HTTP server, not yet listening. */
export function createSimulatorServer(provider: SimulatedProvider): Server {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://simulator');
    if (request.method === 'GET') return get(provider, url, request, response);
    post(provider, url.pathname, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: { message: `The simulator failed: ${String(error)}` } });
    });
    return undefined;
  });
  // Longer than clients keep idle connections, so that they never write into one that is being closed.
  server.keepAliveTimeout = 75_000;
  return server;
}
