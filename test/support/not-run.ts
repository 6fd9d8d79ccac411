import { appendFileSync } from 'node:fs';

/**
 * Tells that a check could not run on this machine, and the command that helps. Such lines are shown and counted at the
 * end of the run; with `CI` set each of them is a failure.
 */
export function notRun(check: string, remedy: string): void {
  const file = process.env.LOADLINE_TEST_NOT_RUN_FILE;
  if (file === undefined) throw new Error('LOADLINE_TEST_NOT_RUN_FILE is set by the global setup of the tests');
  appendFileSync(file, `NOT RUN: ${check} (${remedy})\n`);
}
