import stringWidth from 'string-width';

/**
 * Lines of at most `width` cells, broken at blanks. A word that is longer than a line stays whole, so that an address or
 * a command can still be copied.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && stringWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

/** Parts in one line with a separator between them, broken between parts where a line would be too long. */
export function joinParts(parts: readonly string[], separator: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    const longer = line === '' ? part : line + separator + part;
    if (line !== '' && stringWidth(longer) > width) {
      lines.push(line);
      line = part;
    } else {
      line = longer;
    }
  }
  return [...lines, line].join('\n');
}
