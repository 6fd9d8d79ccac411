import type { ResolvedAgent } from '../config/index.ts';
import type { SummarySettings } from '../domain/agent.ts';
import { foldCount, type Summary } from '../domain/compaction.ts';
import { splitModelRef } from '../domain/model.ts';
import { hasReplaceable } from '../domain/references.ts';
import type { CompactInput } from '../domain/steps.ts';
import { readerOf, type Reader } from '../models/index.ts';
import type { HistoryRun, SessionRow, StoredMessage } from '../store/store.ts';
import type { ActivityDeps } from './deps.ts';
import { isAnswered } from './past.ts';
import { showMessages, summaryRange } from './shown.ts';

/** What is to leave the context. */
export interface Folding {
  /** Runs that go into the summary, oldest first. */
  readonly runs: readonly HistoryRun[];
  /** Results of tools up to this message become references. */
  readonly resultsThroughSeq: number;
  /** So many of them. */
  readonly results: number;
  /** Tokens that the references free. */
  readonly freed: number;
}

/** What leaves the context: runs but the newest, and results that only the past needs. */
export async function foldingOf(
  deps: ActivityDeps,
  agent: ResolvedAgent,
  input: CompactInput,
  source: SessionRow,
  settings: SummarySettings,
): Promise<Folding> {
  const { store, catalogue } = deps;
  const run = input.runId === null ? null : await store.run(input.sessionId, input.runId);
  const read = await store.history(source.sessionId, {
    afterNumber: source.throughRun,
    beforeNumber: run?.number ?? Number.MAX_SAFE_INTEGER,
    maxRuns: null,
    maxTokens: null,
  });
  const answered = read.filter(isAnswered);
  const { contextWindow } = catalogue.facts(agent.spec.model);
  const keep = input.from === undefined ? (input.keepRuns ?? settings.keepRuns) : 0;
  const fold = foldCount(
    answered.map(({ messages }) => messages.reduce((sum, { tokens }) => sum + tokens, 0)),
    { keepRuns: keep, window: source.context.window ?? contextWindow },
  );
  const runs = answered.slice(0, fold);
  const own = run === null ? [] : await store.messagesOfRun(input.sessionId, run.runId);
  const thorough = input.keepRuns === 0;
  const older = [...runs.flatMap(({ messages }) => messages), ...ownResults(own, thorough)];
  const replaced = older.filter((message) => message.seq > source.resultsThroughSeq && hasReplaceable(message));
  const last = replaced.at(-1)?.seq ?? 0;
  return {
    runs,
    resultsThroughSeq: input.from === undefined ? last : 0,
    results: input.from === undefined ? replaced.length : 0,
    freed: await freedBy(deps, agent, replaced),
  };
}

/** Of the run that waits: the model has read all results but those of its latest step. */
function ownResults(own: readonly StoredMessage[], thorough: boolean): readonly StoredMessage[] {
  const latestAnswer = own.findLastIndex(({ role }) => role === 'assistant');
  return thorough ? own : own.slice(0, Math.max(0, latestAnswer));
}

async function freedBy(deps: ActivityDeps, agent: ResolvedAgent, messages: readonly StoredMessage[]): Promise<number> {
  const show = { store: deps.store, reader: readerFor(agent) };
  const tokens = async (resultsThroughSeq: number): Promise<number> =>
    (await showMessages(messages, { ...show, resultsThroughSeq })).reduce((sum, { range }) => sum + range.tokens, 0);
  return (await tokens(0)) - (await tokens(Number.MAX_SAFE_INTEGER));
}

/** Tokens that the context is shorter by, once these runs are in a summary. */
export async function tokensFreed(
  deps: ActivityDeps,
  agent: ResolvedAgent,
  { runs }: Folding,
  summaries: { readonly previous: Summary | null; readonly summary: Summary },
  resultsThroughSeq: number,
): Promise<number> {
  const reader = readerFor(agent);
  const messages = runs.flatMap((run) => run.messages);
  const shown = await showMessages(messages, { store: deps.store, reader, resultsThroughSeq });
  const folded = shown.reduce((sum, { range }) => sum + range.tokens, 0);
  return folded + summaryRange(summaries.previous, reader).tokens - summaryRange(summaries.summary, reader).tokens;
}

/** By its name alone: a model that can't be asked, for want of its key, has a context all the same. */
function readerFor({ spec }: ResolvedAgent): Reader {
  const { provider, model } = splitModelRef(spec.model);
  return readerOf(provider, model);
}
