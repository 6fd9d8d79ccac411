import { LoadlineError } from '../domain/errors.ts';
import { splitModelRef } from '../domain/model.ts';
import { resolveEndpoint } from '../providers/resolve-endpoint.ts';
import type { Variables } from './environment.ts';

export interface DefaultModel {
  /** `provider/model`. */
  readonly model: string;
  /** A sentence for people. */
  readonly why: string;
  readonly simulated: boolean;
}

const openaiURL = 'https://api.openai.com/v1';
const openaiDefault = 'openai/gpt-5.2';
const anthropicDefault = 'anthropic/claude-sonnet-5';
const simulatedDefault = 'simulated/loadline-sim-1';
const probeTimeoutMs = 2000;

async function fetchJson(url: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(probeTimeoutMs) });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  return await response.json();
}

function firstString(list: unknown, key: string): string | null {
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  const value = typeof first === 'object' && first !== null ? (first as Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' ? value : null;
}

async function servedBy(baseURL: string, key: string | undefined): Promise<DefaultModel> {
  const url = `${baseURL.replace(/\/+$/, '')}/models`;
  let id: string | null;
  let reason = 'it lists no model';
  try {
    const answer = (await fetchJson(url, key === undefined ? {} : { authorization: `Bearer ${key}` })) as {
      data?: unknown;
    };
    id = firstString(answer.data, 'id');
  } catch (error) {
    id = null;
    reason = describe(error);
  }
  if (id !== null) {
    return {
      model: `openai/${id}`,
      why: `OPENAI_BASE_URL is ${baseURL}, and ${id} is the first model it lists`,
      simulated: false,
    };
  }
  throw new LoadlineError(
    'ConfigInvalid',
    `OPENAI_BASE_URL is ${baseURL}, but ${url} named no model (${reason}). Start that server, or name a model with LOADLINE_MODEL=provider/model`,
  );
}

/** Node's fetch says only "fetch failed"; its cause says why. */
function describe(error: unknown): string {
  const { message, cause } = error as { readonly message?: string; readonly cause?: { readonly message?: string } };
  return cause?.message || message || String(error);
}

async function ollamaModel(url: string): Promise<string | null> {
  try {
    const answer = (await fetchJson(`${url}/api/tags`)) as { models?: unknown };
    return firstString(answer.models, 'name');
  } catch {
    return null;
  }
}

/**
 * The model of agents that name none: `LOADLINE_MODEL`, else what the keys in the environment allow, else an Ollama that
 * runs here and has a model, else the simulator.
 *
 * @throws LoadlineError `ConfigInvalid` when `OPENAI_BASE_URL` names a server that does not say what it serves, and
 * `UnknownModel` when `LOADLINE_MODEL` is no `provider/model`.
 */
export async function chooseDefaultModel(environment: Variables): Promise<DefaultModel> {
  const value = (name: string): string | undefined => environment[name] || undefined;
  const named = value('LOADLINE_MODEL');
  if (named !== undefined) {
    return { model: named, why: 'LOADLINE_MODEL names it', simulated: splitModelRef(named).provider === 'simulated' };
  }
  const key = value('OPENAI_API_KEY');
  const baseURL = value('OPENAI_BASE_URL');
  if (baseURL !== undefined && !baseURL.startsWith(openaiURL)) return await servedBy(baseURL, key);
  if (key !== undefined) return { model: openaiDefault, why: 'OPENAI_API_KEY is set', simulated: false };
  if (value('ANTHROPIC_API_KEY') !== undefined) {
    return { model: anthropicDefault, why: 'ANTHROPIC_API_KEY is set', simulated: false };
  }
  const ollamaURL = resolveEndpoint('ollama', undefined, environment, undefined).endpoint.baseURL.replace(/\/+$/, '');
  const local = await ollamaModel(ollamaURL);
  if (local !== null) {
    return {
      model: `ollama/${local}`,
      why: `an Ollama runs at ${ollamaURL}, and this is the first model it has`,
      simulated: false,
    };
  }
  return {
    model: simulatedDefault,
    why: `no key is set (OPENAI_API_KEY, ANTHROPIC_API_KEY) and no Ollama answers at ${ollamaURL}, so the built-in simulator answers`,
    simulated: true,
  };
}
