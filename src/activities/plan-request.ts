import type { AgentSpec } from '../domain/agent.ts';
import { leastOutputTokens, planContext, type ContextAnchor, type TokenRange } from '../domain/context.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { ContextUse } from '../domain/metrics.ts';
import type { ModelRequest } from '../providers/provider.ts';
import type { HistoryRun, RunRow, StoredMessage } from '../store/store.ts';
import type { ActivityDeps, ModelTarget } from './deps.ts';
import { countFrame } from './frame.ts';
import { loadMedia } from './media.ts';
import { boundFromAnchor, readerOf, storedRange, type CountedMessage, type CountedRange } from '../models/index.ts';

export interface PlannedRequest {
  readonly request: ModelRequest;
  /** Estimated tokens of the request. */
  readonly inputTokens: number;
  /** What the provider will count at most. */
  readonly inputBound: number;
  readonly window: number | null;
  /** What an anchor of this request has to say beside the provider's count. */
  readonly sent: {
    readonly definition: string;
    readonly firstSeq: number;
    readonly messages: number;
    /** Estimated tokens of all that is text. */
    readonly textTokens: number;
  };
}

type Counted = StoredMessage & CountedMessage & { readonly range: CountedRange };

/**
 * The request of a run's next call: instructions, tools, as much of the past as fits, and what the run has said.
 *
 * Nothing that was said before is tokenised again: messages carry their tokens, and where the request only adds to the
 * session's last one, the provider's own count of that is what the sum starts from.
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
  const provider = target.provider.name;
  const ref = `${provider}/${target.model}`;
  const facts = catalogue.facts(ref);
  const frame = { model: target.model, instructions: spec.instructions, tools: spec.tools, output: spec.output };
  const { range: framed, definition } = countFrame(frame, provider);
  const reader = readerOf(provider, target.model);
  const count = async (messages: readonly StoredMessage[]): Promise<readonly Counted[]> =>
    await Promise.all(
      messages.map(async (message) => {
        const { parts: sent } = await loadMedia(message, store);
        return { ...message, sent, range: storedRange({ ...message, sent }, reader) };
      }),
    );
  const [session, own, past] = await Promise.all([
    store.session(run.sessionId),
    store.messagesOfRun(run.sessionId, run.runId).then(count),
    answeredRuns(deps, spec.history, run, facts.contextWindow).then((runs) =>
      Promise.all(runs.map(async ({ runId, messages }) => ({ runId, messages: await count(messages) }))),
    ),
  ]);
  const anchor = session?.anchor;
  const bounds = {
    window: facts.contextWindow,
    maxInputTokens: facts.maxInputTokens,
    maxOutputTokens: Math.min(maxOutputTokens, facts.maxOutputTokens ?? maxOutputTokens),
    fixed: sum([framed, ...own.map(({ range }) => range)]),
    anchored:
      anchor?.model === ref && anchor.definition === definition ? continued(anchor, past, own, provider, target) : null,
  };
  const plan = planContext(
    past.map(({ runId, messages }) => ({ runId, ...sum(messages.map(({ range }) => range)) })),
    bounds,
  );
  if (!plan.fits) throw tooLong(plan.inputBound, plan.window, ref);
  const messages = [...past.slice(past.length - plan.keptRuns).flatMap((one) => one.messages), ...own];
  return {
    request: {
      ...frame,
      messages: messages.map(({ role, sent }) => ({ role, parts: sent })),
      maxOutputTokens: plan.maxOutputTokens,
      contextWindow: facts.contextWindow,
      cache: spec.cache,
      cacheKey: run.sessionId,
    },
    inputTokens: plan.inputTokens,
    inputBound: plan.inputBound,
    window: facts.contextWindow,
    sent: {
      definition,
      firstSeq: messages[0]?.seq ?? 0,
      messages: messages.length,
      textTokens: framed.tokens + messages.reduce((tokens, { range }) => tokens + range.textTokens, 0),
    },
  };
}

/** The count from the anchor on, where the request can begin with the very messages that the anchor's had. */
function continued(
  anchor: ContextAnchor,
  past: readonly { readonly messages: readonly Counted[] }[],
  own: readonly Counted[],
  provider: string,
  { model }: ModelTarget,
): (TokenRange & { readonly keptRuns: number }) | null {
  const first = past.findIndex(({ messages }) => messages[0]?.seq === anchor.firstSeq);
  const keptRuns = first >= 0 ? past.length - first : 0;
  const messages = [...past.slice(past.length - keptRuns).flatMap((run) => run.messages), ...own];
  const covered = messages.filter(({ seq }) => seq <= anchor.lastSeq);
  const answer = covered.at(-1);
  const isContinued = covered[0]?.seq === anchor.firstSeq && covered.length === anchor.messages;
  if (answer === undefined || !isContinued) return null;
  const newMessages = messages.slice(covered.length);
  return { keptRuns, ...boundFromAnchor({ provider, model, anchor, answer: answer.parts, newMessages }) };
}

function sum(ranges: readonly TokenRange[]): TokenRange {
  return ranges.reduce(
    (before, { tokens, upperBound }) => ({
      tokens: before.tokens + tokens,
      upperBound: before.upperBound + upperBound,
    }),
    { tokens: 0, upperBound: 0 },
  );
}

/** Runs without an answer say nothing to the model; a question that was cancelled or failed is not repeated to it. */
async function answeredRuns(
  deps: ActivityDeps,
  history: AgentSpec['history'],
  run: RunRow,
  window: number | null,
): Promise<readonly HistoryRun[]> {
  if (history === false) return [];
  const maxTokens = Math.min(history.tokens ?? Infinity, window ?? Infinity);
  const past = await deps.store.history(run.sessionId, {
    beforeNumber: run.number,
    maxRuns: history.runs,
    maxTokens: Number.isFinite(maxTokens) ? maxTokens : null,
  });
  return past.filter((one) => one.messages.some((message) => message.role === 'assistant'));
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

/**
 * A count that is far below what the texts must come to is none to start from: some servers leave out what they had
 * cached, and say so nowhere.
 */
export function anchorAfter(
  { sent }: PlannedRequest,
  model: string,
  inputTokens: number,
  outputTokens: number,
): Omit<ContextAnchor, 'lastSeq'> | null {
  if (2 * inputTokens < sent.textTokens) return null;
  const { definition, firstSeq, messages } = sent;
  return { model, definition, inputTokens, outputTokens, firstSeq, messages: messages + 1 };
}
