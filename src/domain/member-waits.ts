import type { RunInProgress } from './carried.ts';
import type { RunResult, WaitingFor } from './run.ts';

/** What a member's run tells its session: what it waits for now, and nothing once it goes on. */
export interface MemberWaits {
  readonly runId: string;
  readonly waitingFor: readonly WaitingFor[];
}

/** What the members of a run wait for, by their runs; `result` is what its senders are told. */
export interface MembersWait {
  readonly runs: Readonly<Record<string, readonly WaitingFor[]>>;
  readonly result: RunResult;
}

/** What the signal says; `null`: it comes from no member of this run. */
export function memberWaitsOf(argument: unknown, run: RunInProgress | null): MemberWaits | null {
  if (run === null || typeof argument !== 'object' || argument === null) return null;
  const { runId, waitingFor } = argument as Partial<MemberWaits>;
  if (typeof runId !== 'string' || !Array.isArray(waitingFor)) return null;
  return runId.startsWith(`${run.message.runId}.`) ? { runId, waitingFor } : null;
}

/** The run once its members wait for this. */
export function withMemberWaits(
  before: MembersWait | null | undefined,
  { runId, waitingFor }: MemberWaits,
  result: RunResult,
): MembersWait | null {
  const { [runId]: _, ...others } = before?.runs ?? {};
  const runs = waitingFor.length === 0 ? others : { ...others, [runId]: waitingFor };
  return Object.keys(runs).length === 0 ? null : { runs, result };
}

/** The same once somebody has decided a call. */
export function withoutCall(before: MembersWait | null | undefined, callId: string): MembersWait | null {
  if (before == null) return null;
  const left = Object.entries(before.runs).map(
    ([runId, waiting]) => [runId, waiting.filter((one) => one.callId !== callId)] as const,
  );
  const runs = Object.fromEntries(left.filter(([, waiting]) => waiting.length > 0));
  return Object.keys(runs).length === 0 ? null : { ...before, runs };
}

export function membersWaitingFor({ membersWait }: RunInProgress): readonly WaitingFor[] {
  return Object.values(membersWait?.runs ?? {}).flat();
}

/** The member's run that waits for somebody's word on this call; `null`: none does. */
export function memberOfCall({ membersWait }: RunInProgress, callId: string): string | null {
  const runs = Object.entries(membersWait?.runs ?? {});
  return runs.find(([, waiting]) => waiting.some((one) => one.callId === callId))?.[0] ?? null;
}
