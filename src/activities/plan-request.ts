import type { AgentSpec, ToolSpec } from '../domain/agent.ts';
import {
  planContext,
  type ContextAnchor,
  type ContextBounds,
  type ContextPlan,
  type PastRun,
  type PlanReport,
  type TokenRange,
} from '../domain/context.ts';
import { hasReplaceable } from '../domain/references.ts';
import { windowInForce } from '../domain/learnt-window.ts';
import type { ContextUse } from '../domain/metrics.ts';
import { boundFromAnchor, isExact, rangeOfCount, readerOf, type SentInput } from '../models/index.ts';
import type { ModelRequest } from '../providers/provider.ts';
import type { RunRow, SessionRow } from '../store/store.ts';
import { recallSpec } from '../tools/recall.ts';
import type { ActivityDeps, ModelTarget } from './deps.ts';
import { countFrame } from './frame.ts';
import { readPast, type Past } from './past.ts';
import { showMessages, summaryRange, withSummary, type Shown } from './shown.ts';

/** A request that can be sent. */
export interface Planned {
  readonly kind: 'planned';
  readonly request: ModelRequest;
  /** Estimated tokens of the request. */
  readonly inputTokens: number;
  /** What the provider will count at most. */
  readonly inputBound: number;
  readonly window: number | null;
  readonly report: PlanReport;
}

/** A request of a run. */
export interface PlannedRequest extends Planned {
  /** What an anchor of this request has to say beside the provider's count. */
  readonly sent: {
    readonly definition: string;
    readonly firstSeq: number;
    readonly messages: number;
    /** Estimated tokens of all that is text and that the model is sure to read. */
    readonly textTokens: number;
    /** The request that this one begins with, where its provider counted it. */
    readonly continued: SentInput['continued'];
    /** The most that the messages come to which no earlier request had. */
    readonly newMessagesBound: number;
  };
}

/** Nothing can be sent as the context stands. */
export interface TooLong {
  readonly kind: 'too-long';
  readonly inputBound: number;
  readonly window: number;
  /** The message is too long by itself: nothing that is left out or summarised makes room enough. */
  readonly alone: boolean;
}

export interface PlanInput {
  readonly spec: AgentSpec;
  readonly run: RunRow;
  readonly maxOutputTokens: number;
  /** So often has the provider refused this call as too long, whatever we had counted. */
  readonly overflows: number;
  /** Ends a question to the provider's own count. */
  readonly signal: AbortSignal;
}

/** A provider that counts more than we do, and does not say how much, is given this much less each time. */
const shrinkBy = 0.8;

/**
 * The request of a run's next call: instructions, tools, the summary, the past, and what the run has said.
 *
 * Nothing that was said before is tokenised again: messages carry their tokens, and where the request only adds to the
 * session's last one, the provider's own count of that is what the sum starts from.
 */
export async function planRequest(
  deps: ActivityDeps,
  target: ModelTarget,
  { spec, run, maxOutputTokens, overflows, signal }: PlanInput,
): Promise<PlannedRequest | TooLong> {
  const { store, catalogue } = deps;
  const provider = target.provider.name;
  const ref = `${provider}/${target.model}`;
  const facts = catalogue.facts(ref);
  const [session, learnt] = await Promise.all([store.session(run.sessionId), store.learntWindow(ref)]);
  const inForce = windowInForce(facts.contextWindow, learnt, Date.now());
  const shrunk = (limit: number | null): number | null => limit && Math.floor(limit * shrinkBy ** overflows);
  const window = shrunk(inForce);
  const resultsThroughSeq = session?.resultsThroughSeq ?? 0;
  const frame = {
    model: target.model,
    instructions: spec.instructions,
    tools: toolsOf(spec, session),
    output: spec.output,
  };
  const { range: framed, definition, instructionTokens, surelyRead } = countFrame(frame, provider);
  const reader = readerOf(provider, target.model);
  const show = { store, reader, resultsThroughSeq };
  const [own, past] = await Promise.all([
    store.messagesOfRun(run.sessionId, run.runId).then((messages) => showMessages(messages, show)),
    readPast(deps, spec, run, { session, window }).then(async (read) => ({
      ...read,
      runs: await Promise.all(
        read.runs.map(async ({ runId, messages }) => ({ runId, messages: await showMessages(messages, show) })),
      ),
    })),
  ]);
  const summary = past.summary;
  const summarised = summaryRange(summary, reader);
  const state = `${definition}/${session?.summaryNumber ?? 0}/${resultsThroughSeq}`;
  const anchor = session?.anchor ?? null;
  const bounds: ContextBounds = {
    window,
    maxInputTokens: shrunk(facts.maxInputTokens === facts.contextWindow ? inForce : facts.maxInputTokens),
    maxOutputTokens: Math.min(maxOutputTokens, facts.maxOutputTokens ?? maxOutputTokens),
    fixed: sum([framed, summarised, ...own.map(({ range }) => range)]),
    counted: null,
    keepsAll: past.keepsAll,
  };
  const runs = past.runs.map(({ runId, messages }) => ({ runId, ...sum(messages.map(({ range }) => range)) }));
  const messagesWith = (keptRuns: number): readonly Shown[] => [
    ...past.runs.slice(past.runs.length - keptRuns).flatMap((one) => one.messages),
    ...own,
  ];
  const requestWith = (keptRuns: number, outputTokens: number): ModelRequest => ({
    ...frame,
    messages: withSummary(messagesWith(keptRuns), summary),
    maxOutputTokens: outputTokens,
    contextWindow: inForce,
    cache: spec.cache,
    cacheKey: run.sessionId,
  });
  const continued =
    anchor?.model === ref && anchor.definition === state
      ? continuedFrom(anchor, past.runs, own, provider, target)
      : null;
  let plan = planContext(runs, { ...bounds, counted: continued });
  if ((continued === null || !plan.fits) && !isExact(provider, target.model)) {
    const { keptRuns } = likelyPlan(runs, bounds);
    const count = await target.provider.countInput?.(requestWith(keptRuns, bounds.maxOutputTokens), signal);
    if (count != null) plan = planContext(runs, { ...bounds, counted: { keptRuns, ...rangeOfCount(count) } });
  }
  if (!plan.fits) {
    const { inputBound, window: limit } = plan;
    const replaceable = own.some((message) => message.seq > resultsThroughSeq && hasReplaceable(message));
    const fixed = exactly(sum([framed, ...own.map(({ range }) => range)]));
    const alone = !replaceable && !planContext([], { ...bounds, fixed }).fits;
    return { kind: 'too-long', inputBound, window: limit, alone };
  }
  const messages = messagesWith(plan.keptRuns);
  const isNew = ({ seq }: Shown): boolean =>
    continued === null ? own.some((one) => one.seq === seq) : seq > (anchor?.lastSeq ?? 0);
  return {
    kind: 'planned',
    request: requestWith(plan.keptRuns, plan.maxOutputTokens),
    inputTokens: plan.inputTokens,
    inputBound: plan.inputBound,
    window: inForce,
    report: {
      window,
      inputTokens: plan.inputTokens,
      inputBound: plan.inputBound,
      answerTokens: plan.maxOutputTokens,
      instructionTokens,
      toolTokens: framed.tokens - instructionTokens,
      summaryTokens: summarised.tokens,
      historyTokens: runs.slice(runs.length - plan.keptRuns).reduce((tokens, one) => tokens + one.tokens, 0),
      runs: plan.keptRuns,
      messageTokens: own.reduce((tokens, { range }) => tokens + range.tokens, 0),
      cut: cutOf(spec, past, plan, messages, resultsThroughSeq),
    },
    sent: {
      definition: state,
      firstSeq: messages[0]?.seq ?? 0,
      messages: messages.length,
      textTokens: surelyRead + summarised.tokens + messages.reduce((tokens, { range }) => tokens + range.textTokens, 0),
      continued:
        continued === null || anchor === null
          ? null
          : {
              inputTokens: anchor.inputTokens,
              newTextTokens: messages.filter(isNew).reduce((tokens, { range }) => tokens + range.textTokens, 0),
            },
      newMessagesBound: sum(messages.filter(isNew).map(({ range }) => range)).upperBound,
    },
  };
}

