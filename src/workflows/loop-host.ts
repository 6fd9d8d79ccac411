import type { Limits, Thresholds } from '../domain/agent.ts';
import type { RunInProgress } from '../domain/carried.ts';
import { treeLimitsOf, type TreeLimits } from '../domain/run-tree.ts';
import type { CallOutcome, CompactOutcome, RunRef, StepFacts, ThresholdFacts } from '../domain/steps.ts';

type CallFacts = 'context' | 'definition' | 'compactionDue' | 'compaction' | 'summary';

/** What the loop needs of the session (or of the member run) that it works for. */
export interface LoopHost {
  readonly run: RunRef;
  readonly keys: Readonly<Record<string, string>> | undefined;
  limits(): Limits;
  thresholds(): Thresholds;
  definitionHash(): string;
  /** In a team: limits of the runs above, which hold for this one too; `null`: it has no members and is none. */
  treeAbove(): readonly TreeLimits[] | null;
  /** Takes in what a step hands back. */
  observe(facts: Pick<StepFacts, 'totals'> & Partial<ThresholdFacts & Pick<CallOutcome, CallFacts>>): void;
  /** May a compaction that is due be done before a call? */
  mayCompact(): boolean;
  /** The summary that the session knows; 0: none. */
  summaryNumber(): number;
  /** Makes room in the context for the run's next call, or tells why there is none. */
  compact(keepRuns: number | null): Promise<Pick<CompactOutcome, 'result' | 'workedMs'>>;
  /** Does what has to be done between two steps. */
  atBoundary(): Promise<void>;
  /**
   * Is it time to continue as new? Asked between two steps, when no activity is open.
   *
   * @param isAtWork the run goes on at once; `false`: it waits.
   */
  rollOverDue(isAtWork: boolean): boolean;
  cancelReason(): string;
  /** The run waits, or goes on: whoever lists what is waited for is told. */
  toldOfWaits(progress: RunInProgress): Promise<void>;
  /** Is there something to do for which a run that only waits makes room? */
  wantsBoundary(): boolean;
  /** Why waits end; `null`: they go on. */
  closingReason(): string | null;
}

/** Limits of the run and of those above it; `null`: there is no team. */
export function treeOf(host: LoopHost): readonly TreeLimits[] | null {
  const above = host.treeAbove();
  return above === null ? null : [treeLimitsOf(host.run.runId, host.limits()), ...above];
}
