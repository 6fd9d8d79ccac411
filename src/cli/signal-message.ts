import { messageContent, sessionFor, type MessageOptions } from './message.ts';
import { print, printDocument } from './output.ts';
import { ownCommand } from './own-command.ts';
import { withClient } from './with-client.ts';

/** Hands a message over; nobody waits for its run. */
export async function signalMessage(id: string, text: string, options: MessageOptions): Promise<void> {
  const content = await messageContent(text, options);
  await withClient(options, async (client) => {
    const session = await sessionFor(client, id, options);
    const messageId = await session.signal(
      content,
      options.messageId === undefined ? {} : { messageId: options.messageId },
    );
    if (options.json === true) return printDocument({ sessionId: session.id, messageId });
    print(
      `Session ${session.id} has it as ${messageId}.`,
      `See the answer with: ${ownCommand()} transcript ${session.id}`,
    );
  });
}
