import { approvalsIn } from '../domain/approval.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { WaitingFor } from '../domain/run.ts';
import { shellWord } from '../domain/shell-word.ts';
import type { ApproveOptions } from './commands/approve.ts';
import { print, printDocument } from './output.ts';
import { ownCommand } from './own-command.ts';
import { describeCall } from './terminal/describe-waiting.ts';
import { withClient } from './with-client.ts';

/** Decides a tool call that a session waits for. */
export async function approveCall(id: string, given: string | undefined, options: ApproveOptions): Promise<void> {
  await withClient(options, async (client) => {
    const session = await client.session(id);
    const call = namedCall(session.id, approvalsIn((await session.state()).waitingFor), given);
    const { callId } = call;
    const approved = options.deny !== true;
    const { reason } = options;
    await session.approve({ callId, approved, ...(reason === undefined ? {} : { reason }) });
    if (options.json === true) return printDocument({ sessionId: session.id, callId, approved });
    print(
      `${approved ? 'Approved' : 'Denied'}: ${describeCall(call)}.`,
      `See what comes of it with: ${ownCommand()} transcript ${shellWord(session.id)}`,
    );
  });
}

type Call = WaitingFor & { readonly callId: string };

/**
 * The call that a beginning of its id names, or the only one there is.
 *
 * @throws LoadlineError `InvalidMessage` that lists those that wait.
 */
export function namedCall(sessionId: string, calls: readonly Call[], given: string | undefined): Call {
  const named = calls.filter(({ callId }) => callId.startsWith(given ?? ''));
  const exact = named.find(({ callId }) => callId === given);
  const [first, second] = exact === undefined ? named : [exact];
  if (first !== undefined && second === undefined) return first;
  const known = calls.map((call) => `  ${call.callId}  ${describeCall(call)}`).join('\n');
  if (calls.length === 0) {
    throw new LoadlineError('InvalidMessage', `Session ${sessionId} waits for nobody's word on a tool call`);
  }
  const what = given === undefined ? 'several tool calls; name one' : `other tool calls than ${given}`;
  throw new LoadlineError('InvalidMessage', `Session ${sessionId} waits for somebody's word on ${what}:\n${known}`);
}
