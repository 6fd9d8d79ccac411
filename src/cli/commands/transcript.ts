import { InvalidArgumentError, type Command } from 'commander';
import { positive } from '../number-argument.ts';
import { print, printDocument } from '../output.ts';
import type { CommonOptions } from '../place.ts';
import { findSessionRow } from '../session-id.ts';
import { withStore } from '../with-client.ts';

interface TranscriptOptions extends CommonOptions {
  readonly search?: string;
  readonly limit: number;
}

function words(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must have words to look for.');
  return text;
}

export function transcriptCommand(program: Command): Command {
  return program
    .command('transcript')
    .summary('what was said')
    .description(
      'Shows what was said in a session, oldest first, also what has left its context. It needs nothing that runs.',
    )
    .argument('<id>', 'the session, or a unique beginning of its id')
    .option('--search <words>', 'only messages that say this, the best match first', words)
    .option('--limit <number>', 'with --search: at most so many', positive, 10)
    .action(transcript);
}

async function transcript(id: string, { search, limit, ...options }: TranscriptOptions): Promise<void> {
  await withStore(options, async (store) => {
    const { sessionId } = await findSessionRow(store, id);
    const [{ readMessages, searchTranscript }, { describeFound, describeMessages }] = await Promise.all([
      import('../../client/reading.ts'),
      import('../terminal/describe-messages.ts'),
    ]);
    if (search !== undefined) {
      const found = await searchTranscript(store, sessionId, { text: search, limit });
      if (options.json === true) return printDocument({ sessionId, search, messages: found });
      return print(describeFound(found, search));
    }
    const messages = await readMessages(store, sessionId);
    if (options.json === true) return printDocument({ sessionId, messages });
    print(describeMessages(messages));
  });
}
