import { workflowInfo } from '@temporalio/workflow';

/** A roll-over costs 5 events, a replay about 7 ms a run: after so many runs or events, whichever comes first. */
export const runsBeforeRollOver = 8;
const eventsBeforeRollOver = 100;

/**
 * Between two steps of a run it keeps the next one waiting, and whoever waits for the answer has to attach again: at 100
 * events there too, a step of a run with tools took a fifth longer. So many are replayed in 0.2 s.
 */
const eventsAtWork = 250;

/** @param isAtWork in the middle of a run that waits for nothing. */
export function isHistoryFull(isAtWork: boolean): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength >= (isAtWork ? eventsAtWork : eventsBeforeRollOver);
}
