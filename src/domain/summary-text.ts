import type { Summary } from './compaction.ts';
import type { TextPart } from './messages.ts';

/**
 * The summary as a request has it: the beginning of the first user message, so that the roles of the messages alternate
 * as every provider's template wants it and the instructions stay byte for byte what they were.
 */
export function summaryPart({ text, firstSeq, lastSeq, throughRun }: Summary): TextPart {
  const of =
    throughRun === 0 ? 'of an earlier conversation' : `of messages ${firstSeq} to ${lastSeq} of this conversation`;
  return { type: 'text', text: `<summary ${of}, which are not shown>\n${text}\n</summary>\n\n` };
}
