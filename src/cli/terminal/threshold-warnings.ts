import type { RunEvent } from '../../domain/events.ts';
import type { ThresholdMeasure } from '../../domain/thresholds.ts';
import { paintError } from './colours.ts';

type ThresholdReached = Extract<RunEvent, { readonly type: 'threshold.reached' }>;

/** The levels that a run has reached, for the lines under its answer: of each measure the highest alone. */
export class ThresholdWarnings {
  readonly #highest = new Map<ThresholdMeasure, ThresholdReached>();

  take(event: RunEvent): void {
    // Levels of a measure come from the lowest up.
    if (event.type === 'threshold.reached') this.#highest.set(event.measure, event);
  }

  lines(): string[] {
    return [...this.#highest.values()].map(({ level, message, suggestion }) => {
      const isLate = level !== 'warn' && level !== 'compact';
      return `${paintError(isLate ? 'red' : 'yellow', `${level}:`)} ${message}. ${suggestion}`;
    });
  }
}