/** As if the estimate were the count. */
function exactly<T extends TokenRange>(range: T): T {
  return { ...range, upperBound: range.tokens };
}

/** What would go in if every estimate were right: what is worth asking the provider's own count for. */
function likelyPlan(runs: readonly PastRun[], bounds: ContextBounds): { readonly keptRuns: number } {
  const plan = planContext(runs.map(exactly), { ...bounds, fixed: exactly(bounds.fixed) });
  return { keptRuns: plan.fits ? plan.keptRuns : bounds.keepsAll ? runs.length : 0 };
}

/** With references in the context, and tools that the model knows to call, `recall` is one of them. */
function toolsOf(spec: AgentSpec, session: SessionRow | null): readonly ToolSpec[] {
  const compacted = session !== null && (session.summaryNumber > 0 || session.resultsThroughSeq > 0);
  const own = spec.tools.some(({ name }) => name === recallSpec.name);
  return compacted && spec.tools.length > 0 && !own ? [...spec.tools, recallSpec] : spec.tools;
}

/** The count from the anchor on, where the request can begin with the very messages that the anchor's had. */
function continuedFrom(
  anchor: ContextAnchor,
  past: readonly { readonly messages: readonly Shown[] }[],
  own: readonly Shown[],
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
  return ranges.reduce<TokenRange>(
    (before, { tokens, upperBound }) => ({
      tokens: before.tokens + tokens,
      upperBound: before.upperBound + upperBound,
    }),
    { tokens: 0, upperBound: 0 },
  );
}

function cutOf(
  { history }: AgentSpec,
  past: Past<unknown>,
  plan: ContextPlan & { readonly fits: true },
  messages: readonly Shown[],
  resultsThroughSeq: number,
): PlanReport['cut'] {
  const unread = past.earlierRuns;
  const noRoom = past.runs.length - plan.keptRuns;
  const results = messages.filter(({ seq, role }) => role === 'tool' && seq <= resultsThroughSeq).length;
  return [
    ...(unread > 0 ? [{ what: 'runs' as const, count: unread, why: whyUnread(history) }] : []),
    ...(noRoom > 0 ? [{ what: 'runs' as const, count: noRoom, why: 'no room beside the answer' }] : []),
    ...(past.summarisedRuns > 0
      ? [{ what: 'runs' as const, count: past.summarisedRuns, why: 'the summary stands for them' }]
      : []),
    ...(results > 0 ? [{ what: 'tool results' as const, count: results, why: 'compaction; recall reads them' }] : []),
  ];
}

function whyUnread(history: AgentSpec['history']): string {
  if (history === false) return 'history is false';
  const bounds = [
    history.runs === null ? [] : [`history.runs is ${history.runs}`],
    history.tokens === null ? [] : [`history.tokens is ${history.tokens}`],
  ].flat();
  return bounds.length === 0 ? 'longer than the window' : bounds.join(', ');
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
