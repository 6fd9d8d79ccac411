import { styleText } from 'node:util';
import type { GaugeLevel } from '../../domain/gauge-level.ts';

type Style = Parameters<typeof styleText>[0];

/** Colour where standard output is a terminal that has it; `NO_COLOR` and `FORCE_COLOR` count. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** The same for standard error. */
export function paintError(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stderr });
}

/** Are texts for this output painted at all? */
export function hasStyles(stream: NodeJS.WriteStream): boolean {
  return styleText('bold', 'x', { stream }) !== 'x';
}

const ofLevel = { fine: 'green', warn: 'yellow', critical: 'red' } as const;

export function paintLevel(level: GaugeLevel, text: string): string {
  return paint(ofLevel[level], text);
}
