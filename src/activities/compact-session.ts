import type { ResolvedAgent } from '../config/index.ts';
import type { SummarySettings } from '../domain/agent.ts';
import { foldCount, type CompactionResult, type Summary } from '../domain/compaction.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { EventBody } from '../domain/events.ts';
import { hasReplaceable } from '../domain/references.ts';
import type { SummaryInForce } from '../domain/session.ts';
import type { CompactInput, CompactOutcome } from '../domain/steps.ts';
import { attachmentsLine, transcriptLine } from '../domain/summary-prompt.ts';
import { estimateMessage, readerOf } from '../models/index.ts';
import type { CompactionRow, HistoryRun, SessionRow, StoredMessage } from '../store/store.ts';
import type { ActivityDeps } from './deps.ts';
import { withCodes } from './failures.ts';
import { isAnswered, summarises } from './past.ts';
import { showMessages, summaryRange } from './shown.ts';
import { summarise } from './summarise.ts';
import { thresholdFacts, thresholdRules } from './threshold-facts.ts';
import { untilStored } from './until-stored.ts';

/** References alone will do where they bring the context down to this part of its window: it is a big step, and free. */
const enoughUse = 0.5;

/**
 * Shortens a session's context in one big step: results of tools become references, and where that is not enough,
 * older runs go into a summary. The transcript itself stays whole. What can't be done is told, and changes nothing.
 */
export async function compactSession(deps: ActivityDeps, input: CompactInput): Promise<CompactOutcome> {
  return await withCodes(async () => {
    const startedAt = Date.now();
    const agent = deps.agents.get(input.agent);
    if (agent === undefined)
      throw new LoadlineError('UnknownAgent', `This worker's config has no agent ${input.agent}`);
    const result = await compactContext(deps, agent, input);
    const after = await sessionOf(deps, input.sessionId);
    return {
      result,
      summary: await summaryInForce(deps, after),
      totals: after.totals,
      context: after.context,
      ...thresholdFacts(after, thresholdRules(agent, input.thresholds), input.runId !== null),
      workedMs: Date.now() - startedAt,
    };
  });
}

/** The same within another step. */
export async function compactContext(
  deps: ActivityDeps,
  agent: ResolvedAgent,
  input: CompactInput,
): Promise<CompactionResult> {
  const session = await sessionOf(deps, input.sessionId);
  const earlier = (await deps.store.compactions(input.sessionId)).find(({ id }) => id === input.compactionId);
  return earlier === undefined ? await compact(deps, agent, input, session) : resultOf(earlier);
}

/** The workflow carries it, at every roll-over. */
const shownChars = 400;

export async function summaryInForce(
  { store }: Pick<ActivityDeps, 'store'>,
  { sessionId, summaryNumber }: SessionRow,
): Promise<SummaryInForce | null> {
  const row = summaryNumber === 0 ? null : await store.summary(sessionId);
  if (row === null || row.summary === null) return null;
  const { text } = row.summary;
  const shown = text.length <= shownChars ? text : `${text.slice(0, shownChars)}…`;
  return { id: row.id, number: row.number, ...row.summary, text: shown };
}

async function sessionOf({ store }: ActivityDeps, sessionId: string): Promise<SessionRow> {
  const session = await store.session(sessionId);
  if (session === null) throw new LoadlineError('SessionNotFound', `Session ${sessionId} is not in the store`);
  return session;
}

/** What is to leave the context. */
interface Folding {
  /** Runs that go into the summary, oldest first. */
  readonly runs: readonly HistoryRun[];
  /** Results of tools up to this message become references. */
  readonly resultsThroughSeq: number;
  /** So many of them. */
  readonly results: number;
  /** Tokens that the references free. */
  readonly freed: number;
}

async function compact(
  deps: ActivityDeps,
  agent: ResolvedAgent,
  input: CompactInput,
  session: SessionRow,
): Promise<CompactionResult> {
  const { spec } = agent;
  if (!summarises(spec) || spec.summary === false) {
    return await failed(deps, input, session, `summaries are switched off for agent ${spec.name}`);
  }
  const source = input.from === undefined ? session : await sessionOf(deps, input.from);
  const previous = (await deps.store.summary(source.sessionId))?.summary ?? null;
  const folding = await foldingOf(deps, agent, input, source, spec.summary);
  const before = input.from === undefined ? session.context.tokens : 0;
  const { window } = session.context;
  const isEnough =
    window !== null && folding.results > 0 && before - folding.freed <= window * enoughUse && input.cause !== 'request';
  if (isEnough) return await put(deps, input, folding, { before, after: before - folding.freed, summary: null });
  if (folding.runs.length === 0) {
    if (input.from !== undefined && previous !== null) {
      const summary = { ...previous, throughRun: 0 };
      return await put(deps, input, folding, { before, after: previous.tokens, summary });
    }
    if (folding.results === 0) return await failed(deps, input, session, 'there is nothing left to compact');
    return await put(deps, input, folding, { before, after: before - folding.freed, summary: null });
  }
  const summary = await summaryOf(deps, agent, spec.summary, input, { previous, folding, window });
  if ('problem' in summary) return await failed(deps, input, session, summary.problem);
  const after = input.from === undefined ? await tokensAfter(deps, agent, input, { previous, folding, summary }) : null;
  const left = after === null ? summary.tokens : Math.max(summary.tokens, before - after);
  return await put(deps, input, folding, { before, after: left, summary });
}

