import type { AgentSpec } from '../domain/agent.ts';
import {
  planContext,
  type ContextBounds,
  type ContextPlan,
  type PastRun,
  type PlanReport,
  type TokenRange,
} from '../domain/context.ts';
import { hasReplaceable } from '../domain/references.ts';
import { isExact, isTight, rangeOfCount, type SentInput } from '../models/index.ts';
import type { ModelRequest } from '../providers/provider.ts';
import type { RequestRecord, RunRow } from '../store/store.ts';
import { countFromAnchor } from './anchor.ts';
import type { ActivityDeps, ModelTarget } from './deps.ts';
import { gatherContext, type Gathered } from './gather-context.ts';
import { recordOf } from './request-record.ts';
import { reportOf } from './plan-report.ts';
import { withSummary, type Shown } from './shown.ts';

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
  /** What is kept of it, to be looked at later. */
  readonly record: RequestRecord;
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
  /** The model whose window it is. */
  readonly ref: string;
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
 * Where the request only adds to the session's last one, the provider's own count of that is what the sum starts from;
 * else a provider that counts for nothing is asked, where our own count is not the model's and it matters.
 */
export async function planRequest(
  deps: ActivityDeps,
  target: ModelTarget,
  { spec, run, maxOutputTokens, overflows, signal }: PlanInput,
): Promise<PlannedRequest | TooLong> {
  const gathered = await gatherContext(deps, target, spec, run);
  const { past, own, anchor } = gathered;
  const shrunk = (limit: number | null): number | null => limit && Math.floor(limit * shrinkBy ** overflows);
  const bounds: ContextBounds = {
    window: shrunk(gathered.window),
    maxInputTokens: shrunk(gathered.maxInputTokens),
    maxOutputTokens: Math.min(maxOutputTokens, gathered.maxOutputTokens ?? maxOutputTokens),
    fixed: sum([gathered.framed, gathered.summarised, ...own.map(({ range }) => range)]),
    counted: null,
    keepsAll: past.keepsAll,
  };
  const runs = past.runs.map(({ runId, messages }) => ({ runId, ...sum(messages.map(({ range }) => range)) }));
  const requestWith = (keptRuns: number, outputTokens: number): ModelRequest => ({
    ...gathered.frame,
    messages: withSummary(messagesWith(gathered, keptRuns), past.summary),
    maxOutputTokens: outputTokens,
    contextWindow: gathered.window,
    cache: spec.cache,
    cacheKey: run.member === null ? run.sessionId : `${run.sessionId}/${run.member}`,
  });
  const continued = anchor === null ? null : countFromAnchor(anchor, gathered, target);
  let plan = planContext(runs, { ...bounds, counted: continued });
  if (isWorthCounting(target, continued, plan)) {
    const keptRuns = likelyRuns(runs, bounds);
    const count = await target.provider.countInput?.(requestWith(keptRuns, bounds.maxOutputTokens), signal);
    if (count != null) plan = planContext(runs, { ...bounds, counted: { keptRuns, ...rangeOfCount(count) } });
  }
  if (!plan.fits) {
    const { inputBound, window } = plan;
    const ref = `${target.provider.name}/${target.model}`;
    return { kind: 'too-long', ref, inputBound, window, alone: isAloneTooLong(gathered, bounds) };
  }
  const { keptRuns, inputTokens, inputBound } = plan;
  const messages = messagesWith(gathered, keptRuns);
  return {
    kind: 'planned',
    request: requestWith(keptRuns, plan.maxOutputTokens),
    inputTokens,
    inputBound,
    window: gathered.window,
    report: reportOf(spec.history, gathered, plan, { messages, window: bounds.window }),
    record: recordOf(gathered, run, { keptRuns, messages }),
    sent: sentOf(gathered, messages, continued !== null),
  };
}

/** A count by the provider costs its user time, unless the server is near: then it is asked wherever ours is not sure. */
function isWorthCounting(
  { provider, model }: ModelTarget,
  continued: TokenRange | null,
  { fits }: ContextPlan,
): boolean {
  if (isExact(provider.name, model)) return false;
  return !fits || (provider.isNear === true && (continued === null || !isTight(continued)));
}

function messagesWith({ past, own }: Gathered, keptRuns: number): readonly Shown[] {
  return [...past.runs.slice(past.runs.length - keptRuns).flatMap((run) => run.messages), ...own];
}

/** As if the estimate were the count. */
function exactly<T extends TokenRange>(range: T): T {
  return { ...range, upperBound: range.tokens };
}

/** The runs that would go in if every estimate were right: what is worth asking the provider's own count for. */
function likelyRuns(runs: readonly PastRun[], bounds: ContextBounds): number {
  const plan: ContextPlan = planContext(runs.map(exactly), { ...bounds, fixed: exactly(bounds.fixed) });
  if (plan.fits) return plan.keptRuns;
  return bounds.keepsAll ? runs.length : 0;
}

/** Would the message have no room even if nothing else were there? Results of tools can still become references. */
function isAloneTooLong({ framed, own, resultsThroughSeq }: Gathered, bounds: ContextBounds): boolean {
  if (own.some((message) => message.seq > resultsThroughSeq && hasReplaceable(message))) return false;
  return !planContext([], { ...bounds, fixed: exactly(sum([framed, ...own.map(({ range }) => range)])) }).fits;
}

function sentOf(gathered: Gathered, messages: readonly Shown[], isContinued: boolean): PlannedRequest['sent'] {
  const { definition, surelyRead, summarised, own } = gathered;
  const anchor = isContinued ? gathered.anchor : null;
  const added = anchor === null ? own : messages.filter(({ seq }) => seq > anchor.lastSeq);
  const textOf = (shown: readonly Shown[]): number => shown.reduce((tokens, { range }) => tokens + range.textTokens, 0);
  return {
    definition,
    firstSeq: messages[0]?.seq ?? 0,
    messages: messages.length,
    textTokens: surelyRead + summarised.tokens + textOf(messages),
    continued: anchor === null ? null : { inputTokens: anchor.inputTokens, newTextTokens: textOf(added) },
    newMessagesBound: sum(added.map(({ range }) => range)).upperBound,
  };
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
