import type { Client } from '@temporalio/client';
import protos from '@temporalio/proto';

const { HistoryEvent } = protos.temporal.api.history.v1;
const { EventType } = protos.temporal.api.enums.v1;

export interface HistorySize {
  readonly events: number;
  readonly bytes: number;
  /** Bytes by type of event, the heaviest first. */
  readonly byType: readonly (readonly [string, number])[];
}

/** Events and serialized bytes of a workflow, over all its roll-overs. */
export async function historySize(client: Client, workflowId: string): Promise<HistorySize> {
  const byType = new Map<string, number>();
  let events = 0;
  let runId = await firstRunOf(client, workflowId);
  while (runId !== '') {
    const { events: all } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    let next = '';
    for (const event of all ?? []) {
      events += 1;
      const type = EventType[event.eventType ?? 0] ?? 'unknown';
      byType.set(type, (byType.get(type) ?? 0) + HistoryEvent.encode(event).finish().length);
      next = event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? '';
    }
    runId = next;
  }
  const sorted = [...byType].toSorted(([, a], [, b]) => b - a);
  return { events, bytes: sorted.reduce((sum, [, bytes]) => sum + bytes, 0), byType: sorted };
}

async function firstRunOf(client: Client, workflowId: string): Promise<string> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId ?? '';
}
