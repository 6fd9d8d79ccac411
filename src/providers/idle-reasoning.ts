import type { Part } from '../domain/messages.ts';

/**
 * The parts without reasoning that led to nothing, as it stands where an answer was cut off: OpenAI refuses it without
 * the item that it is for, Anthropic at the end of a message.
 */
export function withoutIdleReasoning(parts: readonly Part[]): readonly Part[] {
  const last = parts.findLastIndex(
    (part) => part.type !== 'reasoning' && !(part.type === 'text' && part.text.trim() === ''),
  );
  return last === parts.length - 1 ? parts : parts.slice(0, last + 1);
}
