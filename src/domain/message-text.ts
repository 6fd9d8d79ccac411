import type { Part } from './messages.ts';

/** All that a message says, media by what it is. */
export function textOfMessage({ parts }: { readonly parts: readonly Part[] }): string {
  return parts.map(textOfPart).join('\n').trim();
}

function textOfPart(part: Part): string {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return part.text;
    case 'tool-call':
      return `[calls ${part.tool} with ${JSON.stringify(part.input)}]`;
    case 'tool-result':
      return typeof part.output === 'string' ? part.output : JSON.stringify(part.output);
    case 'image':
    case 'audio':
    case 'file':
      return `[${part.type} ${part.mediaType} ${part.url ?? part.storedAs ?? ''}]`;
  }
}

/** The words of a search, the longest first: it says most. */
export function searchedWords(search: string): readonly string[] {
  return (search.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).toSorted((one, other) => other.length - one.length);
}

/** The place in a text where the first of the words stands, with what is around it, in one line. */
export function excerpt(text: string, search: string, chars: number): string {
  const flat = text.replaceAll(/\s+/g, ' ');
  if (flat.length <= chars) return flat;
  const lower = flat.toLowerCase();
  const places = searchedWords(search)
    .map((word) => lower.indexOf(word))
    .filter((at) => at >= 0);
  const start = Math.max(0, Math.min((places[0] ?? 0) - Math.floor(chars / 4), flat.length - chars));
  const end = start + chars;
  return `${start > 0 ? '…' : ''}${flat.slice(start, end)}${end < flat.length ? '…' : ''}`;
}
