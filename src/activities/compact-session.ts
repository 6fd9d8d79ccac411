import type { ResolvedAgent } from '../config/index.ts';
import type { SummarySettings } from '../domain/agent.ts';
import type { CompactionResult, Summary } from '../domain/compaction.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { EventBody } from '../domain/events.ts';
import type { SummaryInForce } from '../domain/session.ts';
import type { CompactInput, CompactOutcome } from '../domain/steps.ts';
import { attachmentsLine, transcriptLine } from '../domain/summary-prompt.ts';
import { estimateMessage } from '../models/index.ts';
import type { CompactionRow, SessionRow } from '../store/store.ts';
import type { ActivityDeps } from './deps.ts';
import { withCodes } from './failures.ts';
import { foldingOf, tokensFreed, type Folding } from './folding.ts';
import { summarises } from './past.ts';
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
  const window = session.context.window ?? deps.catalogue.facts(spec.model).contextWindow;
  const forRoom = input.cause === 'threshold' || input.cause === 'overflow';
  const isEnough = forRoom && window !== null && folding.results > 0 && before - folding.freed <= window * enoughUse;
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
  const freed = await tokensFreed(deps, agent, folding, { previous, summary }, session.resultsThroughSeq);
  const left = input.from === undefined ? Math.max(summary.tokens, before - freed) : summary.tokens;
  return await put(deps, input, folding, { before, after: left, summary });
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
      runs: input.from === undefined ? numbersOf(folding) : { first: 0, last: 0 },
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

function numbersOf({ runs }: Folding): { readonly first: number; readonly last: number } {
  return { first: runs[0]?.number ?? 0, last: runs.at(-1)?.number ?? 0 };
}

/** The most that a summary takes of the context's window. */
const summaryShare = 0.2;

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
