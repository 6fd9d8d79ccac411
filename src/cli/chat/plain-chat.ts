import { createInterface } from 'node:readline';
import type { Session } from '../../client/api.ts';
import { cancelOwnRun } from '../cancel-own-run.ts';
import type { ChatOptions } from '../commands/chat.ts';
import { exitCodeOfRun, exitCodes } from '../exit-codes.ts';
import { exitCodeOf, failureLine, failureOf } from '../failure.ts';
import { note, print, printJsonLine } from '../output.ts';
import type { OpenChat } from './open-chat.ts';

/**
 * A chat without a terminal: each line of standard input is a message, each answer goes to standard output, or each
 * result as a line of JSON. It ends with the input, or with the first run that waits for somebody.
 */
export async function plainChat({ session }: OpenChat, options: ChatOptions): Promise<void> {
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
  let current: string | null = null;
  const stop = (): void => {
    if (process.exitCode === exitCodes.interrupted) process.exit();
    process.exitCode = exitCodes.interrupted;
    lines.close();
    if (current !== null) void cancelOwnRun(session, current, 'interrupted in the chat').catch(() => process.exit());
  };
  process.on('SIGINT', stop);
  try {
    for await (const line of lines) {
      if (line.trim() === '') continue;
      const sending = session.send(line);
      current = sending.messageId;
      const code = await answer(sending, options);
      current = null;
      if (process.exitCode === exitCodes.interrupted) break;
      process.exitCode = code;
      if (code === exitCodes.waiting) break;
    }
  } finally {
    process.off('SIGINT', stop);
    lines.close();
  }
}

/** Shows what became of a message, and answers the exit code that stands for it. */
async function answer(sending: ReturnType<Session['send']>, { json }: ChatOptions): Promise<number> {
  try {
    const { messages: _, ...result } = await sending;
    const { status, text, error, reason } = result;
    if (json === true) printJsonLine(result);
    else {
      if (text !== '') print(text);
      if (error !== undefined) note(failureLine(error));
      else if (status !== 'completed') note(`${status}: ${reason ?? 'no reason was given'}`);
    }
    return exitCodeOfRun(status);
  } catch (error) {
    const failure = failureOf(error);
    if (json === true) printJsonLine({ error: failure });
    else note(failureLine(failure));
    return exitCodeOf(error);
  }
}
