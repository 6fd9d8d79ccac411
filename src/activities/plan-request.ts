import type { AgentSpec } from '../domain/agent.ts';
import { leastOutputTokens, planContext } from '../domain/context.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { ContextUse } from '../domain/metrics.ts';
import type { ModelRequest, RequestMessage } from '../providers/provider.ts';
import type { HistoryRun, RunRow, StoredMessage } from '../store/store.ts';
import type { ActivityDeps, ModelTarget } from './deps.ts';
import { loadMedia } from './media.ts';
import { estimateRequest } from '../models/index.ts';

export interface PlannedRequest {
  readonly request: ModelRequest;
  /** Estimated tokens of the request. */
  readonly inputTokens: number;
  /** What the provider will count at most. */
  readonly inputBound: number;
  readonly window: number | null;
}

/**
 * The request of a run's next call: instructions, tools, as much of the past as fits, and what the run has said.
 *
 * @throws LoadlineError `LimitReached` when the run's own messages do not fit the window beside an answer.
 */
export async function planRequest(
  deps: ActivityDeps,
  spec: AgentSpec,
  target: ModelTarget,
  run: RunRow,
  maxOutputTokens: number,
): Promise<PlannedRequest> {
  const { store, catalogue } = deps;
  const ref = `${target.provider.name}/${target.model}`;
  const facts = catalogue.facts(ref);
  const own = await store.messagesOfRun(run.sessionId, run.runId);
  const base: ModelRequest = {
    model: target.model,
    instructions: spec.instructions,
    messages: await load(own, store),
    tools: spec.tools,
    maxOutputTokens: Math.min(maxOutputTokens, facts.maxOutputTokens ?? maxOutputTokens),
    contextWindow: facts.contextWindow,
    output: spec.output,
    cache: spec.cache,
    cacheKey: run.sessionId,
  };
  const fixed = estimateRequest(base, { provider: target.provider.name });
  const factor = fixed.upperBound / Math.max(1, fixed.tokens);
  const past = spec.history === false ? [] : await answeredRuns(deps, spec.history, run, facts.contextWindow);
  const plan = planContext(
    past.map((one) => ({ runId: one.runId, tokens: tokensOf(one) })),
    {
      window: facts.contextWindow,
      maxOutputTokens: base.maxOutputTokens,
      fixedTokens: fixed.tokens,
      boundFactor: factor,
      margin: 0,
    },
  );
  if (!plan.fits) throw tooLong(plan.inputBound, plan.window, ref);
  const kept = past.slice(past.length - plan.keptRuns);
  return await fitted(deps, base, target, kept, own);
}

/** Builds the whole request and leaves out the oldest run for as long as its bound passes the window. */
async function fitted(
  deps: ActivityDeps,
  base: ModelRequest,
  target: ModelTarget,
  past: readonly HistoryRun[],
  own: readonly StoredMessage[],
): Promise<PlannedRequest> {
  const provider = target.provider.name;
  const window = base.contextWindow;
  for (let from = 0; ; from++) {
    const messages = await load([...past.slice(from).flatMap((run) => run.messages), ...own], deps.store);
    const request = { ...base, messages };
    const { tokens, upperBound } = estimateRequest(request, { provider });
    const room = window === null ? base.maxOutputTokens : window - upperBound;
    if (room >= Math.min(base.maxOutputTokens, past.length > from ? base.maxOutputTokens : leastOutputTokens)) {
      const maxOutputTokens = Math.min(base.maxOutputTokens, room);
      return { request: { ...request, maxOutputTokens }, inputTokens: tokens, inputBound: upperBound, window };
    }
    if (from >= past.length) throw tooLong(upperBound, window ?? 0, `${provider}/${target.model}`);
  }
}

/** Runs without an answer say nothing to the model; a question that was cancelled or failed is not repeated to it. */
async function answeredRuns(
  deps: ActivityDeps,
  bounds: { readonly runs: number | null; readonly tokens: number | null },
  run: RunRow,
  window: number | null,
): Promise<readonly HistoryRun[]> {
  const maxTokens = Math.min(bounds.tokens ?? Infinity, window ?? Infinity);
  const past = await deps.store.history(run.sessionId, {
    beforeNumber: run.number,
    maxRuns: bounds.runs,
    maxTokens: Number.isFinite(maxTokens) ? maxTokens : null,
  });
  return past.filter((one) => one.messages.some((message) => message.role === 'assistant'));
}

function tokensOf(run: HistoryRun): number {
  return run.messages.reduce((sum, message) => sum + message.tokens, 0);
}

async function load(messages: readonly StoredMessage[], store: ActivityDeps['store']): Promise<RequestMessage[]> {
  return await Promise.all(messages.map(({ role, parts }) => loadMedia({ role, parts }, store)));
}

function tooLong(inputBound: number, window: number, ref: string): LoadlineError {
  return new LoadlineError(
    'LimitReached',
    `The message needs up to ${inputBound} tokens of context and ${leastOutputTokens} for an answer; the window of ${ref} has ${window}. Send less, or give the agent a model with a larger window`,
    { inputBound, window },
  );
}

/** What the next request starts from: all that this one read and wrote. */
export function contextAfter(inputTokens: number, outputTokens: number, window: number | null): ContextUse {
  return { tokens: inputTokens + outputTokens, window };
}
