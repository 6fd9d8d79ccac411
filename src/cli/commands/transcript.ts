import type { Command } from 'commander';
import { print, printDocument } from '../output.ts';
import type { CommonOptions } from '../place.ts';
import { findSessionRow } from '../session-id.ts';
import { withStore } from '../with-client.ts';

export function transcriptCommand(program: Command): Command {
  return program
    .command('transcript')
    .summary('what was said')
    .description('Shows what was said in a session, oldest first. It needs nothing that runs.')
    .argument('<id>', 'the session, or a unique beginning of its id')
    .action(transcript);
}

async function transcript(id: string, options: CommonOptions): Promise<void> {
  await withStore(options, async (store) => {
    const { sessionId } = await findSessionRow(store, id);
    const [{ readMessages }, { describeMessages }] = await Promise.all([
      import('../../client/reading.ts'),
      import('../terminal/describe-messages.ts'),
    ]);
    const messages = await readMessages(store, sessionId);
    if (options.json === true) return printDocument({ sessionId, messages });
    print(describeMessages(messages));
  });
}
