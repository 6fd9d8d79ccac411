import type { RunInProgress } from './carried.ts';
import { membersWaitingFor } from './member-waits.ts';
import type { RunResult, WaitingFor } from './run.ts';
import type { ToolCallRef } from './steps.ts';

/** What happens to a question that nobody answers. */
export interface ApprovalPolicy {
  /** `null`: it waits for as long as it takes. */
  readonly timeoutMs: number | null;
  readonly onTimeout: 'deny' | 'approve';
}

/** What a person, or the time that ran out, said to a question. */
export interface ApprovalDecision {
  readonly approved: boolean;
  readonly reason?: string;
  /** ISO 8601, the workflow's clock. */
  readonly at: string;
}

/** The argument of the signal `approve`. */
export interface ApprovalAnswer {
  readonly callId: string;
  readonly approved: boolean;
  readonly reason?: string;
}

/** A tool call between the answer that asks for it and its result. */
export interface PendingTool extends ToolCallRef {
  /** Somebody was asked; `until` as ISO 8601. */
  asked?: { readonly until?: string };
  decision?: ApprovalDecision;
  /** Why nobody knows what an earlier attempt did, where the question is whether to start it again. */
  unknown?: string;
  /** So many attempts of unknown outcome were started again with somebody's word. */
  restarts: number;
}

export function toPending(calls: readonly ToolCallRef[]): PendingTool[] {
  return calls.map((call) => ({ ...call, restarts: 0 }));
}

/** Calls that somebody has to hear of: new questions, and those that a roll-over did not carry the words of. */
export function toShow({ pendingTools, waiting }: RunInProgress): PendingTool[] {
  return pendingTools.filter(
    (call) => !isReady(call) && (call.asked === undefined || (waiting === null && isWaiting(call))),
  );
}

export function questionOf({ approval }: PendingTool, at: Date): NonNullable<PendingTool['asked']> {
  const timeoutMs = approval?.timeoutMs ?? null;
  return timeoutMs === null ? {} : { until: new Date(at.getTime() + timeoutMs).toISOString() };
}

/** Adds to what a run's senders are told that it waits for. What was decided meanwhile is no longer waited for. */
export function show(run: RunInProgress, waiting: RunResult): void {
  const all = [...(run.waiting?.waitingFor ?? []), ...(waiting.waitingFor ?? [])];
  const open = new Set(run.pendingTools.filter(isWaiting).map(({ callId }) => callId));
  const waitingFor = all.filter(({ callId }) => callId !== undefined && open.has(callId));
  run.waiting = waitingFor.length === 0 ? null : { ...waiting, waitingFor };
}

/** What a run waits for, and its members; right after a roll-over the arguments are not at hand. */
export function waitingForOf(run: RunInProgress): readonly WaitingFor[] {
  return [...ownWaitingFor(run), ...membersWaitingFor(run)];
}

/** What senders are told of a run that waits; `null`: it does not. */
export function waitingResultOf(run: RunInProgress): RunResult | null {
  const result = run.waiting ?? run.membersWait?.result ?? null;
  return result === null ? null : { ...result, waitingFor: waitingForOf(run) };
}

function ownWaitingFor({ waiting, pendingTools }: RunInProgress): readonly WaitingFor[] {
  if (waiting !== null) return waiting.waitingFor ?? [];
  return pendingTools
    .filter(isWaiting)
    .map(({ callId, tool, asked }) => ({ kind: 'approval', callId, tool, ...asked }));
}

export function isReady({ approval, decision }: PendingTool): boolean {
  return approval === undefined || decision !== undefined;
}

export function isWaiting(call: PendingTool): boolean {
  return call.asked !== undefined && call.decision === undefined;
}

/** What a signal from anywhere says; `null`: nothing that could be an answer. */
export function answerOf(argument: unknown): ApprovalAnswer | null {
  if (typeof argument !== 'object' || argument === null) return null;
  const { callId, approved, reason } = argument as Partial<Record<keyof ApprovalAnswer, unknown>>;
  if (typeof callId !== 'string' || typeof approved !== 'boolean') return null;
  const words = typeof reason === 'string' && reason.trim() !== '' ? reason.slice(0, maxReasonChars) : null;
  return { callId, approved, ...(words === null ? {} : { reason: words }) };
}

const maxReasonChars = 1_000;

/** Decides a call that waits; one that is unknown or decided stays as it is. */
export function decide(run: RunInProgress, { callId, approved, reason }: ApprovalAnswer, at: string): void {
  const call = run.pendingTools.find((one) => one.callId === callId);
  if (call === undefined || !isWaiting(call)) return;
  call.decision = { approved, ...(reason === undefined ? {} : { reason }), at };
  if (approved && call.unknown !== undefined) call.restarts += 1;
  const left = (run.waiting?.waitingFor ?? []).filter((one) => one.callId !== callId);
  run.waiting = run.waiting === null || left.length === 0 ? null : { ...run.waiting, waitingFor: left };
}

/** Decides what nobody answered in time. `now`: milliseconds since the epoch. */
export function decideOverdue(run: RunInProgress, now: number): void {
  for (const call of run.pendingTools.filter(isWaiting)) {
    const { asked, approval, callId } = call;
    if (asked?.until === undefined || Date.parse(asked.until) > now) continue;
    const approved = approval?.onTimeout === 'approve';
    decide(run, { callId, approved, reason: `nobody answered before ${asked.until}` }, new Date(now).toISOString());
  }
}

/** The first time at which a question runs out, as milliseconds since the epoch; `null`: none does. */
export function earliestEnd(calls: readonly PendingTool[]): number | null {
  const ends = calls.filter(isWaiting).flatMap(({ asked }) => (asked?.until === undefined ? [] : [asked.until]));
  return ends.length === 0 ? null : Math.min(...ends.map((until) => Date.parse(until)));
}

/** The result of a call that was not approved, for the model. */
export function denialWords(tool: string, { reason }: ApprovalDecision, unknown: string | undefined): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  if (unknown === undefined) return `The call of ${tool} was not approved${why}. It was not executed.`;
  return `${unknown}. It was not allowed to start again${why}.`;
}

/** Longer arguments are shown by their beginning; the transcript has the whole. */
const shownChars = 2_000;
/** Of all that one run waits for. */
const shownCharsTogether = 40_000;

/** Arguments as they are shown to whoever decides. */
export function shownInput(input: unknown, calls: number): unknown {
  const most = Math.min(shownChars, Math.floor(shownCharsTogether / Math.max(1, calls)));
  const text = JSON.stringify(input) ?? '';
  return text.length <= most ? input : `${text.slice(0, most)}…`;
}

/** Those of a list that wait for somebody's word on a tool call. */
export function approvalsIn(waitingFor: readonly WaitingFor[]): (WaitingFor & { readonly callId: string })[] {
  return waitingFor.flatMap((one) =>
    one.kind === 'approval' && one.callId !== undefined ? [{ ...one, callId: one.callId }] : [],
  );
}
