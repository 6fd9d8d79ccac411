import { createInterface } from 'node:readline/promises';
import type { AgentRunResult, Session } from '../client/api.ts';
import { approvalsIn } from '../domain/approval.ts';
import type { WaitingFor } from '../domain/run.ts';
import { describeCall } from './terminal/describe-waiting.ts';
import { paint } from './terminal/colours.ts';

/** Is somebody there to be asked? */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/**
 * Asks whoever sits at the terminal about each tool call that the run waits for; `false` when nobody answered one: it
 * still waits.
 */
export async function askApprovals(
  session: Pick<Session, 'approve'>,
  { waitingFor = [] }: Pick<AgentRunResult<unknown>, 'waitingFor'>,
): Promise<boolean> {
  const calls = approvalsIn(waitingFor);
  for (const call of calls) {
    const answer = await ask(`${approvalQuestion(call)} ${paint('dim', '[y/N]')} `);
    if (answer === null) return false;
    await session.approve({ callId: call.callId, approved: isYes(answer) });
  }
  return calls.length > 0;
}

/** What is asked: `Approve refund(amount: 40)?`, with the reason where the arguments alone do not tell. */
export function approvalQuestion(call: WaitingFor): string {
  const reason = call.reason === undefined ? '' : `${call.reason}.\n`;
  return `${reason}Approve ${describeCall(call)}?`;
}

export function isYes(answer: string): boolean {
  return /^\s*y(es)?\s*$/i.test(answer);
}

/** One line; `null` when the terminal was closed, or Ctrl-C pressed. */
async function ask(question: string): Promise<string | null> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const given = new Promise<null>((resolve) => {
    lines.once('close', () => resolve(null));
    // The terminal is in raw mode while it is read: the process hears of Ctrl-C only this way.
    lines.once('SIGINT', () => {
      resolve(null);
      process.emit('SIGINT');
    });
  });
  try {
    return await Promise.race([lines.question(question), given]);
  } finally {
    lines.close();
  }
}
