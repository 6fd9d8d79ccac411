import type { RunStatus } from '../domain/run.ts';

/** What a script learns from a command without reading its output. */
export const exitCodes = { completed: 0, failed: 1, usage: 2, limit: 3, waiting: 4, interrupted: 130 } as const;

const ofRun: Readonly<Record<RunStatus, number>> = {
  completed: exitCodes.completed,
  failed: exitCodes.failed,
  cancelled: exitCodes.failed,
  limit: exitCodes.limit,
  waiting: exitCodes.waiting,
};

export function exitCodeOfRun(status: RunStatus): number {
  return ofRun[status];
}
