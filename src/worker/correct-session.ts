import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Totals } from '../domain/metrics.ts';
import { workflowIdOf } from '../domain/session.ts';

/** Hands a session's workflow its totals after a late correction; one that is closed or gone is read from the store. */
export async function correctSession(client: Client, sessionId: string, totals: Totals): Promise<void> {
  try {
    await client.workflow.getHandle(workflowIdOf(sessionId)).signal('ledger', totals);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
