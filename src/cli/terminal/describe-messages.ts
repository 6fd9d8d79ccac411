import type { Message, Part } from '../../domain/messages.ts';
import { spentParts } from './closing-line.ts';
import { paint } from './colours.ts';

const styles = { user: 'cyan', assistant: 'green', tool: 'magenta' } as const;

/** A transcript for people: who said what, and what each answer took. */
export function describeMessages(messages: readonly Message[]): string {
  if (messages.length === 0) return 'Nothing was said yet.';
  return messages.map(describeMessage).join('\n\n');
}

function describeMessage({ role, agent, parts, createdAt, metrics }: Message): string {
  const who = role === 'assistant' ? (agent ?? role) : role;
  const head = `${paint([styles[role], 'bold'], who)} ${paint('dim', createdAt)}`;
  const spent =
    metrics === undefined
      ? []
      : [paint('dim', spentParts({ ...metrics, estimatedTokens: metrics.source === 'estimated' ? 1 : 0 }).join(' · '))];
  return [head, ...parts.map(describePart), ...spent].join('\n');
}

function describePart(part: Part): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'reasoning':
      return paint('dim', part.text);
    case 'tool-call':
      return paint('dim', `→ ${part.tool}(${asText(part.input)})`);
    case 'tool-result':
      return paint(part.isError ? 'red' : 'dim', `← ${part.tool}: ${asText(part.output)}`);
    case 'image':
    case 'audio':
    case 'file':
      return paint('dim', `[${part.type} ${part.mediaType}${part.url === undefined ? '' : ` ${part.url}`}]`);
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
