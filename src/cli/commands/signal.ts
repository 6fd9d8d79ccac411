import type { Command } from 'commander';
import { messageOptions, type MessageOptions } from '../message.ts';

/** `send --background` under the name that Temporal's users look for. */
export function signalCommand(program: Command): Command {
  const command = program
    .command('signal')
    .summary('hand a message over and wait for nothing')
    .description('Hands a message to a session; its run happens, and nobody waits for it.')
    .argument('<id>', 'the session, or a unique beginning of its id')
    .argument('<text>', 'the message; - reads it from standard input');
  return messageOptions(command).action(async (id: string, text: string, options: MessageOptions) => {
    const { signalMessage } = await import('../signal-message.ts');
    await signalMessage(id, text, options);
  });
}
