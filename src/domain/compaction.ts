/**
 * Why a compaction was done: the context passed the threshold `compact`; enough runs waited beyond `history`; a request
 * did not fit; somebody asked; a session carries another one on.
 */
export type CompactionCause = 'threshold' | 'runs' | 'overflow' | 'request' | 'carry-on';

/** What stands in the context for messages that are no longer shown. */
export interface Summary {
  readonly text: string;
  /** Estimated, in o200k: the measure by which messages are compared. */
  readonly tokens: number;
  /** `provider/model` that wrote it. */
  readonly model: string;
  /** `seq` of the first and the last message that it stands for. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Runs up to this number are in it; 0: those of another session, which this one carries on. */
  readonly throughRun: number;
}
