import type { Thresholds } from './agent.ts';

/** Fractions of the context window at which the gauge is marked and changes its colour; `null`: never. */
export type GaugeMarks = Pick<Thresholds['context'], 'warn' | 'critical'>;

export type GaugeLevel = 'fine' | 'warn' | 'critical';

/** How far a session has come towards its window. */
export function levelOf(use: number | null, marks: GaugeMarks): GaugeLevel {
  if (use === null) return 'fine';
  if (marks.critical !== null && use >= marks.critical) return 'critical';
  return marks.warn !== null && use >= marks.warn ? 'warn' : 'fine';
}
