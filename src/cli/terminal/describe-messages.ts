import type { FoundMessage } from '../../client/api.ts';
import { excerpt, searchedWords, textOfMessage } from '../../domain/message-text.ts';
import type { Message, Part } from '../../domain/messages.ts';
import { spentParts } from './closing-line.ts';
import { paint } from './colours.ts';
import { neutral } from './neutral.ts';
import { screenWidth } from './screen.ts';
import { wrap } from './wrap.ts';

const styles = { user: 'cyan', assistant: 'green', tool: 'magenta' } as const;

/** A transcript for people: who said what, and what each answer took. */
export function describeMessages(messages: readonly Message[]): string {
  if (messages.length === 0) return 'Nothing was said yet.';
  return messages.map((message, index) => describeMessage(message, index + 1)).join('\n\n');
}

const excerptChars = 300;

/** Messages that a search found: the place in each where it says so, with the words in bold. */
export function describeFound(messages: readonly FoundMessage[], search: string): string {
  if (messages.length === 0) return `Nothing in this session says "${search}". Try fewer or other words.`;
  return messages
    .map((message) => {
      const shown = neutral(excerpt(textOfMessage(message), search, excerptChars));
      return `${headOf(message, message.number)}\n${wrap(emphasised(shown, search), screenWidth()).join('\n')}`;
    })
    .join('\n\n');
}

function emphasised(text: string, search: string): string {
  const words = searchedWords(search).join('|');
  return words === '' ? text : text.replaceAll(new RegExp(`(?:${words})`, 'giu'), (word) => paint('bold', word));
}

/** Who says it, as which message of the transcript, and when. */
function headOf({ role, agent, createdAt }: Message, number: number): string {
  const asked = role === 'user' && agent !== undefined ? `loadline (${agent})` : role;
  const who = role === 'assistant' ? (agent ?? role) : asked;
  return `${paint([styles[role], 'bold'], neutral(who))} ${paint('dim', `message ${number}, ${createdAt}`)}`;
}

function describeMessage(message: Message, number: number): string {
  const { parts, metrics } = message;
  const spent =
    metrics === undefined
      ? []
      : [paint('dim', spentParts({ ...metrics, estimatedTokens: metrics.source === 'estimated' ? 1 : 0 }).join(' · '))];
  return [headOf(message, number), ...parts.map(describePart), ...spent].join('\n');
}

function describePart(part: Part): string {
  switch (part.type) {
    case 'text':
      return neutral(part.text);
    case 'reasoning':
      return paint('dim', neutral(part.text));
    case 'tool-call':
      return paint('dim', neutral(`→ ${part.tool}(${asText(part.input)})`));
    case 'tool-result':
      return paint(part.isError ? 'red' : 'dim', neutral(`← ${part.tool}: ${asText(part.output)}`));
    case 'image':
    case 'audio':
    case 'file':
      return paint('dim', neutral(`[${part.type} ${part.mediaType}${part.url === undefined ? '' : ` ${part.url}`}]`));
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
