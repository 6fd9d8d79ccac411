import type { CallView, ToolCallView } from '../../../src/client/inspect-api.ts';
import { callPhases, toolPhases, type Phase } from './call-phases.ts';

/** A line of the timeline: a call with all its attempts, or a tool that its answer asked for. */
export type TimelineRow = {
  readonly key: string;
  /** Levels below the session's own run. */
  readonly depth: number;
  readonly agent: string;
  readonly phases: readonly Phase[];
} & ({ readonly kind: 'call'; readonly call: CallView } | { readonly kind: 'tool'; readonly tool: ToolCallView });

/** A run of the session and all its members' below it, with the stretch of time that they took. */
export interface Timeline {
  readonly rows: readonly TimelineRow[];
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/** @param run whose calls they are; a compaction between two runs has none, and begins with its first attempt. */
export function timelineOf(
  run: { readonly runId: string; readonly startedAt: string } | null,
  calls: readonly CallView[],
  now: number,
): Timeline {
  const startedAt = run === null ? null : Date.parse(run.startedAt);
  const byRun = Map.groupBy(calls, ({ runId }) => runId ?? '');
  const rows = rowsOfTree([...byRun.keys()], byRun, startedAt, now);
  const times = rows.flatMap(({ phases }) => phases.flatMap(({ from, to }) => [from, to]));
  const from = Math.min(startedAt ?? Infinity, ...times);
  return { rows, from: Number.isFinite(from) ? from : now, to: Math.max(from, ...times) };
}

/** Ids of members' runs begin with the id of their leader's, and that of its tool call. */
function rowsOfTree(
  runIds: readonly string[],
  byRun: ReadonlyMap<string, readonly CallView[]>,
  startedAt: number | null,
  now: number,
): readonly TimelineRow[] {
  const parentOf = (id: string): string | undefined =>
    runIds
      .filter((other) => id.startsWith(`${other}.`))
      .toSorted((a, b) => b.length - a.length)
      .at(0);
  const children = Map.groupBy(runIds, (id) => parentOf(id) ?? '');
  const rowsOf = (runId: string, depth: number, readyAt: number | null): readonly TimelineRow[] => {
    const members = runId === '' ? [] : (children.get(runId) ?? []);
    const calls = (byRun.get(runId) ?? []).toSorted((a, b) => startOf(a) - startOf(b));
    const asked = new Set<string>();
    const rows: TimelineRow[] = [];
    let free = readyAt;
    for (const call of calls) {
      const phases = callPhases(call, free, now);
      const end = phases.at(-1)?.to ?? free;
      rows.push({ key: call.callId, kind: 'call', depth, agent: call.agent, phases, call });
      for (const tool of call.tools) {
        const below = members.filter((id) => `${id}.`.startsWith(`${runId}.${tool.callId}.`));
        for (const id of below) asked.add(id);
        const ofMembers = below.flatMap((id) => rowsOf(id, depth + 2, end));
        rows.push({
          key: `${call.callId}/${tool.callId}`,
          kind: 'tool',
          depth: depth + 1,
          agent: call.agent,
          phases: ofMembers.length === 0 ? toolPhases(tool, end, now) : memberPhases(tool, ofMembers),
          tool,
        });
        rows.push(...ofMembers);
      }
      free = Math.max(end ?? 0, ...rows.flatMap((row) => row.phases.map(({ to }) => to))) || null;
    }
    // Members of a broadcast answer before their leader is called.
    const first = members.filter((id) => !asked.has(id)).flatMap((id) => rowsOf(id, depth + 1, readyAt));
    return [...first, ...rows];
  };
  return runIds.filter((id) => parentOf(id) === undefined).flatMap((id) => rowsOf(id, 0, startedAt));
}

/** A call to members takes as long as their work, whenever its result was stored. */
function memberPhases({ isError }: ToolCallView, rows: readonly TimelineRow[]): readonly Phase[] {
  const work = rows.flatMap(({ phases }) => phases).filter(({ kind }) => kind !== 'waiting');
  if (work.length === 0) return [];
  const live = work.some((phase) => phase.live === true);
  return [
    {
      kind: isError ? 'tool-failed' : 'tool',
      from: Math.min(...work.map(({ from }) => from)),
      to: Math.max(...work.map(({ to }) => to)),
      ...(live ? { live } : {}),
    },
  ];
}

function startOf({ attempts }: CallView): number {
  return Math.min(...attempts.map(({ startedAt }) => startedAt));
}
