import type { Session } from '../../../client/api.ts';
import type { Said } from '../said.ts';
import type { ServerDeps } from '../../deps.ts';
import { OpenAiError } from '../errors.ts';
import type { Approval } from './input.ts';
import { callOfApproval } from './items.ts';

/** Hands somebody's word on tool calls on; answers the run that goes on with it. */
export async function decideCalls(
  { backend }: ServerDeps,
  session: Session,
  { approvals, messages }: Said & { readonly approvals: readonly Approval[] },
  isRepeated: boolean,
): Promise<{ readonly messageId: string; readonly skipped: number }> {
  if (messages.some(({ role }) => role === 'user')) {
    const words = 'The session waits for somebody’s word; send the next message when its answer is there';
    throw new OpenAiError(400, words, { param: 'input' });
  }
  const [run] = await backend.store.runs(session.id, { limit: 1 });
  if (run === undefined) {
    throw new OpenAiError(400, `Session ${session.id} waits for nobody’s word`, { param: 'input' });
  }
  const said = await backend.store.messagesOfRun(session.id, run.runId);
  const { waitingFor } = await session.state();
  for (const { approval_request_id: id, approve, reason } of approvals) {
    const callId = callOfApproval(id);
    // The same request again finds its word taken.
    if (isRepeated && !waitingFor.some((one) => one.callId === callId)) continue;
    await session.approve({ callId, approved: approve, ...(reason == null ? {} : { reason }) });
  }
  return { messageId: run.messageId, skipped: said.length };
}
