import type { SummarySettings } from '../domain/agent.ts';
import type { TokenRange } from '../domain/context.ts';
import { windowInForce } from '../domain/learnt-window.ts';
import { summaryInstructions, summaryRequest } from '../domain/summary-prompt.ts';
import { textOf } from '../domain/messages.ts';
import { estimateRequest, isExact, rangeOfCount } from '../models/index.ts';
import type { ModelRequest } from '../providers/provider.ts';
import type { RequestRecord } from '../store/store.ts';
import type { ActivityDeps, ModelTarget } from './deps.ts';
import { digestOf } from './request-record.ts';
import type { Planned, TooLong } from './plan-request.ts';

export interface SummaryPlanInput {
  readonly deps: ActivityDeps;
  readonly target: ModelTarget;
  readonly settings: SummarySettings;
  readonly sessionId: string;
  /** Of the notes. */
  readonly maxTokens: number;
  readonly notes: string | null;
  readonly lines: readonly string[];
  /** The runs that the lines are of; 0: another session's. */
  readonly runs: { readonly first: number; readonly last: number };
}

/** Where no window is known, a part has this many tokens at most. */
const partWithoutWindow = 16_000;
/** Of the room, as far as our measure of a text is not the model's own. */
const exactShare = 0.95;
const inexactShare = 0.7;

function requestOf(
  { target, settings, sessionId, maxTokens, notes, lines }: SummaryPlanInput,
  window: number | null,
): ModelRequest {
  return {
    model: target.model,
    instructions: summaryInstructions(settings.instructions, maxTokens),
    messages: [{ role: 'user', parts: [{ type: 'text', text: summaryRequest(notes, lines.join('\n')) }] }],
    tools: [],
    maxOutputTokens: maxTokens,
    contextWindow: window,
    output: null,
    cache: { instructions: false, ttl: '5m' },
    cacheKey: `${sessionId}.summary`,
  };
}

function windowOf({ deps, target }: SummaryPlanInput): number | null {
  const { contextWindow, maxInputTokens } = deps.catalogue.facts(`${target.provider.name}/${target.model}`);
  return contextWindow === null ? null : Math.min(contextWindow, maxInputTokens ?? contextWindow);
}

/** Tokens that a part of the conversation may have beside the instructions and the notes so far; by o200k. */
export function roomForChunk(input: SummaryPlanInput): number {
  const window = windowOf(input);
  if (window === null) return partWithoutWindow;
  const provider = input.target.provider.name;
  const empty = estimateRequest(requestOf(input, window), { provider });
  const share = isExact(provider, input.target.model) ? exactShare : inexactShare;
  return Math.floor((window - input.maxTokens - empty.tokens) * share);
}

/** The request of a summary, counted as well as can be. */
export async function planSummary(input: SummaryPlanInput, signal: AbortSignal): Promise<Planned | TooLong> {
  const { deps, target, maxTokens } = input;
  const provider = target.provider.name;
  const ref = `${provider}/${target.model}`;
  const learnt = await deps.store.learntWindow(ref);
  const window = windowInForce(windowOf(input), learnt, Date.now());
  const request = requestOf(input, window);
  const range = await countOf(target, request, signal);
  if (window !== null && range.upperBound + maxTokens > window) {
    return { kind: 'too-long', ref, inputBound: range.upperBound, window, alone: false };
  }
  return {
    kind: 'planned',
    request,
    inputTokens: range.tokens,
    inputBound: range.upperBound,
    window,
    report: {
      window,
      inputTokens: range.tokens,
      inputBound: range.upperBound,
      answerTokens: maxTokens,
      instructionTokens: 0,
      toolTokens: 0,
      summaryTokens: 0,
      historyTokens: range.tokens,
      runs: 0,
      messageTokens: 0,
      cut: [],
    },
    record: recordOf(request, input),
  };
}

/** What a summariser reads is made for it alone: it is kept as it is. */
function recordOf({ instructions, messages }: ModelRequest, { runs }: SummaryPlanInput): RequestRecord {
  const prompt = messages.map(({ parts }) => textOf(parts)).join('');
  const span = { summaryNumber: 0, resultsThroughSeq: 0, firstRun: runs.first, lastRun: runs.last, lastSeq: 0 };
  return { instructions, tools: [], output: null, prompt, ...span, digest: digestOf(messages, null) };
}

async function countOf(target: ModelTarget, request: ModelRequest, signal: AbortSignal): Promise<TokenRange> {
  const provider = target.provider.name;
  const estimate = estimateRequest(request, { provider });
  if (isExact(provider, target.model)) return estimate;
  const count = await target.provider.countInput?.(request, signal);
  return count == null ? estimate : rangeOfCount(count);
}
