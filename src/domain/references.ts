import type { Part, ToolResultPart } from './messages.ts';

/** A shorter result is no longer than the words that would stand for it. */
const shortestReplaced = 400;
/** Enough to tell whether it is worth recalling. */
const shownChars = 160;

interface Placed {
  readonly seq: number;
  readonly parts: readonly Part[];
}

function textOfOutput(output: unknown): string {
  return typeof output === 'string' ? output : (JSON.stringify(output) ?? '');
}

function isReplaceable(part: Part): part is ToolResultPart {
  return part.type === 'tool-result' && textOfOutput(part.output).length >= shortestReplaced;
}

/** Are there results in this message that a reference would make shorter? */
export function hasReplaceable({ parts }: Pick<Placed, 'parts'>): boolean {
  return parts.some(isReplaceable);
}

/**
 * A message with its long tool results as references, which the tool `recall` reads back. The pair of call and result
 * stays whole, and the words are the same each time, so that a provider's prompt cache holds.
 */
export function asReferences<T extends Placed>(message: T): T {
  if (!hasReplaceable(message)) return message;
  return {
    ...message,
    parts: message.parts.map((part) =>
      isReplaceable(part) ? { ...part, output: reference(part, message.seq) } : part,
    ),
  };
}

/** A longer result is kept beside the transcript. */
const longestWhole = 16_000;
const headChars = 6_000;
const tailChars = 2_000;

/** What the transcript has of a tool's result; `null`: the whole. */
export function excerptOfResult(text: string): string | null {
  if (text.length <= longestWhole) return null;
  const left = text.length - headChars - tailChars;
  return `${text.slice(0, headChars)}\n[… ${left} characters are left out …]\n${text.slice(-tailChars)}`;
}

/** Is this the excerpt of a result that is kept beside the transcript? */
export function isExcerpt(part: Part): part is ToolResultPart & { readonly storedAs: string } {
  return part.type === 'tool-result' && part.storedAs !== undefined;
}

/** The same message, with excerpts that say how the whole is read. */
export function withWayToWhole<T extends Placed>(message: T): T {
  if (!message.parts.some(isExcerpt)) return message;
  const way = `[recall({"message": ${message.seq}}) reads the whole]`;
  return {
    ...message,
    parts: message.parts.map((part) =>
      isExcerpt(part) ? { ...part, output: `${String(part.output)}\n${way}` } : part,
    ),
  };
}

function reference(part: ToolResultPart, seq: number): string {
  const text = textOfOutput(part.output);
  const shown = text.slice(0, shownChars).replaceAll(/\s+/g, ' ');
  if (isExcerpt(part)) {
    return `[a long result, left out to save room; recall({"message": ${seq}}) reads it. It begins: ${shown}…]`;
  }
  return `[${text.length} characters, left out to save room; recall({"message": ${seq}}) reads them. They begin: ${shown}…]`;
}
