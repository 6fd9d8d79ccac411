import type { AgentSpec } from '../domain/agent.ts';
import type { ContextAnchor, TokenRange } from '../domain/context.ts';
import { windowInForce } from '../domain/learnt-window.ts';
import { isExcerpt } from '../domain/references.ts';
import { readerOf, type RequestFrame } from '../models/index.ts';
import type { RunRow } from '../store/store.ts';
import type { ActivityDeps, ModelTarget } from './deps.ts';
import { countFrame } from './frame.ts';
import type { Past } from './past.ts';
import { toolsOfRequest } from './session-tools.ts';
import { showMessages, summaryRange, type Shown } from './shown.ts';
import { showPast, type ShownRun } from './shown-past.ts';

/** All that a request may be made of, counted. */
export interface Gathered {
  readonly frame: RequestFrame;
  readonly framed: TokenRange;
  readonly instructionTokens: number;
  /** Of `framed`, what the model is sure to read. */
  readonly surelyRead: number;
  readonly past: Past<ShownRun>;
  /** What the run has said so far, the new message first. */
  readonly own: readonly Shown[];
  readonly summarised: TokenRange;
  /** The compaction whose summary is shown; 0: none. */
  readonly summaryNumber: number;
  /** Results of tools up to this message are references. */
  readonly resultsThroughSeq: number;
  /** Tokens of the model's window; `null`: unknown. */
  readonly window: number | null;
  readonly maxInputTokens: number | null;
  readonly maxOutputTokens: number | null;
  /** What tells this context from another that has the same messages. */
  readonly definition: string;
  /** The provider's last count, where this context still begins with what it counted. */
  readonly anchor: ContextAnchor | null;
}

/** Reads what there is for a run's next request to a model. Nothing that was counted before is counted again. */
export async function gatherContext(
  { store, catalogue, mcp }: Pick<ActivityDeps, 'store' | 'catalogue' | 'mcp'>,
  target: ModelTarget,
  spec: AgentSpec,
  run: RunRow,
): Promise<Gathered> {
  const provider = target.provider.name;
  const ref = `${provider}/${target.model}`;
  const facts = catalogue.facts(ref);
  // The session's summary, references and counts are of its leader's thread.
  const ownSession = run.parentRunId === null ? store.session(run.sessionId) : null;
  const [session, learnt] = await Promise.all([ownSession, store.learntWindow(ref)]);
  const window = windowInForce(facts.contextWindow, learnt, Date.now());
  const resultsThroughSeq = session?.resultsThroughSeq ?? 0;
  const { instructions, output } = spec;
  const reader = readerOf(provider, target.model);
  const show = { store, reader, resultsThroughSeq };
  const [own, past] = await Promise.all([
    store.messagesOfRun(run.sessionId, run.runId).then((messages) => showMessages(messages, show)),
    showPast(spec, run, show, { session, window, ref }),
  ]);
  const messages = [...past.runs.flatMap((one) => one.messages), ...own];
  const hasExcerpts = messages.some(({ parts }) => parts.some(isExcerpt));
  const tools = await toolsOfRequest({ store, mcp }, spec, run.sessionId, { session, hasExcerpts });
  const frame = { model: target.model, instructions, tools, output };
  const { range: framed, definition: hash, instructionTokens, surelyRead } = countFrame(frame, provider);
  const definition = `${hash}/${session?.summaryNumber ?? 0}/${resultsThroughSeq}`;
  const anchor = session?.anchor ?? null;
  return {
    frame,
    framed,
    instructionTokens,
    surelyRead,
    past,
    own,
    summarised: summaryRange(past.summary, reader),
    summaryNumber: past.summary === null ? 0 : (session?.summaryNumber ?? 0),
    resultsThroughSeq,
    window,
    maxInputTokens: facts.maxInputTokens === facts.contextWindow ? window : facts.maxInputTokens,
    maxOutputTokens: facts.maxOutputTokens,
    definition,
    anchor: anchor?.model === ref && anchor.definition === definition ? anchor : null,
  };
}
