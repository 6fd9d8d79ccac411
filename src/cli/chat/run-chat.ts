import { shellWord } from '../../domain/shell-word.ts';
import type { ChatOptions } from '../commands/chat.ts';
import { print } from '../output.ts';
import { ownCommand } from '../own-command.ts';
import { paint } from '../terminal/colours.ts';
import { amountOf } from '../../domain/figures.ts';
import { screenWidth } from '../terminal/screen.ts';
import { wrap } from '../terminal/wrap.ts';
import { withClient } from '../with-client.ts';
import { openChat, type OpenChat } from './open-chat.ts';
import { plainChat } from './plain-chat.ts';
import { TerminalChat, type ChatEnd } from './terminal-chat.ts';

/** Talks to a session: on a terminal as a chat, elsewhere line by line. */
export async function runChat(id: string | undefined, options: ChatOptions): Promise<void> {
  await withClient(options, async (client) => {
    const chat = await openChat(client, id, options);
    if (options.json === true || !isDrawn()) return await plainChat(chat, options);
    greet(chat);
    const end = await new TerminalChat(chat).run();
    sayGoodbye(chat, end);
    process.exitCode = end.exitCode;
  });
}

function isDrawn(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && process.env['TERM'] !== 'dumb';
}

function greet({ session, agent, created, state }: OpenChat): void {
  const what = created ? 'A new session' : `Session with ${amountOf(state.runs, 'run')}`;
  const words = `${what} of ${agent}: ${session.id}. /help lists what can be asked for, Ctrl-D leaves.`;
  print(...wrap(words, screenWidth()).map((line) => paint('dim', line)));
}

function sayGoodbye({ session }: OpenChat, { closed, busy }: ChatEnd): void {
  const id = shellWord(session.id);
  const words = closed
    ? `Session ${session.id} is closed. Carry on in a new one with:`
    : `Session ${session.id} goes on${busy ? ', and so does its run' : ''}. Come back with:`;
  const command = closed ? `${ownCommand()} start --from ${id}` : `${ownCommand()} chat ${id}`;
  print('', ...wrap(words, screenWidth()), `  ${paint('bold', command)}`);
}
