import { ApplicationFailure } from '@temporalio/common';
import { createHash } from 'node:crypto';
import type { ResolvedAgent } from '../config/index.ts';
import type { SummarySettings, Thresholds } from '../domain/agent.ts';
import { takeChunk } from '../domain/chunks.ts';
import { LoadlineError } from '../domain/errors.ts';
import { summaryProblem, withoutCutEnd } from '../domain/summary-prompt.ts';
import { countTokens } from '../models/index.ts';
import type { StoredAnswer } from '../store/store.ts';
import { attemptCall } from './attempt-call.ts';
import type { ActivityDeps, ModelTarget } from './deps.ts';
import type { Caller } from './model-call.ts';
import { billOf, callEnded } from './settle.ts';
import { planSummary, roomForChunk, type SummaryPlanInput } from './plan-summary.ts';
import { thresholdRules } from './threshold-facts.ts';

export interface SummaryWork {
  readonly deps: ActivityDeps;
  readonly agent: ResolvedAgent;
  readonly settings: SummarySettings;
  readonly caller: Caller;
  readonly compactionId: string;
  readonly thresholds: Thresholds;
  /** Of the notes, tokens. */
  readonly maxTokens: number;
  /** Those that are summarised; 0: another session's. */
  readonly runs: { readonly first: number; readonly last: number };
}

export type Summarised =
  | { readonly kind: 'notes'; readonly text: string; readonly model: string }
  | { readonly kind: 'problem'; readonly problem: string };

/** A summariser that answers nothing of use is asked twice, then the agent's own model and its fallbacks once each. */
const triesOfModel = 2;
/** So often is a part that its model finds too long made smaller. */
const mostShrinks = 4;
const callSeconds = 300;

/**
 * Folds a conversation into notes, part by part where it is longer than the summariser's window: the notes of a part go
 * into the next one. A retry after a crash finds the parts that were answered and calls nobody for them.
 *
 * @param lines the conversation, a message each.
 */
export async function summarise(
  work: SummaryWork,
  notes: string | null,
  lines: readonly string[],
): Promise<Summarised> {
  const { model, fallbacks } = work.agent.spec;
  const refs = [...new Set([work.settings.model ?? model, model, ...fallbacks])];
  let result: Summarised = { kind: 'problem', problem: 'there is nothing to summarise' };
  let rest = lines.filter((line) => line !== '');
  let before = notes;
  while (rest.length > 0) {
    const folded = await foldPart(work, refs, before, rest);
    if ('problem' in folded) return { kind: 'problem', problem: folded.problem };
    result = { kind: 'notes', text: folded.text, model: folded.model };
    before = folded.text;
    rest = [...folded.rest];
  }
  return result;
}

type Folded = { readonly text: string; readonly model: string; readonly rest: readonly string[] };

async function foldPart(
  work: SummaryWork,
  refs: readonly string[],
  notes: string | null,
  lines: readonly string[],
): Promise<Folded | { readonly problem: string }> {
  const problems: string[] = [];
  for (const [index, ref] of refs.entries()) {
    const tries = index === 0 ? triesOfModel : 1;
    const absent = whyAbsent(work, ref);
    if (absent !== null) {
      problems.push(absent);
      continue;
    }
    let share = 1;
    for (let attempt = 1, shrinks = 0; attempt <= tries;) {
      const part = takePart(work, ref, notes, lines, share);
      if (part === null) {
        problems.push(`${ref}: its window has no room for a summary`);
        break;
      }
      const answered = await askOnce(work, ref, `${index + 1}${attempt}`, { notes, lines: part.chunk });
      if (answered.kind === 'too-long') {
        if (++shrinks > mostShrinks) break;
        share *= 0.6;
        continue;
      }
      attempt += 1;
      const problem = answered.kind === 'problem' ? answered.problem : problemOf(answered.answer, notes, part.chunk);
      if (answered.kind === 'answered' && problem === null) {
        const { text, finishReason } = answered.answer;
        return { text: finishReason === 'length' ? withoutCutEnd(text) : text.trim(), model: ref, rest: part.rest };
      }
      problems.push(`${ref}: ${problem}`);
      if (answered.kind === 'problem') break;
    }
  }
  return { problem: problems.join('; ') };
}

/** Why a model can't even be asked, such as for want of its key. */
function whyAbsent({ deps }: SummaryWork, ref: string): string | null {
  try {
    deps.target(ref);
    return null;
  } catch (error) {
    if (error instanceof LoadlineError) return error.message;
    throw error;
  }
}

function problemOf(
  { text, finishReason }: StoredAnswer,
  notes: string | null,
  chunk: readonly string[],
): string | null {
  const replaced = countTokens(chunk.join('\n')) + countTokens(notes ?? '');
  return summaryProblem({ text, finishReason, tokens: countTokens(text) }, { tokens: replaced });
}

function takePart(work: SummaryWork, ref: string, notes: string | null, lines: readonly string[], share: number) {
  const room = Math.floor(roomForChunk(planInput(work, ref, { notes, lines: [] })) * share);
  return room < 1 ? null : takeChunk(lines, room, (line) => countTokens(line) + 1);
}

function planInput(work: SummaryWork, ref: string, { notes, lines }: Part): SummaryPlanInput {
  return {
    deps: work.deps,
    target: work.deps.target(ref),
    settings: work.settings,
    sessionId: work.caller.sessionId,
    maxTokens: work.maxTokens,
    runs: work.runs,
    notes,
    lines,
  };
}

interface Part {
  readonly notes: string | null;
  readonly lines: readonly string[];
}

type Asked =
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'too-long' }
  | { readonly kind: 'problem'; readonly problem: string };

/** One call of a summariser. The part's own text is in the call's id: another part is another call. */
async function askOnce(work: SummaryWork, ref: string, attempt: string, part: Part): Promise<Asked> {
  const { deps, agent, caller, compactionId } = work;
  const hash = createHash('sha256')
    .update(JSON.stringify([part.notes, part.lines]))
    .digest('base64url')
    .slice(0, 10);
  const callId = `${compactionId}.${hash}.${attempt}`;
  const { attempts, answer } = await deps.store.call(callId);
  if (answer !== null) return { kind: 'answered', answer };
  const session = await deps.store.session(caller.sessionId);
  try {
    const attempted = await attemptCall({
      deps,
      caller,
      callId,
      attempts,
      secondsLeft: callSeconds,
      timeLimit: `the summariser took longer than ${callSeconds} s`,
      models: [{ ref, modelType: 'summaryModel' }],
      onBudget: 'refuse',
      mayWait: false,
      streams: false,
      plan: (target: ModelTarget, signal) => planSummary({ ...planInput(work, ref, part), target }, signal),
      async settlement(_plan, row, given) {
        const bill = billOf(deps, row, given);
        const text = given.parts.map((one) => (one.type === 'text' ? one.text : '')).join('');
        return {
          ...bill,
          answer: { text, finishReason: given.finishReason, message: null, toolCalls: [], context: null, build: null },
          events: [callEnded(row, bill, session?.context ?? { tokens: 0, window: null })],
          thresholds: thresholdRules(agent, work.thresholds),
        };
      },
    });
    if (attempted.kind === 'answered') return attempted;
    return attempted.kind === 'waiting' ? { kind: 'problem', problem: 'no budget covers it' } : { kind: 'too-long' };
  } catch (error) {
    if (error instanceof LoadlineError) return { kind: 'problem', problem: error.message };
    if (error instanceof ApplicationFailure && error.nonRetryable === true) {
      return { kind: 'problem', problem: error.message };
    }
    throw error;
  }
}
