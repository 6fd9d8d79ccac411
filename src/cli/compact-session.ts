import type { CompactOptions } from './commands/compact.ts';
import { exitCodes } from './exit-codes.ts';
import { note, print, printDocument } from './output.ts';
import { gaugeWithTokens } from './terminal/closing-line.ts';
import { paint } from './terminal/colours.ts';
import { describeCompaction } from './terminal/describe-compaction.ts';
import { screenWidth } from './terminal/screen.ts';
import { wrap } from './terminal/wrap.ts';
import { withClient } from './with-client.ts';

/** Compacts a session's context and shows what that brought. */
export async function compactSession(id: string, { keepRuns, ...options }: CompactOptions): Promise<void> {
  await withClient(options, async (client) => {
    const session = await client.session(id);
    const result = await session.compact(keepRuns === undefined ? {} : { keepRuns });
    if (result.problem !== undefined) process.exitCode = exitCodes.failed;
    if (options.json === true) return printDocument(result);
    const { thresholds, ...context } = await session.state();
    const words = wrap(describeCompaction(result), screenWidth()).join('\n');
    if (result.problem === undefined) print(words);
    else note(paint('yellow', words));
    print(gaugeWithTokens(context, thresholds.context, screenWidth()));
  });
}
