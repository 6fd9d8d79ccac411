import { count, dollars, duration } from '../../../src/domain/figures.ts';
import type { Phase, PhaseKind } from './call-phases.ts';
import type { TimelineRow } from './timeline-rows.ts';

export const phaseWords: Readonly<Record<PhaseKind, string>> = {
  waiting: 'Waiting',
  retrying: 'Before another try',
  'first-token': 'To the first token',
  streaming: 'Streaming',
  failed: 'Failed attempt',
  tool: 'Tool',
  'tool-failed': 'Tool, failed',
};

/** What a line is, in a word or two. */
export function rowName(row: TimelineRow): string {
  if (row.kind === 'tool') return row.tool.tool;
  return row.call.modelType === 'summaryModel' ? 'compaction' : row.agent;
}

/** The figures of a line, each with its name. */
export function rowFigures(row: TimelineRow): readonly (readonly [name: string, value: string])[] {
  const times = row.phases.map(({ kind, from, to, attempt, live }): readonly [string, string] => {
    const error = kind === 'failed' && attempt?.error != null ? ` (${attempt.error})` : '';
    return [`${phaseWords[kind]}${error}`, `${live === true ? '~' : ''}${duration((to - from) / 1000)}`];
  });
  if (row.kind === 'tool') return times.length === 0 ? [['Not executed', '']] : times;
  const attempt = row.call.attempts.findLast(({ answered }) => answered) ?? row.call.attempts.at(-1);
  if (attempt === undefined) return times;
  return [
    ...times,
    ['Input', `${count(attempt.inputTokens)} tokens`],
    ['Output', `${count(attempt.outputTokens)} tokens`],
    ['Cost', dollars(attempt.cost)],
    ['State', row.call.attempts.length > 1 ? `${attempt.state}, attempt ${attempt.attempt}` : attempt.state],
  ];
}

/** A line for those who don't see its bar. */
export function rowSentence(row: TimelineRow): string {
  return `${rowName(row)}: ${rowFigures(row)
    .map(([name, value]) => `${name} ${value}`.trim())
    .join(', ')}`;
}

/** Where ticks of an axis from 0 stand, milliseconds: round steps, a handful of them. */
export function timeTicks(lengthMs: number, most = 6): readonly number[] {
  const steps = [1, 2, 5].flatMap((digit) => [1, 10, 100, 1000, 10_000].map((power) => digit * power));
  const minutes = [30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400].map((seconds) => seconds * 1000);
  const step = [...steps, ...minutes].toSorted((a, b) => a - b).find((one) => lengthMs / one <= most) ?? lengthMs;
  return Array.from({ length: Math.floor(lengthMs / step) + 1 }, (_, index) => index * step);
}

/** How long a phase is drawn, as parts of the whole line. */
export function shareOf({ from, to }: Phase, line: { readonly from: number; readonly to: number }) {
  const length = Math.max(1, line.to - line.from);
  return { left: (from - line.from) / length, width: (to - from) / length };
}
