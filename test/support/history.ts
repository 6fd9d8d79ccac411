import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { workflowIdOf } from '../../src/domain/session.ts';
import { testTemporalAddress } from './stack.ts';

type History = temporal.api.history.v1.IHistory;

/** The histories of a session's workflow, one for each continue-as-new, oldest first. */
export async function historiesOf(sessionId: string): Promise<readonly History[]> {
  const connection = await Connection.connect({ address: testTemporalAddress() });
  try {
    const client = new Client({ connection });
    const workflowId = workflowIdOf(sessionId);
    const histories: History[] = [];
    let { runId } = await client.workflow.getHandle(workflowId).describe();
    for (;;) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      histories.unshift(history);
      const before = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
      if (before === undefined || before === null || before === '') return histories;
      runId = before;
    }
  } finally {
    await connection.close();
  }
}

export function eventCount(histories: readonly History[]): number {
  return histories.reduce((sum, history) => sum + (history.events?.length ?? 0), 0);
}

/** Bytes of the histories as Temporal stores them. */
export function historyBytes(histories: readonly History[]): number {
  return histories.reduce((sum, history) => sum + temporal.api.history.v1.History.encode(history).finish().length, 0);
}
