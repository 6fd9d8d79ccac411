import type { EventBody } from './events.ts';
import type { WaitingFor } from './run.ts';

/** Something that a run of a session waits for. */
export interface Wait extends Pick<WaitingFor, 'kind' | 'callId' | 'tool' | 'until'> {
  readonly runId: string;
}

/**
 * What a session waits for after an event of one of its runs.
 *
 * @param runId `null`: the event is of no run.
 */
export function waitsAfter(waits: readonly Wait[], runId: string | null, event: EventBody): readonly Wait[] {
  switch (event.type) {
    case 'run.waiting': {
      if (runId === null) return waits;
      const own = event.waitingFor.map(({ kind, callId, tool, until }) => ({
        runId,
        kind,
        ...(callId === undefined ? {} : { callId }),
        ...(tool === undefined ? {} : { tool }),
        ...(until === undefined ? {} : { until }),
      }));
      return [...waits.filter((wait) => wait.runId !== runId), ...own];
    }
    case 'approval.decided':
      return waits.filter(({ callId }) => callId !== event.callId);
    case 'call.started':
      return waits.filter((wait) => wait.runId !== runId || wait.kind !== 'budget');
    case 'run.ended':
      // With the runs of its members, whose ids begin with its own.
      return waits.filter((wait) => wait.runId !== runId && !wait.runId.startsWith(`${runId}.`));
    case 'session.closed':
      return [];
    default:
      return waits;
  }
}
