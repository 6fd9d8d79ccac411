import type { CompactionCause, Summary } from '../domain/compaction.ts';
import type { EventBody } from '../domain/events.ts';
import type { ContextUse, Totals } from '../domain/metrics.ts';
import type { ThresholdRules } from '../domain/thresholds.ts';

/** A compaction as it is kept. */
export interface CompactionRow {
  readonly id: string;
  readonly sessionId: string;
  /** 1, 2, 3, … within the session. */
  readonly number: number;
  /** The run that had to wait for it; `null`: it was done between two runs. */
  readonly runId: string | null;
  readonly cause: CompactionCause;
  readonly at: string;
  /** `null`: only results of tools became references. */
  readonly summary: Summary | null;
  /** Runs that the summary took in. */
  readonly runs: number;
  /** Results of tools that became references. */
  readonly results: number;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

export interface CompactionStore {
  /** The summary that is in force; `null`: there is none. */
  summary(sessionId: string): Promise<CompactionRow | null>;
  /** Oldest first. */
  compactions(sessionId: string): Promise<readonly CompactionRow[]>;
  /**
   * Puts a compaction in force: the summary, what it stands for, the context that is left, `compaction.ended`. The same
   * id again changes nothing.
   */
  storeCompaction(input: {
    readonly compaction: Omit<CompactionRow, 'number'>;
    /** Results of tools up to this message are references from now on. */
    readonly resultsThroughSeq: number;
    readonly event: EventBody;
    /** Those in force: levels that the context falls back below may fire again. */
    readonly thresholds?: ThresholdRules;
  }): Promise<{ readonly compaction: CompactionRow; readonly totals: Totals; readonly context: ContextUse }>;
}
