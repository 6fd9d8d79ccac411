import type { Message, Part } from './messages.ts';

/** What a summariser is told, where the agent does not tell it otherwise. */
const defaultInstructions = [
  'Summarise a conversation between a user and an assistant as notes. The assistant will go on with your notes alone:',
  'the messages are taken away. Keep, exactly as they were written: names, figures, dates, addresses, ids, codes and',
  'quotes. Keep facts that the user told, preferences, decisions with their reasons, open tasks and promises, and what',
  'tools found. Keep what the earlier notes say unless it was corrected since. Leave out greetings, repetitions and what',
  'was superseded. Write short statements, one a line, in the language of the conversation.',
].join(' ');

/** @param maxTokens of the notes. */
export function summaryInstructions(own: string | null, maxTokens: number): string {
  const words = Math.max(20, Math.floor(maxTokens * 0.7));
  return `${own ?? defaultInstructions} Answer with the notes alone, in ${words} words at most.`;
}

/** A part of the conversation that is to be folded into the notes. */
export function summaryRequest(notes: string | null, conversation: string): string {
  const earlier = notes === null ? '' : `<notes>\n${notes}\n</notes>\n`;
  return `${earlier}<conversation>\n${conversation}\n</conversation>`;
}

/** A longer result of a tool is one that the model has used already: its beginning tells what it was. */
const shownOfResult = 2_000;

/**
 * A message as the summariser reads it. Attachments are named, so that the notes can refer to them; what no person sent
 * is not the user's word.
 */
export function transcriptLine({
  role,
  agent,
  parts,
  seq,
}: Pick<Message, 'role' | 'agent' | 'parts'> & { readonly seq: number }): string {
  const said = parts.map((part) => textOfPart(part, seq)).filter((text) => text !== '');
  const who = role === 'user' && agent !== undefined ? `(told to ${agent}) ` : `${role}: `;
  return said.length === 0 ? '' : `${role === 'tool' ? '' : who}${said.join('\n')}`;
}

function textOfPart(part: Part, seq: number): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'reasoning':
      return '';
    case 'tool-call':
      return `(calls ${part.tool} with ${JSON.stringify(part.input)})`;
    case 'tool-result': {
      const text = typeof part.output === 'string' ? part.output : JSON.stringify(part.output);
      const more = text.length > shownOfResult ? `… (${text.length} characters, message ${seq})` : '';
      return `${part.tool} answered${part.isError ? ' with an error' : ''}: ${text.slice(0, shownOfResult)}${more}`;
    }
    case 'image':
    case 'audio':
    case 'file':
      return `(attached ${part.type} ${part.mediaType}, message ${seq})`;
  }
}

/** The attachments of messages that are not shown any more, named for whoever needs one again. */
export function attachmentsLine(messages: readonly (Pick<Message, 'parts'> & { readonly seq: number })[]): string {
  const named = messages.flatMap(({ parts, seq }) =>
    parts.flatMap((part) =>
      part.type === 'image' || part.type === 'audio' || part.type === 'file'
        ? [`${part.type} ${part.mediaType} (message ${seq})`]
        : [],
    ),
  );
  return named.length === 0 ? '' : `Attachments: ${named.slice(-mostAttachments).join(', ')}`;
}

const mostAttachments = 20;

/** Why a summary is of no use; `null`: it is. Tokens by one and the same measure. */
export function summaryProblem(
  summary: { readonly text: string; readonly finishReason: string; readonly tokens: number },
  replaced: { readonly tokens: number },
): string | null {
  if (summary.finishReason === 'refusal' || summary.finishReason === 'content-filter') {
    return `the summariser refused (${summary.finishReason})`;
  }
  if (summary.text.trim() === '') return 'the summary was empty';
  if (summary.tokens >= replaced.tokens) {
    return `the summary has ${summary.tokens} tokens, what it stands for ${replaced.tokens}`;
  }
  return null;
}

/** Notes that were cut off at their limit end with their last whole line or sentence, where there is one. */
export function withoutCutEnd(text: string): string {
  const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('. ') + 1, text.lastIndexOf('。') + 1);
  return (end > text.length / 2 ? text.slice(0, end) : text).trim();
}
