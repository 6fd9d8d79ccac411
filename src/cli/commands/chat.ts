import type { Command } from 'commander';
import type { CommonOptions } from '../place.ts';

export interface ChatOptions extends CommonOptions {
  readonly agent?: string;
  readonly user?: string;
  readonly tenant?: string;
}

export function chatCommand(program: Command): Command {
  return program
    .command('chat')
    .summary('talk to a session on this terminal')
    .description(
      'Talks to a session: answers as they are written, a line below with the context, tokens and cost, and commands\n' +
        'such as /metrics, /compact and /help. Ctrl-C cancels the run, not the chat; the session goes on when you leave.\n' +
        'Without a terminal each line of standard input is a message; with --json each result is a line.',
    )
    .argument('[id]', 'the session, or a unique beginning of its id; a new one is started')
    .option('--agent <name>', "the agent of a new session; without it the config's first")
    .option('--user <id>', 'whose session it is, for budgets and lists')
    .option('--tenant <id>', 'the tenant it belongs to')
    .action(async (id: string | undefined, options: ChatOptions) => {
      const { runChat } = await import('../chat/run-chat.ts');
      await runChat(id, options);
    });
}
