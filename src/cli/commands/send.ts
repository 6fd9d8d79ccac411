import type { Command } from 'commander';
import { messageOptions, type MessageOptions } from '../message.ts';

export interface SendCommandOptions extends MessageOptions {
  readonly background?: true;
  readonly stream?: true;
}

export function sendCommand(program: Command): Command {
  const command = program
    .command('send')
    .summary('send a message and see the answer as it is written')
    .description(
      'Sends a message, shows the answer as it is written, and ends with what it took.\n' +
        'Ctrl-C cancels the run. Exit: 0 completed, 1 failed, 3 ended by a limit, 4 waits for a person.',
    )
    .argument('<id>', 'the session, or a unique beginning of its id')
    .argument('<text>', 'the message; - reads it from standard input')
    .option('--background', 'wait for nothing, like signal')
    .option('--stream', 'with --json: a line for each event, the result last');
  return messageOptions(command).action(async (id: string, text: string, options: SendCommandOptions) => {
    if (options.background === true) {
      const { signalMessage } = await import('../signal-message.ts');
      return await signalMessage(id, text, options);
    }
    const { sendMessage } = await import('../send-message.ts');
    return await sendMessage(id, text, options);
  });
}