/** What leaves the context: runs but the newest, and results that only the past needs. */
async function foldingOf(
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
  const { provider, model } = deps.target(agent.spec.model);
  const show = { store: deps.store, reader: readerOf(provider.name, model) };
  const tokens = async (resultsThroughSeq: number): Promise<number> =>
    (await showMessages(messages, { ...show, resultsThroughSeq })).reduce((sum, { range }) => sum + range.tokens, 0);
  return (await tokens(0)) - (await tokens(Number.MAX_SAFE_INTEGER));
}

interface Folded {
  readonly previous: Summary | null;
  readonly folding: Folding;
}

async function summaryOf(
  deps: ActivityDeps,
  agent: ResolvedAgent,
  settings: SummarySettings,
  input: CompactInput,
  { previous, folding, window }: Folded & { readonly window: number | null },
): Promise<Summary | { readonly problem: string }> {
  const { sessionId, runId, user, tenant } = input;
  const messages = folding.runs.flatMap((run) => run.messages);
  const maxTokens =
    window === null ? settings.maxTokens : Math.min(settings.maxTokens, Math.floor(window * summaryShare));
  const summarised = await summarise(
    {
      deps,
      agent,
      settings,
      caller: {
        sessionId,
        runId,
        agent: agent.spec.name,
        ...(user === undefined ? {} : { user }),
        ...(tenant === undefined ? {} : { tenant }),
      },
      compactionId: input.compactionId,
      thresholds: input.thresholds,
      maxTokens,
    },
    previous?.text ?? null,
    messages.map(transcriptLine),
  );
  if (summarised.kind === 'problem') return { problem: summarised.problem };
  const attachments = attachmentsLine(messages);
  const text = attachments === '' ? summarised.text : `${summarised.text}\n${attachments}`;
  return {
    text,
    tokens: estimateMessage([{ type: 'text', text }]),
    model: summarised.model,
    // A session that was carried on has numbers of its own.
    firstSeq: (previous?.throughRun ? previous.firstSeq : messages[0]?.seq) ?? 0,
    lastSeq: messages.at(-1)?.seq ?? 0,
    throughRun: input.from === undefined ? (folding.runs.at(-1)?.number ?? 0) : 0,
  };
}

/** The most that a summary takes of the context's window. */
const summaryShare = 0.2;

/** Tokens that the context is shorter by. */
async function tokensAfter(
  deps: ActivityDeps,
  agent: ResolvedAgent,
  input: CompactInput,
  { previous, folding, summary }: Folded & { readonly summary: Summary },
): Promise<number> {
  const { provider, model } = deps.target(agent.spec.model);
  const reader = readerOf(provider.name, model);
  const { resultsThroughSeq } = await sessionOf(deps, input.sessionId);
  const messages = folding.runs.flatMap((run) => run.messages);
  const shown = await showMessages(messages, { store: deps.store, reader, resultsThroughSeq });
  const folded = shown.reduce((sum, { range }) => sum + range.tokens, 0);
  return folded + summaryRange(previous, reader).tokens - summaryRange(summary, reader).tokens;
}

async function put(
  deps: ActivityDeps,
  input: CompactInput,
  folding: Folding,
  { before, after, summary }: { readonly before: number; readonly after: number; readonly summary: Summary | null },
): Promise<CompactionResult> {
  const { sessionId, runId, compactionId, cause } = input;
  const tokensAfter = Math.max(0, Math.round(after));
  const runs = summary === null ? 0 : folding.runs.length;
  const { compaction } = await untilStored(() =>
    deps.store.storeCompaction({
      compaction: {
        id: compactionId,
        sessionId,
        runId,
        cause,
        at: new Date().toISOString(),
        summary,
        runs,
        results: folding.results,
        tokensBefore: before,
        tokensAfter,
      },
      resultsThroughSeq: folding.resultsThroughSeq,
      event: {
        type: 'compaction.ended',
        compactionId,
        cause,
        runs,
        throughRun: summary?.throughRun ?? 0,
        results: folding.results,
        summaryTokens: summary?.tokens ?? 0,
        tokensBefore: before,
        tokensAfter,
        ...(summary === null ? {} : { model: summary.model }),
      },
      thresholds: thresholdRules(deps.agents.get(input.agent), input.thresholds),
    }),
  );
  return resultOf(compaction);
}

function resultOf(compaction: CompactionRow): CompactionResult {
  const { id, sessionId, cause, runs, results, tokensBefore, tokensAfter, summary } = compaction;
  return {
    sessionId,
    compactionId: id,
    cause,
    runs,
    results,
    tokensBefore,
    tokensAfter,
    tokensSaved: Math.max(0, tokensBefore - tokensAfter),
    summary,
  };
}

/** Nothing was compacted: the context is as it was, and everyone can see why. */
async function failed(
  deps: ActivityDeps,
  { sessionId, runId, compactionId, cause }: CompactInput,
  { context }: SessionRow,
  problem: string,
): Promise<CompactionResult> {
  const facts = { compactionId, cause, runs: 0, results: 0, tokensBefore: context.tokens, tokensAfter: context.tokens };
  const event: EventBody = { type: 'compaction.ended', ...facts, throughRun: 0, summaryTokens: 0, problem };
  await deps.store.appendEvents(sessionId, runId, [event], new Date().toISOString());
  return { sessionId, ...facts, tokensSaved: 0, summary: null, problem };
}
