import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { LimitsInForce, LimitsPatch } from '../domain/agent.ts';
import type { ApprovalAnswer } from '../domain/approval.ts';
import type { CompactionResult } from '../domain/compaction.ts';
import type { MemberWaits } from '../domain/member-waits.ts';
import type { SessionMetrics, Totals } from '../domain/metrics.ts';
import type { RunProgress, RunResult, SendInput } from '../domain/run.ts';
import type { CompactRequest, SessionState } from '../domain/session.ts';

/** Answers when the message's run has ended; refused messages leave nothing behind. */
export const sendUpdate = defineUpdate<RunResult, [SendInput]>('send');

/** The same message with nobody waiting. */
export const messageSignal = defineSignal<[SendInput]>('message');

export const metricsQuery = defineQuery<SessionMetrics>('metrics');
export const stateQuery = defineQuery<SessionState>('state');

/** The run with this id, or the latest. Older ones than the workflow remembers are in the store. */
export const runQuery = defineQuery<RunResult | RunProgress, [string?]>('run');

/** Shortens the context at the next boundary between two steps; answers with what that brought. */
export const compactUpdate = defineUpdate<CompactionResult, [CompactRequest | undefined]>('compact');

/** Limits and thresholds of this session on top of its agent's; answers with those in force. */
export const setLimitsUpdate = defineUpdate<LimitsInForce, [LimitsPatch]>('setLimits');

/** Cancels the named run, queued or in progress; without a name the one in progress on arrival, if any. */
export const cancelRunSignal = defineSignal<[{ runId?: string; reason?: string }?]>('cancelRun');

/** Somebody's word on a tool call that waits for it; on any other it says nothing. */
export const approveSignal = defineSignal<[ApprovalAnswer]>('approve');

/** From a member's run: what it waits for, so that its session can tell and hand on what is said to it. */
export const memberWaitsSignal = defineSignal<[MemberWaits]>('memberWaits');

/** The session finishes its run, refuses new messages, answers queued ones `cancelled` and completes. */
export const closeSignal = defineSignal<[{ reason?: string }?]>('close');

/** A correction of the ledger that came after its step: absolute totals, of which the highest version counts. */
export const ledgerSignal = defineSignal<[Totals]>('ledger');
