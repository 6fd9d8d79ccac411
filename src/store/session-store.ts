import type { ContextAnchor } from '../domain/context.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ContextUse, Members, Totals } from '../domain/metrics.ts';
import type { SessionStatus } from '../domain/session.ts';
import type { Wait } from '../domain/waits.ts';

export interface SessionRow {
  readonly sessionId: string;
  readonly agent: string;
  readonly user: string | null;
  readonly tenant: string | null;
  readonly status: SessionStatus;
  readonly metadata: JsonObject | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly closedAt: string | null;
  readonly closedReason: string | null;
  readonly totals: Totals;
  /** Of a team: what its members used, by name; in the totals too. */
  readonly members: Members | null;
  readonly context: ContextUse;
  /** `null` before the first answer, and after one whose provider did not tell its count. */
  readonly anchor: ContextAnchor | null;
  /** Names of the levels that stand fired, such as `context.warn`. */
  readonly thresholdsFired: readonly string[];
  /** Of the totals' runs those that are over. */
  readonly runsEnded: number;
  /** The number of the latest event; 0 before the first. */
  readonly lastEventId: number;
  /** The compaction whose summary is in force; 0: none. */
  readonly summaryNumber: number;
  /** Runs up to this one are in the summary. */
  readonly throughRun: number;
  /** Results of tools up to this message are shown as references. */
  readonly resultsThroughSeq: number;
  /** The session that this one carries on. */
  readonly continues: string | null;
  readonly waitingFor: readonly Wait[];
}

export interface ListedSession extends SessionRow {
  /** What an open session does; `waiting`: for a person or a budget. */
  readonly activity: 'idle' | 'running' | 'waiting';
}

export interface SessionFilter {
  readonly status?: SessionStatus;
  readonly agent?: string;
  readonly user?: string;
  readonly tenant?: string;
  /** Ids that begin with this. */
  readonly idPrefix?: string;
  /** The beginning of an id, or a part of the name of a user or an agent. */
  readonly search?: string;
  /** By creation (when missing) or by the latest change, newest first. */
  readonly sort?: 'newest' | 'updated';
  /** At most this many. */
  readonly limit: number;
  /** The `cursor` of the page before. */
  readonly after?: string;
}

export interface SessionStore {
  /** Inserts the session, or answers the row that is there: `created` tells which. */
  openSession(input: {
    readonly sessionId: string;
    readonly agent: string;
    readonly user: string | null;
    readonly tenant: string | null;
    readonly metadata: JsonObject | null;
    /** The session that it carries on. */
    readonly continues?: string;
    readonly at: string;
  }): Promise<{ readonly session: SessionRow; readonly created: boolean }>;
  session(sessionId: string): Promise<SessionRow | null>;
  sessions(
    filter: SessionFilter,
  ): Promise<{ readonly sessions: readonly ListedSession[]; readonly cursor: string | null }>;
  /** How many there are of each status; of a status that none has, nothing. */
  sessionsByStatus(): Promise<Readonly<Partial<Record<SessionRow['status'], number>>>>;
  /** Sets the last status and appends `session.closed`; a second time changes nothing. */
  closeSession(input: {
    readonly sessionId: string;
    readonly status: 'closed' | 'failed';
    readonly reason: string | null;
    readonly at: string;
  }): Promise<Totals>;
}
